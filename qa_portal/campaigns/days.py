"""Writing the calendar of working days: what the bureau declares against the State Council calendar."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import chinese_calendar
from django.db import transaction
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.campaigns.models import CalendarDay
from qa_portal.core.errors import Refusal

LINE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[\s,，、;；:：\t]*([^\s,，、;；:：]+)[\s,，、;；:：\t]*(.*)"
)
WORDS = {"休": False, "休息": False, "放假": False, "假": False, "off": False,
         "班": True, "上班": True, "补班": True, "调休上班": True, "work": True}  # fmt: skip
FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Day:
    """A day as declared."""

    day: date
    is_working: bool
    note: str = ""


def read_days(text: str) -> tuple[list[Day], list[str]]:
    """The days of a pasted list, and what is wrong with it, by line. Blank lines do not count."""
    days, problems, seen = [], [], set()
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = LINE.fullmatch(line.strip())
        day = _day(found) if found else None
        if found is None or day is None:
            problems.append(
                _("Line %(line)s: “%(text)s” has no date that exists.") % {"line": number, "text": line[:40]}
            )
        elif found[4].lower() not in WORDS:
            text_of = _("Line %(line)s: write 休 (free) or 班 (working) behind the date, not “%(word)s”.")
            problems.append(text_of % {"line": number, "word": found[4][:20]})
        elif day in seen:
            problems.append(_("Line %(line)s: %(day)s stands in the list twice.") % {"line": number, "day": day})
        else:
            seen.add(day)
            days.append(Day(day, WORDS[found[4].lower()], found[5].strip()[:100]))
    return days, problems


def _day(found: re.Match[str]) -> date | None:
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    return day if FIRST <= day <= LAST else None


def declare_days(days: Iterable[Day], *, by: Any) -> int:
    """Add or change days of the calendar; how many differ from before. The caller has asked the policy."""
    wanted = {one.day: one for one in days}
    outside = [day for day in wanted if not FIRST <= day <= LAST]
    if outside:
        raise Refusal(_("This day lies too far away."), field="day", code="day")
    with transaction.atomic():
        kept = {one.day: one for one in CalendarDay.objects.select_for_update().filter(day__in=wanted)}
        changed = [
            one
            for day, one in sorted(wanted.items())
            if day not in kept or (kept[day].is_working, kept[day].note) != (one.is_working, one.note)
        ]
        for one in changed:
            row, _made = CalendarDay.objects.update_or_create(
                day=one.day, defaults={"is_working": one.is_working, "note": one.note}
            )
        if changed:
            before = {str(one.day): _as_event(kept[one.day]) for one in changed if one.day in kept}
            after = {str(one.day): _as_event(one) for one in changed}
            record("calendar.declared", row, by=by, before=before, after=after)
    return len(changed)


def remove_day(day: CalendarDay, *, by: Any) -> None:
    """Let the State Council calendar decide again."""
    with transaction.atomic():
        row = CalendarDay.objects.select_for_update().filter(pk=day.pk).first()
        if row is not None:
            record("calendar.removed", row, by=by, before={str(row.day): _as_event(row)})
            row.delete()


def _as_event(day: Any) -> list[Any]:
    return [day.is_working, day.note]


def known_exceptions(year: int) -> list[Day] | None:
    """Weekdays that are free and weekends that are worked by the State Council calendar; None where it is not out."""
    try:
        days = chinese_calendar.get_dates(date(year, 1, 1), date(year, 12, 31))
        return [
            Day(day, is_working, _holiday(day))
            for day in days
            if (is_working := bool(chinese_calendar.is_workday(day))) != (day.weekday() < 5)
        ]
    except NotImplementedError:
        return None


HOLIDAYS = {
    "New Year's Day": "元旦", "Spring Festival": "春节", "Tomb-sweeping Day": "清明节", "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节", "National Day": "国庆节", "Mid-autumn Festival": "中秋节",
}  # fmt: skip


def _holiday(day: date) -> str:
    name = chinese_calendar.get_holiday_detail(day)[1]
    return HOLIDAYS.get(str(name), "") if name else ""
