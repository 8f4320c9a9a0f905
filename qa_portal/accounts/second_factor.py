"""Second factors: names, encrypted secrets, and codes that work once."""

from typing import Any

from allauth.core import context
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.cache import cache
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qa_portal.accounts.adapter import portal_name
from qa_portal.core.sealing import cipher

PURPOSE = "qa_portal.second_factor"


def use_once(user: Any, code: str) -> bool:
    """Note an authenticator code as used; False when it was used within the time in which it is valid."""
    digest = salted_hmac("qa_portal.accounts.code", f"{user.pk}:{code.strip()}", algorithm="sha256").hexdigest()
    windows = 2 * app_settings.TOTP_TOLERANCE + 1
    return bool(cache.add(f"portal-code:{digest}", 1, windows * app_settings.TOTP_PERIOD))


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("This code is wrong or was used already."),
    }

    def encrypt(self, text: str) -> str:
        """Secrets lie encrypted in the database: a copy of it opens no account."""
        return cipher(PURPOSE).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return cipher(PURPOSE).decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return portal_name()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": context.request.get_host().partition(":")[0], "name": portal_name()}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return _("Passkey")
