"""A year in review: applications with a full dossier, experts with their own accounts and seats."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import User
from qa_portal.campaigns.models import Campaign
from reviews.enums import AssignmentSource
from reviews.models import Assignment, Expert
from reviews.scoring import operations
from reviews.scoring.pledge import PLEDGE, digest_of
from reviews.scoring.queries import criteria_of, sheet_of, values_of
from submissions.enums import State
from submissions.models import Application
from tests.factories import ApplicationFactory, CampaignFactory, ExpertFactory
from tests.submissions.pages.support import english, fill, person

COMMENT = (
    "指标改善有检测报告支持，攻关前后对比清楚，方法得当，具有推广价值；"
    "建议补充用户使用一年以上的数据，并说明推广范围和费用。"
)


def year_in_review(year: int = 2021, need: int = 1, **dates: Any) -> Campaign:
    """A year whose review is open for a week from now; `need` reviews an application."""
    now = timezone.now()
    given = {"review_opens_at": now - timedelta(days=7), "review_closes_at": now + timedelta(days=7)}
    return CampaignFactory(year=year, reviews_per_application=need, **given | dates)


def case(campaign: Campaign, *, is_full: bool = False, **fields: Any) -> Application:
    """An application in review; with `is_full` everything is written in it."""
    made = ApplicationFactory(campaign=campaign, state=State.IN_REVIEW, **fields)
    if is_full:
        fill(made)
    return made


def expert(campaign: Campaign, name: str = "expert", *, has_signed: bool = True, called: str = "") -> Expert:
    """An expert with an account who has signed the pledge of the year."""
    user = person(f"{name}-{campaign.year}", Role.EXPERT)
    made = ExpertFactory(campaign=campaign, user=user, **({"name": called} if called else {}))
    if has_signed:
        operations.sign_pledge(made, seen_digest=digest_of(PLEDGE), by=user)
    return made


def seat(application: Application, by: Expert, *, is_accepted: bool = True, **fields: Any) -> Assignment:
    """A released seat; accepted unless told otherwise."""
    now = timezone.now()
    given = {"source": AssignmentSource.DRAWN, "released_at": now, "accepted_at": now if is_accepted else None}
    return Assignment.objects.create(application=application, expert=by, **given | fields)


def values(campaign: Campaign, points: Sequence[Any], **more: str) -> dict[str, str]:
    """A complete sheet with these points, as typed."""
    typed = {f"points-{one.pk}": str(value) for one, value in zip(criteria_of(campaign), points, strict=True)}
    return typed | {"level": "DOM_LEADING", "comment": COMMENT} | more


def type_in(at: Assignment, points: Sequence[Any] = (24, 20, 16, 12, 8), **more: str) -> Assignment:
    """Type a complete sheet by the operation that the page uses."""
    at = Assignment.objects.select_related("application__campaign", "expert", "sheet").get(pk=at.pk)
    campaign = at.application.campaign
    base = values_of(sheet_of(at), criteria_of(campaign))
    operations.save_sheet(at, values(campaign, points, **more), base=base, by=user_of(at.expert))
    return Assignment.objects.select_related("application__campaign", "expert", "sheet").get(pk=at.pk)


def user_of(of: Expert) -> User:
    assert of.user is not None
    return of.user


def lock(*seats: Assignment) -> list[Any]:
    """Lock these seats of one expert as they are now."""
    fresh = [
        Assignment.objects.select_related("application__campaign", "expert", "sheet").get(pk=at.pk) for at in seats
    ]
    seen = {at.pk: sheet.version for at in fresh if (sheet := sheet_of(at))}
    return operations.lock_sheets(fresh[0].application.campaign, seen, by=user_of(fresh[0].expert))


def score(application: Application, by: Expert, points: Sequence[Any] = (24, 20, 16, 12, 8), **more: str) -> Assignment:
    """A seat, typed and locked."""
    at = type_in(seat(application, by), points, **more)
    lock(at)
    return at


def client_of(of: Expert) -> Client:
    return english(user_of(of))


def url(name: str, *args: Any) -> str:
    return reverse(f"scoring:{name}", args=args)
