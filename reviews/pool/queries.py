"""Reading the pool and its conflicts."""

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404

from qa_portal.campaigns.models import Campaign
from reviews.models import Assignment, Conflict, Expert, Review
from reviews.rules import may_read_pool


def experts_for(user: Any, campaign: Campaign) -> QuerySet[Expert]:
    """The experts of a year, for those who may know who they are; in the order of codes."""
    experts = Expert.objects.filter(campaign=campaign).select_related("employer").order_by("code")
    return experts if may_read_pool(user) else experts.none()


def with_counts(experts: QuerySet[Expert]) -> QuerySet[Expert]:
    """With `assignment_count`, `conflict_count` and `review_count`, each by its own subquery."""

    def count(rows: QuerySet[Any]) -> Any:
        counted = rows.filter(expert=OuterRef("pk")).order_by().values("expert").annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(counted), 0)

    return experts.annotate(
        assignment_count=count(Assignment.objects.active()),
        conflict_count=count(Conflict.objects.active()),
        review_count=count(Review.objects.valid()),
    )


def matching_experts(
    experts: QuerySet[Expert], text: str = "", state: str = "", industry: str = ""
) -> QuerySet[Expert]:
    """Narrow by substring of code, name or employer, by state of confirmation, by confirmed field."""
    for word in text.split()[:8]:
        experts = experts.filter(Q(code__icontains=word) | Q(name__icontains=word) | Q(employer__name__icontains=word))
    if state == "confirmed":
        experts = experts.filter(confirmed_at__isnull=False)
    elif state == "unconfirmed":
        experts = experts.filter(confirmed_at__isnull=True)
    elif state == "unavailable":
        experts = experts.filter(is_available=False)
    return experts.filter(levels__industry=industry) if industry else experts


def expert_or_404(user: Any, campaign: Campaign, code: str) -> Expert:
    """An expert of the year by code; unknown and not allowed are the same."""
    found = experts_for(user, campaign).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def conflicts_for(user: Any, campaign: Campaign) -> QuerySet[Conflict]:
    """The conflicts of a year with both sides, newest first."""
    conflicts = (
        Conflict.objects.filter(application__campaign=campaign)
        .select_related("application", "expert", "expert__employer", "created_by", "ended_by")
        .order_by("-created_at", "-pk")
    )
    return conflicts if may_read_pool(user) else conflicts.none()


def matching_conflicts(
    conflicts: QuerySet[Conflict], text: str = "", code: str = "", source: str = "", state: str = "active"
) -> QuerySet[Conflict]:
    """Narrow by substring of number, expert's code or name; by code, source, and whether they hold."""
    for word in text.split()[:8]:
        conflicts = conflicts.filter(
            Q(application__number__icontains=word)
            | Q(application__applicant_name__icontains=word)
            | Q(expert__code__icontains=word)
            | Q(expert__name__icontains=word)
        )
    if code:
        conflicts = conflicts.filter(code=code)
    if source:
        conflicts = conflicts.filter(source=source)
    if state == "active":
        return conflicts.filter(ended_at__isnull=True)
    return conflicts.filter(is_dismissed=True) if state == "dismissed" else conflicts
