"""Short texts that lie encrypted in the database: a copy of it gives nothing away."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def cipher(purpose: str) -> MultiFernet:
    """Keys of one purpose from SECRET_KEY and, to read what older keys wrote, SECRET_KEY_FALLBACKS."""
    return MultiFernet(
        Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}:{key}".encode()).digest()))
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


def sealed(purpose: str, text: str) -> str:
    """The text, readable only with the keys of the portal."""
    return cipher(purpose).encrypt(text.encode()).decode()


def unsealed(purpose: str, token: str) -> str:
    """The text of `sealed`. Raises LookupError when no key of the portal opens it."""
    try:
        return cipher(purpose).decrypt(token.encode()).decode()
    except InvalidToken:
        raise LookupError("sealed with a key that the portal does not have any more") from None
