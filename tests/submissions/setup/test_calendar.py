"""The calendar of working days: single days, pasted lists, and what deadlines make of them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qa_portal.accounts.enums import Role
from qa_portal.audit.models import AuditEvent
from qa_portal.campaigns.calendar import end_after_working_days
from qa_portal.campaigns.days import Day, known_exceptions, read_days
from qa_portal.campaigns.models import CalendarDay
from tests.submissions.pages.support import english, person

pytestmark = pytest.mark.django_db
URL = "/setup/calendar/"
LIST = "2021-10-01 休 国庆节\n\n2021/10/9　班\n2021年10月10日，上班；补2日"


@pytest.fixture
def client(staff_user: Any) -> Client:
    return english(staff_user)


def test_a_list_is_read_in_the_usual_ways() -> None:
    assert read_days(LIST) == (
        [Day(date(2021, 10, 1), False, "国庆节"), Day(date(2021, 10, 9), True), Day(date(2021, 10, 10), True, "补2日")],
        [],
    )


@pytest.mark.parametrize(("line", "says"), [
    ("2021-02-30 休", "no date that exists"), ("明天 休", "no date that exists"),
    ("1999-01-01 休", "no date that exists"),
    ("2021-10-01 节日", "not “节日”"), ("2021-10-01", "no date that exists"),
    ("2021-10-01 休\n2021-10-01 班", "Line 3: 2021-10-01 stands in the list twice"),
])  # fmt: skip
def test_a_list_with_an_error_changes_nothing(line: str, says: str, client: Client) -> None:
    typed = f"2021-12-31 休\n{line}"
    answer = client.post(URL, {"do": "import", "days": typed})
    form = answer.context["list_form"]
    assert (answer.status_code, CalendarDay.objects.count(), form["days"].value()) == (422, 0, typed)
    assert says in " ".join(form.errors["days"])


def test_declared_days_count_and_are_recorded(client: Client) -> None:
    start = datetime(2021, 9, 29, 2, tzinfo=UTC)
    assert timezone.localtime(end_after_working_days(start, 2)).isoformat() == "2021-10-09T00:00:00+08:00"
    answer = client.post(URL, {"do": "import", "days": "2021-09-30 休 台风\n2021-10-08 班"})
    assert (answer.status_code, answer["Location"], CalendarDay.objects.count()) == (302, f"{URL}?year=2021", 2)
    assert timezone.localtime(end_after_working_days(start, 2)).isoformat() == "2021-10-10T00:00:00+08:00"
    event = AuditEvent.objects.get()
    assert (event.action, event.before, event.after) == (
        "calendar.declared", {}, {"2021-09-30": [False, "台风"], "2021-10-08": [True, ""]})  # fmt: skip
    client.post(URL, {"do": "import", "days": "2021-09-30 休 台风\n2021-10-08 班"})
    assert AuditEvent.objects.count() == 1


def test_one_day_is_declared_changed_and_taken_back(client: Client) -> None:
    client.post(URL, {"do": "add", "day": "2021-10-01", "is_working": "0", "note": "国庆节"})
    client.post(URL, {"do": "add", "day": "2021-10-01", "is_working": "1", "note": ""})
    day = CalendarDay.objects.get()
    assert (day.is_working, day.note) == (True, "")
    assert client.post(reverse("setup:calendar_remove", args=[day.pk])).status_code == 302
    assert (CalendarDay.objects.count(), AuditEvent.objects.filter(action="calendar.removed").count()) == (0, 1)
    odd = client.post(URL, {"do": "add", "day": "1200-10-01", "is_working": "0"})
    assert (odd.status_code, list(odd.context["form"].errors)) == (422, ["day"])


def test_leaders_read_the_calendar_and_cannot_change_it() -> None:
    leader = english(person("leader", Role.LEADER))
    answer = leader.post(URL, {"do": "import", "days": LIST})
    assert (leader.get(URL).status_code, answer.status_code, CalendarDay.objects.count()) == (200, 409, 0)


def test_days_of_the_state_council_are_shown_where_they_are_known(client: Client) -> None:
    known = {one.day: one.is_working for one in known_exceptions(2021) or []}
    assert (known[date(2021, 10, 1)], known[date(2021, 10, 9)], date(2021, 10, 12) in known) == (False, True, False)
    assert (known_exceptions(2090), client.get(URL, {"year": "2090"}).context["known"]) == (None, None)
    assert client.get(URL, {"year": "x" * 50}).status_code == 200
