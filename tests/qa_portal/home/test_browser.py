"""The frame in a real browser: no barrier that axe finds, no sideways scrolling, keyboard and paper."""

from typing import Any

import pytest

from tests.browser_fixtures import axe_violations, overflow_at, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def console(page: Any) -> list[str]:
    """What the browser complains about: refused styles, scripts and failed requests."""
    lines: list[str] = []
    page.on("console", lambda message: lines.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: lines.append(str(error)))
    return lines


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("path", ["/accounts/login/", "/components/?page=2", "/no-such-page/", "/refuse/", "/break/"])
def test_page_has_no_barrier_and_no_overflow(
    sections: None, live_server: Any, page: Any, path: str, language: str, console: list[str]
) -> None:
    page.set_extra_http_headers({"Accept-Language": language})
    page.goto(live_server.url + path)
    assert overflow_at(page) == []
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert axe_violations(page) == []
    assert [line for line in console if "status of" not in line] == []


def test_signed_in_page_with_year_menu_open(
    sections: None, live_server: Any, page: Any, staff_user: Any, years: list[int]
) -> None:
    sign_in(page, live_server.url, staff_user)
    page.goto(f"{live_server.url}/2020/applications/?sort=-score")
    page.locator(".year-menu summary").click()
    assert overflow_at(page) == []
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    assert page.locator(".year-menu").get_attribute("open") is None
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_larger_text_and_text_spacing_lose_nothing(live_server: Any, page: Any) -> None:
    page.goto(f"{live_server.url}/components/")
    page.get_by_role("button", name="大字").or_(page.get_by_role("button", name="Large text")).click()
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "18px"
    page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync('* {line-height: 1.5 !important; letter-spacing: .12em !important;'
          + ' word-spacing: .16em !important} p {margin-bottom: 2em !important}');
        document.adoptedStyleSheets = [sheet]; }"""
    )
    assert overflow_at(page) == []


def test_refused_form_takes_the_focus_to_its_summary(live_server: Any, page: Any) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    page.locator("#id_login").fill("nobody@example.com")
    page.locator("#id_password").press("Enter")
    page.wait_for_selector("#error-summary")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    page.locator("#error-summary a").first.click()
    assert page.evaluate("document.activeElement.id") == "id_password"
    assert axe_violations(page) == []


def test_first_tab_skips_to_the_content(live_server: Any, page: Any) -> None:
    page.goto(f"{live_server.url}/components/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_sign_in_works_without_javascript(
    sections: None, live_server: Any, browser: Any, staff_user: Any, years: list[int]
) -> None:
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=staff_user, email=staff_user.email, verified=True, primary=True)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url)
    page.locator("#id_login").fill(staff_user.email)
    page.locator("#id_password").fill("a-long-password")
    page.locator("main button[type=submit]").click()
    page.locator("main .page-actions a").click()
    assert page.url == f"{live_server.url}/2021/"
    page.locator(".year-menu summary").click()
    page.locator(".year-menu li a").last.click()
    assert page.url == f"{live_server.url}/2019/"
    context.close()


def test_every_focus_is_visible(live_server: Any, page: Any) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{live_server.url}/components/")
    page.keyboard.press("Tab")
    unseen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const at = document.activeElement;
            if (at === document.body) return 'end';
            const rings = [null, '::after'].map(part => getComputedStyle(at, part).outlineStyle);
            return rings.includes('solid') ? '' : at.outerHTML.slice(0, 120); }"""
        )
        if seen == "end":
            break
        if seen:
            unseen.append(seen)
    assert unseen == []


def test_paper_leaves_the_controls_out(live_server: Any, page: Any) -> None:
    page.goto(f"{live_server.url}/components/")
    page.emulate_media(media="print")
    for hidden in (".tools", ".pager-list", ".page-footer", ".chips"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator(".print-line").is_visible()
