"""What the outbox puts on the home page of bureau staff."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qa_portal.core.work import WorkItem, needs_me
from qa_portal.outbox.enums import State
from qa_portal.outbox.policy import may_manage_outbox
from qa_portal.outbox.queries import counts_by_state


@needs_me
def messages_to_look_after(user: Any) -> Iterable[WorkItem]:
    """Messages that failed for good, and those that wait for release; one query."""
    if not may_manage_outbox(user):
        return []
    counts, url = counts_by_state(user), reverse("outbox:list")
    failed, held = counts[State.FAILED], counts[State.HELD]
    items = []
    if failed:
        text = ngettext("%(count)s message that was not sent", "%(count)s messages that were not sent", failed)
        items.append(WorkItem(_("Look at"), text % {"count": failed}, f"{url}?state={State.FAILED}"))
    if held:
        text = ngettext("%(count)s message that is held", "%(count)s messages that are held", held)
        items.append(WorkItem(_("Release"), text % {"count": held}, f"{url}?state={State.HELD}"))
    return items
