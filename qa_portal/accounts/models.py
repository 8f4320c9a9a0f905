"""People and the roles they hold."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from qa_portal.accounts.enums import OPEN_STATES, GrantState, Role


class UserManager(BaseUserManager["User"]):
    """Creates people by e-mail address; the portal has no user names."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an active person without a role. Raises ValueError without an e-mail address."""
        if not email:
            raise ValueError("an e-mail address is required")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an operator of the installation; it still holds no business role."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who signs in with an e-mail address. What they may do follows from RoleGrant."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("E-mail address"), unique=True)
    name = models.CharField(_("Name"), max_length=100, blank=True)

    password_set_at = models.DateTimeField(_("Password set at"), default=timezone.now, editable=False)

    # raised by every change of the person's role: open sign-ins carry the old number and end
    role_epoch = models.PositiveIntegerField(default=0, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("Person")
        verbose_name_plural = _("People")

    def __str__(self) -> str:
        return self.name or self.email

    def set_password(self, raw_password: str | None) -> None:
        """Set the password and begin its age anew."""
        super().set_password(raw_password)
        self.password_set_at = timezone.now()

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles held now; one query per request, kept on the instance."""
        return frozenset(self.role_grants.filter(state=GrantState.ACTIVE).values_list("role", flat=True))

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Also depends on the role, so that a change of role ends all open sign-ins."""
        return salted_hmac(
            "qa_portal.accounts.User.session", f"{self.password}:{self.role_epoch}", secret=secret, algorithm="sha256"
        ).hexdigest()


class RoleGrant(models.Model):
    """A role of a person: asked for by one, approved by another, ended with a reason, never deleted.

    A person has at most one open grant, so nobody holds two roles in one campaign.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="role_grants", verbose_name=_("Person"))
    role = models.CharField(_("Role"), max_length=20, choices=Role.choices)
    state = models.CharField(_("State"), max_length=10, choices=GrantState.choices, default=GrantState.ACTIVE)
    # None: the portal itself, by registration or installation
    requested_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Requested by")
    )
    requested_at = models.DateTimeField(_("Requested at"), default=timezone.now)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Decided by")
    )
    decided_at = models.DateTimeField(_("Decided at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)
    reason = models.CharField(_("Reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("Role grant")
        verbose_name_plural = _("Role grants")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(state__in=OPEN_STATES), name="role_grant_one_open_each"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_grant_known_role"),
            models.CheckConstraint(condition=Q(state__in=GrantState.values), name="role_grant_known_state"),
            # nobody approves the own grant, nor what he asked for himself; NULL passes a check
            models.CheckConstraint(
                condition=~Q(decided_by=F("user")) & ~Q(decided_by=F("requested_by")),
                name="role_grant_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class PasswordHistory(models.Model):
    """A password that a person had, as its hash, so that it is not used again; see ReusedPasswordValidator."""

    user = models.ForeignKey(User, models.CASCADE, related_name="password_history", verbose_name=_("Person"))
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Former password")
        verbose_name_plural = _("Former passwords")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.user}: {self.set_at:%Y-%m-%d}"
