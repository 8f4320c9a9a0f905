"""Life of a message, and how an attempt to send it ended."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    """Where a message stands."""

    WAITING = "waiting", _("Waiting to be sent")
    HELD = "held", _("Held for release")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", pgettext_lazy("message", "Failed")
    DROPPED = "dropped", _("Not sent")


class Outcome(models.TextChoices):
    """How an attempt ended; UNKNOWN: nobody can say whether the mail server has the message."""

    RUNNING = "running", _("Running")
    SENT = "sent", _("Taken by the mail server")
    DELAYED = "delayed", _("Failed for now")
    REFUSED = "refused", _("Refused for good")
    UNKNOWN = "unknown", _("Cut off: may have been sent")
    DROPPED = "dropped", _("Not needed any more")


class Drop(models.TextChoices):
    """Why a message is not sent."""

    NONE = "", "—"
    EXPIRED = "expired", _("Its time had passed")
    SETTLED = "settled", _("What it was about had been settled")
    STAFF = "staff", _("Taken out by staff")


# Who looks after the outbox sees these first
STATE_ORDER = (State.FAILED, State.HELD, State.WAITING, State.SENDING, State.SENT, State.DROPPED)
STATE_LOOKS: dict[str, str] = {
    State.WAITING: "wait",
    State.HELD: "wait",
    State.SENDING: "info",
    State.SENT: "ok",
    State.FAILED: "bad",
    State.DROPPED: "neutral",
}
OUTCOME_LOOKS: dict[str, str] = {
    Outcome.RUNNING: "info",
    Outcome.SENT: "ok",
    Outcome.DELAYED: "wait",
    Outcome.REFUSED: "bad",
    Outcome.UNKNOWN: "bad",
    Outcome.DROPPED: "neutral",
}
