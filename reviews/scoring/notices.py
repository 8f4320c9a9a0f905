"""What the stage of the experts tells people; nothing of it holds a score or a name."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from qa_portal.accounts.enums import GrantState, Role
from qa_portal.accounts.models import User
from qa_portal.notices.operations import notify
from qa_portal.notices.registry import register_text
from qa_portal.outbox.registry import Placeholder, register_kind

YEAR = Placeholder("year", _("Year"), "2021")
NUMBER = Placeholder("number", _("Application number"), "2021-0001")
COUNT = Placeholder("count", _("How many"), 3)
OPEN_IT = _("Open it here: {link}")
UNTIL = Placeholder("until", _("Valid until"), datetime(2021, 7, 20, 9, tzinfo=UTC))

REMIND, LEAVE_GIVEN, LEAVE_REFUSED = "reviews.remind", "reviews.leave_given", "reviews.leave_refused"
register_kind(
    REMIND,
    title=_("Reminder of reviews"),
    subject=_("Review of {year}: {count} applications are not locked"),
    body=(_("{count} of the applications that you review for {year} are not locked yet."), OPEN_IT),
    notice=_("Review of %(year)s: %(count)s of your applications are not locked yet."),
    look="wait",
    placeholders=(YEAR, COUNT),
)
register_kind(
    LEAVE_GIVEN,
    title=_("Leave to score again"),
    subject=_("Application {number}: you may score again"),
    body=(_("You may score application {number} again until {until}, then lock it anew."), OPEN_IT),
    notice=_("%(number)s: you may score again until %(until)s."),
    look="ok",
    placeholders=(NUMBER, UNTIL),
)
register_kind(
    LEAVE_REFUSED,
    title=_("Leave to score again refused"),
    subject=_("Application {number}: request refused"),
    body=(_("Your request to score application {number} again was refused; your review stays as it is."), OPEN_IT),
    notice=_("%(number)s: your request to score again was refused."),
    look="bad",
    placeholders=(NUMBER,),
)
register_text("review.seat_left", _("An expert left %(number)s: a substitute is needed."), kind="wait")
register_text("review.leave_asked", _("%(number)s: somebody asks for leave to score again."), kind="wait")


def tell_staff(key: str, *, params: dict[str, Any], url: str = "", but: Iterable[int] = ()) -> None:
    """Tell all bureau staff but some; in the running transaction."""
    staff = User.objects.filter(
        is_active=True, role_grants__role=Role.STAFF, role_grants__state=GrantState.ACTIVE
    ).distinct()
    for user in staff.exclude(pk__in=list(but)):
        notify(user, key, params=params, url=url)
