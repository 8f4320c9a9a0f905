"""Who may do what with an application; one sentence of the rulebook each, deny first.

These look at memberships, so they may cost a query; lists use `visible_to` with the same rules in SQL.
"""

from datetime import datetime
from typing import Any

from qa_portal.accounts.enums import Role
from qa_portal.accounts.rules import has_role, is_bureau, is_bureau_staff
from qa_portal.organisations.models import Membership
from submissions.enums import EDITABLE_STATES, State


def organisation_id_of(user: Any) -> int | None:
    """The organisation to which the person belongs now; one query, kept on the instance."""
    if not user.is_authenticated or not user.is_active:
        return None
    if "_organisation_id" not in user.__dict__:
        found = Membership.objects.current().filter(user=user).values_list("organisation_id", flat=True).first()
        user.__dict__["_organisation_id"] = found
    found_id: int | None = user.__dict__["_organisation_id"]
    return found_id


def files_applications(user: Any) -> bool:
    """Members of enterprises file applications; which ones, `visible_to` says."""
    return has_role(user, Role.APPLICANT)


def recommends_for_a_unit(user: Any) -> bool:
    """People of recommending units have a queue; which applications stand in it, `visible_to` says."""
    return has_role(user, Role.RECOMMENDER)


def owns(user: Any, application: Any, now: datetime | None = None) -> bool:
    """Members of the enterprise with the role of applicant own its applications."""
    return has_role(user, Role.APPLICANT) and organisation_id_of(user) == application.applicant_id


def recommends(user: Any, application: Any, now: datetime | None = None) -> bool:
    """Members of the named unit with the role of recommender act on submitted applications."""
    if application.recommending_unit_id is None or application.state == State.DRAFT:
        return False
    return has_role(user, Role.RECOMMENDER) and organisation_id_of(user) == application.recommending_unit_id


def checks(user: Any, application: Any, now: datetime | None = None) -> bool:
    """Bureau staff run the formal check."""
    return is_bureau_staff(user) and application.state != State.DRAFT


def runs_review(user: Any, application: Any = None, now: datetime | None = None) -> bool:
    """Bureau staff run the draw, the review and the decision."""
    return is_bureau_staff(user)


def runs_review_or_portal(user: Any, application: Any = None, now: datetime | None = None) -> bool:
    """As `runs_review`; or the portal itself (None), when the last review is locked or a notice has ended."""
    return user is None or is_bureau_staff(user)


def leads(user: Any, application: Any = None, now: datetime | None = None) -> bool:
    """Leaders of the bureau open the public notice and publish."""
    return has_role(user, Role.LEADER)


def may_see(user: Any, application: Any) -> bool:
    """The enterprise sees its own, the unit what was submitted to it, the bureau what was submitted."""
    if owns(user, application) or recommends(user, application):
        return True
    return is_bureau(user) and application.state != State.DRAFT


def may_edit(user: Any, application: Any, now: datetime) -> bool:
    """The enterprise edits a draft while filing is open, and what was returned until it is due."""
    if not owns(user, application) or application.state not in EDITABLE_STATES:
        return False
    return is_filing_open(application, now) if application.state == State.DRAFT else is_answer_open(application, now)


def may_submit(user: Any, application: Any, now: datetime) -> bool:
    """The enterprise submits a draft while filing is open, to the second, by the server's clock."""
    return owns(user, application) and is_filing_open(application, now)


def may_resubmit(user: Any, application: Any, now: datetime) -> bool:
    """The enterprise answers a return or a correction until it is due."""
    return owns(user, application) and is_answer_open(application, now)


def is_filing_open(application: Any, now: datetime) -> bool:
    """opens_at <= now < closes_at; a granted extension moves the end for this application alone."""
    campaign = application.campaign
    if campaign.is_in_preparation or campaign.filing_opens_at is None or campaign.filing_closes_at is None:
        return False
    if now < campaign.filing_opens_at:
        return False
    if now < campaign.filing_closes_at:
        return True
    return bool(application.pk) and application.extensions.filter(until__gt=now).exists()


def is_answer_open(application: Any, now: datetime) -> bool:
    """Until the due time of the return or correction; no due time means open."""
    return application.answer_due_at is None or now < application.answer_due_at


def is_before_recommendation_closes(user: Any, application: Any, now: datetime) -> bool:
    """The unit returns and recommends until recommendation closes."""
    closes_at = application.campaign.recommendation_closes_at
    return recommends(user, application) and (closes_at is None or now < closes_at)
