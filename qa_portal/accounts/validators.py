"""Rules for new passwords beyond those of Django."""

from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qa_portal.accounts.models import PasswordHistory


class ReusedPasswordValidator:
    """Refuses the present password and those before it, `count` in all."""

    def __init__(self, count: int = 5) -> None:
        self.count = count

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError when the person has used this password lately."""
        if user is None or user.pk is None:
            return
        former = list(PasswordHistory.objects.filter(user=user).values_list("password", flat=True)[: self.count])
        # a password set past this validator, for example by an import, is in no history
        known = {user.password, *former}
        if any(check_password(password, encoded) for encoded in known if encoded):
            raise ValidationError(_("You have used this password before. Choose another one."), code="password_reused")

    def password_changed(self, password: str, user: Any = None) -> None:
        """Remember the password that was just saved, and forget the oldest ones."""
        if user is None or user.pk is None:
            return
        PasswordHistory.objects.create(user=user, password=user.password)
        kept = PasswordHistory.objects.filter(user=user).values_list("pk", flat=True)[: self.count]
        PasswordHistory.objects.filter(user=user).exclude(pk__in=list(kept)).delete()

    def get_help_text(self) -> str:
        return ngettext(
            "Your password can’t be your last one.",
            "Your password can’t be one of your last %(count)d.",
            self.count,
        ) % {"count": self.count}
