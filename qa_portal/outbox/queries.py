"""Reading the outbox."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404

from qa_portal.outbox.enums import STATE_ORDER
from qa_portal.outbox.models import HeldKind, Message, MessageText
from qa_portal.outbox.policy import may_manage_outbox
from qa_portal.outbox.registry import all_kinds


def counts_by_state(user: Any) -> dict[str, int]:
    """How many messages stand where, failed ones first, every state present; one query."""
    rows = Message.objects.visible_to(user).order_by().values_list("state").annotate(Count("pk"))
    found = dict(rows)
    return {state: found.get(state, 0) for state in STATE_ORDER}


def messages_for(user: Any, *, state: str = "", kind: str = "", text: str = "") -> QuerySet[Message]:
    """The messages that the filters leave, newest first.

    The receiver is searched by name; by address only for those who see whole addresses.
    """
    found: QuerySet[Message] = Message.objects.visible_to(user).select_related("recipient")
    if state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    for word in text.split()[:8]:
        by_name = Q(recipient__name__icontains=word)
        found = found.filter(by_name | Q(address__icontains=word) if may_manage_outbox(user) else by_name)
    return found


def message_for(user: Any, pk: int) -> Message:
    """A message that the person may see; 404 otherwise."""
    return get_object_or_404(Message.objects.visible_to(user).select_related("recipient"), pk=pk)


def kinds_with_texts() -> list[tuple[Any, set[str], bool]]:
    """Every kind, the languages in which the bureau has a text of its own, and whether it is held; two queries."""
    own: dict[str, set[str]] = {}
    for kind, language in MessageText.objects.values_list("kind", "language"):
        own.setdefault(kind, set()).add(language)
    held = set(HeldKind.objects.values_list("kind", flat=True))
    return [(kind, own.get(kind.name, set()), kind.name in held) for kind in all_kinds()]
