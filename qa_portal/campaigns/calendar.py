"""Working days: the State Council calendar, overridden by the table that the bureau edits."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

import chinese_calendar
from django.utils import timezone

from qa_portal.campaigns.models import CalendarDay


def is_working_day(day: date, overrides: dict[date, bool]) -> bool:
    """Whether people work on this day; years that the calendar does not know yet count Monday to Friday."""
    if day in overrides:
        return overrides[day]
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def end_after_working_days(start: datetime, days: int) -> datetime:
    """The end (24:00, Asia/Shanghai) of the `days`-th working day after the day of `start`; one query."""
    day = timezone.localdate(start)
    horizon = day + timedelta(days=days * 4 + 30)
    overrides = dict(CalendarDay.objects.filter(day__gt=day, day__lte=horizon).values_list("day", "is_working"))
    left = days
    while left > 0:
        day += timedelta(days=1)
        left -= is_working_day(day, overrides)
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def working_days_between(spans: Iterable[tuple[datetime, datetime]]) -> list[int]:
    """For each span the working days after the day of its start, up to that of its end; one query for all.

    The same day is 0; an end before the start is 0.
    """
    days = [(timezone.localdate(start), timezone.localdate(end)) for start, end in spans]
    if not days:
        return []
    first, last = min(start for start, _end in days), max(end for _start, end in days)
    overrides = dict(CalendarDay.objects.filter(day__gt=first, day__lte=last).values_list("day", "is_working"))
    # how many working days lie between the first day and each later one
    passed, count, day = {first: 0}, 0, first
    while day < last:
        day += timedelta(days=1)
        count += is_working_day(day, overrides)
        passed[day] = count
    return [max(0, passed[end] - passed[start]) if end > start else 0 for start, end in days]
