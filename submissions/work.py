"""What applications put on the home page of an enterprise."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.core.work import ChangeItem, WaitItem, WorkItem, changed_lately, needs_me, waits_for_others
from submissions.applicants import open_campaign, own_applications
from submissions.deadlines import deadline_of
from submissions.enums import State
from submissions.policy import files_applications
from submissions.tables import STATE_KINDS, holder_of, title_of

WAITING = (
    State.PENDING_RECOMMENDATION,
    State.FORMAL_CHECK,
    State.ACCEPTED,
    State.IN_REVIEW,
    State.SCORED,
    State.DEFENCE,
    State.DECIDED,
)
RECENT = timedelta(days=60)


def _own(user: Any) -> list[Any]:
    """The applications of the person's enterprise; one query, kept for the request."""
    if not files_applications(user):
        return []
    found: list[Any] | None = getattr(user, "_own_applications", None)
    if found is None:
        found = user._own_applications = list(own_applications(user))
    return found


def _url(application: Any) -> str:
    return reverse("submissions:detail", kwargs={"pk": application.pk})


@needs_me
def applications_to_write(user: Any) -> Iterable[WorkItem]:
    """Drafts, and what was sent back, while it may be changed; a call that is open and has no draft yet."""
    verbs = {State.DRAFT: _("Go on with"), State.RETURNED: _("Revise"), State.CORRECTION: _("Correct")}
    items, now = [], timezone.now()
    for one in _own(user):
        due = deadline_of(one, now) if one.state in verbs else None
        if due and not due.is_over:
            items.append(WorkItem(verbs[State(one.state)], title_of(one), _url(one), due.at))
    if files_applications(user) and not items:
        campaign = open_campaign()
        if campaign and campaign.filing_opens_at <= now < campaign.filing_closes_at:  # type: ignore[operator]
            text = _("the call of the year %(year)s") % {"year": campaign.year}
            items.append(WorkItem(_("Read"), text, reverse("submissions:call"), campaign.filing_closes_at))
    return items


@waits_for_others
def applications_with_others(user: Any) -> Iterable[WaitItem]:
    """What the unit or the bureau works on."""
    return [
        WaitItem(holder_of(one), title_of(one), one.submitted_at, _url(one))
        for one in _own(user)
        if one.state in WAITING and one.submitted_at
    ]


@changed_lately
def applications_submitted(user: Any) -> Iterable[ChangeItem]:
    """What was submitted or accepted lately."""
    since = timezone.now() - RECENT
    return [
        ChangeItem(title_of(one), at, _url(one), STATE_KINDS.get(one.outside_state, "neutral"), one.outside_state.label)
        for one in _own(user)
        if (at := one.accepted_at or one.submitted_at) and at > since
    ]
