"""The dates of a year moved into another one: the same weekday, on a working day where it was one."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from qa_portal.campaigns.calendar import is_working_day

WEEK = timedelta(days=7)


def moved_day(day: date, years: int, overrides: dict[date, bool]) -> date:
    """The day of the same weekday nearest to the same date `years` later.

    Where people worked on the old day but not on the new one, the next working day.
    """
    month_and_day = (day.month, 28) if (day.month, day.day) == (2, 29) else (day.month, day.day)
    same_date = date(day.year + years, *month_and_day)
    # at most three days before or after the same date
    moved = same_date + timedelta(days=(day.weekday() - same_date.weekday() + 3) % 7 - 3)
    if is_working_day(day, overrides):
        while not is_working_day(moved, overrides):
            moved += timedelta(days=1)
    return moved


def moved_moment(moment: datetime, years: int, overrides: dict[date, bool]) -> datetime:
    """As `moved_day`, at the same time of the day in Shanghai; midnight ends the day before."""
    local = timezone.localtime(moment)
    if local.time() == time.min:
        day = moved_day(local.date() - timedelta(days=1), years, overrides) + timedelta(days=1)
    else:
        day = moved_day(local.date(), years, overrides)
    return timezone.make_aware(datetime.combine(day, local.time()))
