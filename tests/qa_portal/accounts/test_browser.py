"""Passkeys with a virtual authenticator, and the look of every page of the account, in a real browser."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from qa_portal.accounts.models import User
from tests.browser_fixtures import axe_violations, overflow_at, sign_in
from tests.qa_portal.accounts.conftest import PASSWORD, give_app

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OWN_PAGES = [
    "/accounts/",
    "/accounts/password/change/",
    "/accounts/email/",
    "/accounts/sessions/",
    "/accounts/reauthenticate/",
    "/accounts/2fa/",
    "/accounts/2fa/webauthn/",
]
PUBLIC_PAGES = ["/accounts/login/", "/accounts/signup/"]


@pytest.fixture
def address(live_server: Any) -> str:
    """Passkeys need a host name; an address of numbers has none."""
    return str(live_server.url).replace("127.0.0.1", "localhost")


@pytest.fixture
def console(page: Any) -> list[str]:
    lines: list[str] = []
    page.on("console", lambda message: lines.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: lines.append(str(error)))
    return lines


@pytest.fixture
def authenticator(page: Any) -> dict[str, Any]:
    """A device with fingerprint reader, made of software; `cdp` and `id` steer it."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return {"cdp": cdp, "id": added["authenticatorId"]}


def enter(page: Any, address: str, user: User) -> None:
    page.goto(f"{address}/accounts/login/")
    page.locator("#id_login").fill(user.email)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main button[type=submit]").click()


def add_passkey(page: Any, address: str, *, alone: bool = True) -> None:
    page.goto(f"{address}/accounts/2fa/webauthn/add/")
    page.locator("#id_passwordless").set_checked(alone)
    page.locator("#passkey-add").click()
    page.wait_for_url("**/recovery-codes/")


# ------------------------------------------------------------------ passkeys
def test_passkey_is_added_and_signs_in_alone(
    page: Any, address: str, authenticator: Any, expert: User, settings: Any, console: list[str]
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    enter(page, address, expert)
    page.goto(f"{address}/jobs/")
    assert page.url.startswith(f"{address}/accounts/2fa/?next=")
    add_passkey(page, address)
    page.goto(f"{address}/jobs/")
    assert page.url == f"{address}/jobs/"
    page.context.clear_cookies()
    page.goto(f"{address}/accounts/login/?next=/jobs/")
    page.locator("#passkey-login").click()
    page.wait_for_url(f"{address}/jobs/")
    assert [line for line in console if "status of" not in line] == []


def test_passkey_is_the_second_step(page: Any, address: str, authenticator: Any, expert: User) -> None:
    enter(page, address, expert)
    add_passkey(page, address, alone=False)
    page.context.clear_cookies()
    enter(page, address, expert)
    assert page.url == f"{address}/accounts/2fa/authenticate/"
    page.locator("#passkey-second").click()
    page.wait_for_url(f"{address}/")


def test_passkey_confirms_a_change(page: Any, address: str, authenticator: Any, expert: User) -> None:
    enter(page, address, expert)
    add_passkey(page, address)
    sign_in(page, address, expert)  # a session that has confirmed nothing yet
    key = Authenticator.objects.get(user=expert, type=Authenticator.Type.WEBAUTHN)
    page.goto(f"{address}/accounts/2fa/webauthn/keys/{key.pk}/remove/")
    page.goto(f"{address}/accounts/2fa/webauthn/reauthenticate/?next=/accounts/2fa/webauthn/")
    page.locator("#passkey-confirm").click()
    page.wait_for_url(f"{address}/accounts/2fa/webauthn/")
    page.goto(f"{address}/accounts/2fa/webauthn/keys/{key.pk}/remove/")
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"{address}/accounts/2fa/webauthn/")
    assert not Authenticator.objects.filter(user=expert).exists()


def test_refused_passkey_says_so_and_changes_nothing(page: Any, address: str, authenticator: Any, expert: User) -> None:
    enter(page, address, expert)
    authenticator["cdp"].send(
        "WebAuthn.setUserVerified", {"authenticatorId": authenticator["id"], "isUserVerified": False}
    )
    page.goto(f"{address}/accounts/2fa/webauthn/add/")
    page.locator("#passkey-add").click()
    page.wait_for_selector("[data-passkey-failed]:not([hidden])")
    assert not Authenticator.objects.exists()


# ------------------------------------------------------------------ look
@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_public_page_has_no_barrier(page: Any, live_server: Any, path: str, language: str) -> None:
    page.set_extra_http_headers({"Accept-Language": language})
    page.goto(live_server.url + path)
    check_look(page)


@pytest.mark.parametrize("path", OWN_PAGES)
def test_own_page_has_no_barrier(page: Any, live_server: Any, applicant: User, path: str, console: list[str]) -> None:
    sign_in(page, live_server.url, applicant)
    page.goto(live_server.url + path)
    check_look(page)
    assert console == []


def test_pages_of_the_second_factor_have_no_barrier(
    page: Any, live_server: Any, applicant: User, console: list[str]
) -> None:
    enter(page, live_server.url, applicant)
    for path in ("/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/"):
        page.goto(live_server.url + path)
        check_look(page)
    give_app(applicant)
    for path in ("/accounts/2fa/", "/accounts/2fa/totp/deactivate/", "/accounts/2fa/recovery-codes/generate/"):
        page.goto(live_server.url + path)
        check_look(page)
    page.locator("main button[type=submit]").click()
    check_look(page)
    page.context.clear_cookies()
    enter(page, live_server.url, applicant)
    assert page.url.endswith("/accounts/2fa/authenticate/")
    check_look(page)
    assert console == []


def test_switcher_is_a_menu_for_the_keyboard(page: Any, live_server: Any, applicant: User) -> None:
    sign_in(page, live_server.url, applicant)
    page.goto(f"{live_server.url}/accounts/")
    menu = page.locator("details.menu")
    menu.locator("summary").press("Enter")
    assert menu.locator("button").count() == 10
    check_look(page)
    page.set_viewport_size({"width": 360, "height": 900})
    box = menu.locator("ul").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None


def check_look(page: Any) -> None:
    assert overflow_at(page) == []
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe_violations(page) == []
