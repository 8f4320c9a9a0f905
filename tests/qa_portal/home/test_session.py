"""How long a sign-in lasts, as the pages are told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from qa_portal.home.session import warn_seconds
from tests.qa_portal.home.html import PageReader

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _lengths(settings: Any, time_machine: Any) -> None:
    settings.SESSION_IDLE_SECONDS, settings.SESSION_COOKIE_AGE = 1200, 3600
    time_machine.move_to(START, tick=False)


@pytest.fixture
def left(staff_user: Any) -> Any:
    """Seconds left as the page says, after so many seconds since the sign-in."""
    client = Client()
    client.force_login(staff_user)

    def after(seconds: int, time_machine: Any, *, stay: bool = False) -> int:
        time_machine.move_to(START + timedelta(seconds=seconds), tick=False)
        if stay:
            return int(client.post("/keep-alive/").json()["seconds"])
        page = PageReader(client.get("/components/").content.decode())
        return int(page.all("dialog")[0]["data-left"])

    return after


def test_page_counts_from_the_last_note_of_the_server(left: Any, time_machine: Any) -> None:
    assert left(0, time_machine) == 1200
    assert left(59, time_machine) == 1141  # noted once a minute
    assert left(60, time_machine) == 1200


def test_staying_extends_to_the_second(left: Any, time_machine: Any) -> None:
    assert left(0, time_machine) == 1200
    assert left(30, time_machine, stay=True) == 1200
    assert left(1229, time_machine, stay=True) == 1200


def test_nothing_extends_beyond_the_longest_time(left: Any, time_machine: Any) -> None:
    for seconds, stays in ((0, 1200), (1100, 1200), (2200, 1200), (3300, 300)):
        assert left(seconds, time_machine, stay=True) == stays


@pytest.mark.parametrize(("idle", "warned"), [(1800, 300), (600, 300), (60, 30)])
def test_warning_comes_five_minutes_before_or_half_way(rf: Any, settings: Any, idle: int, warned: int) -> None:
    settings.SESSION_IDLE_SECONDS = idle
    assert warn_seconds(rf.get("/")) == warned


def test_staying_is_a_post_of_people_signed_in(staff_client: Client, client: Client) -> None:
    assert staff_client.get("/keep-alive/").status_code == 405
    assert client.post("/keep-alive/").headers["Location"] == "/accounts/login/?next=/keep-alive/"


def test_nobody_is_not_warned(client: Client) -> None:
    assert PageReader(client.get("/accounts/login/").content.decode()).all("dialog") == []
