"""The end of a sign-in in a real browser: announced, put off, and nothing typed is lost."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session

from tests.browser_fixtures import axe_violations, overflow_at, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DIALOG = "#session-dialog"
TEXT = "本平台周六维护，请提前保存。"


@pytest.fixture
def announcements(live_server: Any, page: Any, staff_user: Any, settings: Any) -> Any:
    """The page of announcements, on which staff write."""
    settings.SESSION_IDLE_SECONDS = 8
    sign_in(page, live_server.url, staff_user)
    page.goto(f"{live_server.url}/announcements/")
    return page


def wait_for_warning(page: Any) -> None:
    page.locator(f"{DIALOG}[open]").wait_for()


def test_warning_is_an_accessible_dialog_that_extends(live_server: Any, announcements: Any, settings: Any) -> None:
    page = announcements
    wait_for_warning(page)
    assert page.evaluate("document.activeElement.id") == "session-stay"
    assert axe_violations(page) == []
    settings.SESSION_IDLE_SECONDS = 1000
    assert overflow_at(page) == []
    page.keyboard.press("Enter")
    page.locator(DIALOG).wait_for(state="hidden")
    page.wait_for_timeout(1500)
    assert page.locator(f"{DIALOG}[open]").count() == 0


def test_escape_means_still_here(announcements: Any, settings: Any) -> None:
    wait_for_warning(announcements)
    settings.SESSION_IDLE_SECONDS = 1000
    announcements.keyboard.press("Escape")
    announcements.locator(DIALOG).wait_for(state="hidden")


def test_typed_text_survives_the_end_of_the_sign_in(
    live_server: Any, announcements: Any, staff_user: Any, settings: Any
) -> None:
    page = announcements
    page.locator("#id_text").fill(TEXT)
    page.locator("#id_roles_2").check()
    page.wait_for_timeout(400)
    Session.objects.all().delete()
    wait_for_warning(page)
    page.keyboard.press("Enter")  # too late: the server does not know the sign-in any more
    page.locator("#session-again").wait_for()
    assert axe_violations(page) == []
    page.locator("#session-again").click()
    assert page.url == f"{live_server.url}/accounts/login/?next=%2Fannouncements%2F"
    settings.SESSION_IDLE_SECONDS = 1000
    sign_in(page, live_server.url, staff_user)
    page.goto(f"{live_server.url}/announcements/")
    assert page.locator("#id_text").input_value() == ""
    page.locator("#typed-before button").first.click()
    assert page.locator("#id_text").input_value() == TEXT
    assert page.locator("#id_roles_2").is_checked()
    assert not page.locator("#id_roles_1").is_checked()
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector(".notice.is-ok")
    assert TEXT in page.locator("tbody").inner_text()
    assert kept(page) == []


def test_text_sent_too_late_is_offered_after_signing_in(
    live_server: Any, announcements: Any, staff_user: Any, settings: Any
) -> None:
    page = announcements
    settings.SESSION_IDLE_SECONDS = 1000
    page.locator("#id_text").fill(TEXT)
    Session.objects.all().delete()
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector("#id_password")
    sign_in(page, live_server.url, staff_user)
    page.goto(f"{live_server.url}/announcements/")
    page.locator("#typed-before button").last.click()
    assert page.locator("#id_text").input_value() == ""
    assert kept(page) == []


def test_text_is_not_offered_to_somebody_else(live_server: Any, announcements: Any, settings: Any) -> None:
    from qa_portal.accounts.models import RoleGrant, User

    page = announcements
    settings.SESSION_IDLE_SECONDS = 1000
    page.locator("#id_text").fill(TEXT)
    page.wait_for_timeout(400)
    other = User.objects.create_user("other@example.com", "a-long-password")
    RoleGrant.objects.create(user=other, role="staff")
    sign_in(page, live_server.url, other)
    page.goto(f"{live_server.url}/announcements/")
    assert not page.locator("#typed-before").is_visible()
    assert kept(page) == []


def test_passwords_are_never_kept(live_server: Any, page: Any, staff_user: Any) -> None:
    sign_in(page, live_server.url, staff_user)
    page.goto(f"{live_server.url}/accounts/password/change/")
    for field in page.locator("main input[type=password]").all():
        field.fill("a-secret-word")
    page.wait_for_timeout(500)
    assert kept(page) == []


def test_pages_for_nobody_have_no_warning(live_server: Any, page: Any) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    assert page.locator(DIALOG).count() == 0


def kept(page: Any) -> list[str]:
    """What the window keeps of typed texts."""
    found: list[str] = page.evaluate(
        "Object.entries(sessionStorage).filter(([name]) => name.startsWith('portal-typed:')).map(([, text]) => text)"
    )
    return found
