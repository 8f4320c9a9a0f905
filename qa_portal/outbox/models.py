"""Messages that leave the portal by mail: what is to be said to whom, each attempt, and texts of the bureau."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.core.sealing import sealed, unsealed
from qa_portal.outbox.enums import Drop, Outcome, State
from qa_portal.outbox.policy import may_read_outbox

PURPOSE = "qa_portal.outbox"


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: Any) -> "MessageQuerySet":
        """All messages for the bureau, none for anybody else."""
        return self if may_read_outbox(user) else self.none()


class Message(models.Model):
    """One mail to one person: written with the change that it tells of, sent later by a worker.

    The text is made when it is sent, from the kind and `params`; what was sent is kept. `key` names event
    and receiver: a second message with the same key cannot exist.
    """

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(_("Kind"), max_length=60)
    # None: somebody without an account, who is invited
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("Receiver"),
    )
    address = models.CharField(_("E-mail address"), max_length=254)
    language = models.CharField(_("Language"), max_length=10)
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # where the link leads, inside the portal; one that opens something by itself lies in `sealed_path`
    path = models.CharField(max_length=300, blank=True)
    sealed_path = models.TextField(blank=True)
    # label and key of the object that it is about
    about = models.CharField(_("About"), max_length=100, blank=True)
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField(_("Written at"), default=timezone.now)
    due_at = models.DateTimeField(_("Due at"), default=timezone.now)
    # after this moment nobody wants it any more
    expires_at = models.DateTimeField(_("Worthless after"), null=True, blank=True)
    # number of the last attempt; it never goes back, so that a claim can be told from a later one
    attempts = models.PositiveIntegerField(_("Attempts"), default=0)
    # tries, and those that were cut off, since it was written or sent again by staff
    tries = models.PositiveSmallIntegerField(default=0)
    unknown = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("Sent at"), null=True, blank=True)
    # as it was sent, without a secret link
    sent_subject = models.CharField(_("Subject"), max_length=300, blank=True)
    sent_body = models.TextField(_("Text"), blank=True)
    drop = models.CharField(_("Why it was not sent"), max_length=10, choices=Drop.choices, blank=True)

    objects: ClassVar[Any] = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("Message")
        verbose_name_plural = _("Messages")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="waiting"), name="message_due"),
            models.Index(fields=["state", "-created_at"], name="message_by_state"),
            models.Index(fields=["kind", "-created_at"], name="message_by_kind"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="message_known_state"),
            models.CheckConstraint(condition=Q(drop__in=Drop.values), name="message_known_drop"),
            models.CheckConstraint(condition=~Q(address=""), name="message_has_address"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="message_sent_has_time",
            ),
            models.CheckConstraint(condition=Q(tries__lte=F("attempts")), name="message_tries_are_attempts"),
        ]

    def __str__(self) -> str:
        return self.key

    def set_path(self, path: str, *, secret: bool) -> None:
        """Where the link leads; a secret one is encrypted."""
        self.path, self.sealed_path = ("", sealed(PURPOSE, path)) if secret else (path, "")

    def get_path(self) -> str:
        """Where the link leads. Raises LookupError when its key is gone."""
        return unsealed(PURPOSE, self.sealed_path) if self.sealed_path else self.path


class Attempt(models.Model):
    """One attempt to send a message: the row is the claim, its outcome the log."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="log")
    serial = models.PositiveIntegerField(_("No."))
    started_at = models.DateTimeField(_("Started at"), default=timezone.now)
    finished_at = models.DateTimeField(_("Finished at"), null=True, blank=True)
    outcome = models.CharField(_("Outcome"), max_length=10, choices=Outcome.choices, default=Outcome.RUNNING)
    # what the mail server said, with personal data masked
    detail = models.CharField(_("Answer"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("Attempt")
        verbose_name_plural = _("Attempts")
        ordering = ["message", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["message", "serial"], name="attempt_once"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="attempt_known_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}/{self.serial}: {self.outcome}"


class MessageText(models.Model):
    """The bureau's own text of a kind in a language; without a row the default of the kind counts."""

    kind = models.CharField(_("Kind"), max_length=60)
    language = models.CharField(_("Language"), max_length=10)
    subject = models.CharField(_("Subject"), max_length=200)
    body = models.TextField(_("Text"), max_length=5000)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(_("Changed at"), auto_now=True)

    class Meta:
        verbose_name = _("Text of a message")
        verbose_name_plural = _("Texts of messages")
        ordering = ["kind", "language"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "language"], name="message_text_once"),
            models.CheckConstraint(condition=~Q(subject="") & ~Q(body=""), name="message_text_complete"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.language})"


class HeldKind(models.Model):
    """A kind whose new messages wait until staff release them."""

    kind = models.CharField(_("Kind"), max_length=60, unique=True)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Held kind of messages")
        verbose_name_plural = _("Held kinds of messages")

    def __str__(self) -> str:
        return self.kind


class MailLanguage(models.Model):
    """The language in which a person wants mails; without a row it is Chinese."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_language")
    language = models.CharField(_("Language of mails"), max_length=10)

    class Meta:
        verbose_name = _("Language of mails")
        verbose_name_plural = _("Languages of mails")
        constraints = [
            models.CheckConstraint(condition=Q(language__in=["zh-hans", "en"]), name="mail_language_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.language}"
