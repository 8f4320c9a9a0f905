"""What the stage of the experts puts on the home pages of experts and staff."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qa_portal.accounts.rules import is_bureau_staff
from qa_portal.core.work import WorkItem, needs_me
from reviews.models import Assignment, ScoringLeave
from reviews.scoring.policy import is_review_open, reviews
from reviews.scoring.queries import seats_of, with_progress
from submissions.enums import State

SHOWN = 20


@needs_me
def applications_to_review(user: Any) -> Iterable[WorkItem]:
    """How many applications of a year an expert has not locked, until when; one query."""
    if not reviews(user):
        return []
    now = timezone.now()
    seats = with_progress(seats_of(user).filter(application__state=State.IN_REVIEW), now)
    left: dict[Any, int] = {}
    for seat in seats.select_related("application__campaign"):
        campaign = seat.application.campaign
        if seat.has_leave or (not seat.is_locked and is_review_open(campaign, now)):
            left[campaign] = left.get(campaign, 0) + 1
    return [
        WorkItem(
            _("Review"),
            ngettext("%(count)s application of %(year)s", "%(count)s applications of %(year)s", count)
            % {"count": count, "year": campaign.year},
            reverse("scoring:tasks"),
            campaign.review_closes_at,
        )
        for campaign, count in left.items()
    ]


@needs_me
def leaves_to_decide(user: Any) -> Iterable[WorkItem]:
    """Requests to score again that somebody else made; one query."""
    if not is_bureau_staff(user):
        return []
    waiting = ScoringLeave.objects.waiting().exclude(requested_by=user.pk).select_related("assignment__application")
    return [
        WorkItem(
            _("Decide on"),
            _("request to score again: %(number)s") % {"number": one.assignment.application.number},
            reverse("scoring:case", args=[one.assignment.application_id]),
        )
        for one in waiting[:SHOWN]
    ]


@needs_me
def reviews_to_look_after(user: Any) -> Iterable[WorkItem]:
    """Reviews that experts still owe in years that are under review; one query."""
    if not is_bureau_staff(user):
        return []
    owed = with_progress(Assignment.objects.open_to_experts(), timezone.now()).filter(
        is_locked=False, application__state=State.IN_REVIEW
    )
    rows = owed.order_by().values_list("application__campaign__year", "application__campaign__review_closes_at")
    return [
        WorkItem(
            _("Look after"),
            ngettext("%(count)s review of %(year)s that is left", "%(count)s reviews of %(year)s that are left", count)
            % {"count": count, "year": year},
            reverse("scoring:progress", args=[year]),
            closes_at,
        )
        for year, closes_at, count in rows.annotate(count=Count("pk"))
    ]
