"""Until when an application may be changed, in words, by the server's clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from submissions.enums import State

AMBER, RED = timedelta(hours=72), timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment, how it looks (`kind` of a notice or badge), and the words for it."""

    at: datetime
    left: timedelta

    @property
    def is_over(self) -> bool:
        return self.left <= timedelta(0)

    @property
    def kind(self) -> str:
        return "bad" if self.left <= RED else "wait" if self.left <= AMBER else "info"

    @property
    def moment(self) -> str:
        return date_format(timezone.localtime(self.at), _("l, j F Y, H:i"))

    @property
    def text(self) -> str:
        """“closes Monday, 21 September 2020, 17:00 · 3 days 4 hours left”."""
        if self.is_over:
            return _("closed %(moment)s") % {"moment": self.moment}
        return _("closes %(moment)s · %(left)s left") % {"moment": self.moment, "left": left_text(self.left)}


def left_text(left: timedelta) -> str:
    """The two largest parts of a duration; the last minute is 1 minute."""
    days, hours, minutes = left.days, left.seconds // 3600, left.seconds % 3600 // 60
    parts = []
    if days:
        parts.append(ngettext("%(count)s day", "%(count)s days", days) % {"count": days})
    if hours:
        parts.append(ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours})
    if not days and (minutes or not hours):
        minutes = max(minutes, 1)
        parts.append(ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes})
    return " ".join(parts)


def deadline(at: datetime | None, now: datetime | None = None) -> Deadline | None:
    """The deadline at a moment; None without one."""
    return None if at is None else Deadline(at, at - (now or timezone.now()))


def with_extension(applications: QuerySet[Any]) -> QuerySet[Any]:
    """Add `extended_until`, the latest extension of each: a list then asks nothing per row."""
    return applications.annotate(extended_until=Max("extensions__until"))


def deadline_of(application: Any, now: datetime | None = None) -> Deadline | None:
    """Until when the applicant acts; None while others do. A longer extension counts for a draft.

    Needs `with_extension` for no further query.
    """
    if application.state in (State.RETURNED, State.CORRECTION):
        return deadline(application.answer_due_at, now)
    if application.state != State.DRAFT or application.campaign.filing_closes_at is None:
        return None
    if hasattr(application, "extended_until"):
        extended = application.extended_until
    else:
        extended = application.extensions.aggregate(last=Max("until"))["last"]
    closes_at = application.campaign.filing_closes_at
    return deadline(max(closes_at, extended) if extended else closes_at, now)
