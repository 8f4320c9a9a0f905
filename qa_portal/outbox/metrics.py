"""What the operators watch of the outbox."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.utils import timezone

from qa_portal.core.metrics import Gauge
from qa_portal.outbox.enums import State
from qa_portal.outbox.models import Message

UNSENT = (State.WAITING, State.SENDING)


def outbox_gauges() -> Iterator[Gauge]:
    """Messages by state, every state present, and how long the oldest unsent one waits; held ones do not count."""
    states = dict(Message.objects.order_by().values_list("state").annotate(Count("pk")))
    yield Gauge(
        "portal_messages", "Messages of the outbox.",
        tuple(((state,), states.get(state, 0)) for state in State.values), labels=("state",),
    )  # fmt: skip
    oldest = Message.objects.filter(state__in=UNSENT).aggregate(at=Min("created_at"))["at"]
    age = (timezone.now() - oldest).total_seconds() if oldest else 0.0
    yield Gauge("portal_message_age_seconds", "How long the oldest unsent message waits.", (((), age),))
