"""Filing in a real Chromium: nothing typed is lost, and two windows meet."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from qa_portal.campaigns.models import Campaign
from submissions.models import Application, SectionContent
from tests.browser_fixtures import axe_violations, overflow_at, sign_in
from tests.submissions.pages.support import draft_of, enterprise, open_call, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def call_of_now() -> Campaign:
    now = timezone.now()
    return open_call(filing_opens_at=now - timedelta(days=30), filing_closes_at=now + timedelta(days=30))


@pytest.fixture
def draft(transactional_db: None) -> Application:
    return draft_of(enterprise(name="上海示例重工有限公司"), campaign=call_of_now())


@pytest.fixture
def owner(draft: Application) -> Any:
    return person("owner", organisation=draft.applicant)


@pytest.fixture
def console(page: Any) -> list[str]:
    lines: list[str] = []
    page.on("console", lambda message: lines.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: lines.append(str(error)))
    return lines


@pytest.fixture
def second(browser: Any, live_server: Any, owner: Any) -> Iterator[Any]:
    """Another window of the owner."""
    context = browser.new_context(locale="zh-CN")
    window = context.new_page()
    sign_in(window, live_server.url, owner)
    yield window
    context.close()


def kept(application: Application, section: str) -> dict[str, Any]:
    return SectionContent.objects.filter(application=application, section=section).values_list("data", flat=True)[0]


def open_section(page: Any, live_server: Any, draft: Application, section: str) -> None:
    page.goto(f"{live_server.url}/applications/{draft.pk}/sections/{section}/")


def wait_saved(page: Any) -> None:
    page.wait_for_selector("#save-state.is-kept")


# ------------------------------------------------------------------ autosave
def test_typing_is_saved_without_a_button(
    live_server: Any, page: Any, draft: Application, owner: Any, console: list[str]
) -> None:
    sign_in(page, live_server.url, owner)
    open_section(page, live_server, draft, "project")
    page.locator("#f-title").fill("焊缝质量攻关")
    wait_saved(page)  # two seconds after typing
    assert page.locator("#f-title-count").inner_text() == "6 / 30 字"
    page.locator("#f-product_name").fill("围护系统")
    page.locator("#f-title").focus()  # on leaving a field
    expect(page.locator("#save-state")).to_contain_text("已保存")
    wait_saved(page)
    assert kept(draft, "project") == {"title": "焊缝质量攻关", "product_name": "围护系统"}
    assert console == []


def test_rows_are_added_moved_removed_and_brought_back(
    live_server: Any, page: Any, draft: Application, owner: Any, console: list[str]
) -> None:
    sign_in(page, live_server.url, owner)
    open_section(page, live_server, draft, "innovations")
    group = page.locator("[data-rows=innovations]")
    group.locator("textarea").first.fill("甲")
    group.locator("[data-step=add]").click()
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    group.locator("[data-row]").nth(1).locator("textarea").fill("乙")
    group.locator("[data-row]").nth(1).locator("[data-step=up]").click()
    page.wait_for_timeout(2200)
    wait_saved(page)
    assert [row["text"] for row in kept(draft, "innovations")["innovations"]] == ["乙", "甲"]
    group.locator("[data-row]").first.locator("[data-step=remove]").click()
    page.wait_for_timeout(2200)
    wait_saved(page)
    assert [row["text"] for row in kept(draft, "innovations")["innovations"]] == ["甲"]
    page.get_by_role("button", name="撤销").click()
    page.wait_for_timeout(2200)
    wait_saved(page)
    assert [row["text"] for row in kept(draft, "innovations")["innovations"]] == ["乙", "甲"]
    assert console == []


def test_computed_values_come_from_the_server(live_server: Any, page: Any, draft: Application, owner: Any) -> None:
    sign_in(page, live_server.url, owner)
    open_section(page, live_server, draft, "indicators")
    row = page.locator("[data-rows=indicators] [data-row]").first
    row.locator("[name$=-before]").fill("91.2")
    row.locator("[name$=-after]").fill("98.6")
    wait_saved(page)
    assert row.locator("output").inner_text() == "+8.1%"


def test_lost_network_keeps_the_text_and_saves_it_later(
    live_server: Any, page: Any, draft: Application, owner: Any
) -> None:
    sign_in(page, live_server.url, owner)
    open_section(page, live_server, draft, "project")
    page.context.set_offline(True)
    page.locator("#f-title").fill("离线写的题目")
    page.wait_for_selector("#save-state.is-failed")
    assert "无法连接服务器" in page.locator("#save-state").inner_text()
    assert SectionContent.objects.count() == 0
    page.context.set_offline(False)
    wait_saved(page)
    assert (kept(draft, "project"), page.locator("#f-title").input_value()) == (
        {"title": "离线写的题目"}, "离线写的题目")  # fmt: skip


def test_sign_in_that_ended_loses_no_word(live_server: Any, page: Any, draft: Application, owner: Any) -> None:
    owner.emailaddress_set.create(email=owner.email, verified=True, primary=True)
    sign_in(page, live_server.url, owner)
    open_section(page, live_server, draft, "innovations")
    Session.objects.all().delete()
    group = page.locator("[data-rows=innovations]")
    group.locator("textarea").first.fill("登录过期时写的")
    group.locator("[data-step=add]").click()
    group.locator("[data-row]").nth(1).locator("textarea").fill("第二点")
    page.wait_for_selector("#save-state.is-failed a")
    page.wait_for_timeout(500)
    page.locator("#save-state a").click()
    page.wait_for_url("**/login/**")
    page.locator("#id_login").fill(owner.email)
    page.locator("#id_password").fill("a-long-password")
    page.locator("#id_password").press("Enter")
    page.wait_for_url("**/sections/innovations/")
    assert page.locator("form [data-offer]").is_visible()
    page.locator("form [data-restore]").click()
    wait_saved(page)
    assert [row["text"] for row in kept(draft, "innovations")["innovations"]] == ["登录过期时写的", "第二点"]


# ------------------------------------------------------------------ two windows
def test_two_windows_merge_fields_and_show_a_conflict(
    live_server: Any, page: Any, second: Any, draft: Application, owner: Any, console: list[str]
) -> None:
    sign_in(page, live_server.url, owner)
    for window in (page, second):
        open_section(window, live_server, draft, "project")
    page.locator("#f-title").fill("甲的题目")
    wait_saved(page)
    second.locator("#f-product_name").fill("乙的产品")
    wait_saved(second)
    assert kept(draft, "project") == {"title": "甲的题目", "product_name": "乙的产品"}
    second.locator("#f-title").fill("乙的题目")
    second.wait_for_selector(".conflict")
    assert kept(draft, "project")["title"] == "甲的题目"
    box = second.locator("[data-conflict=title]").inner_text()
    assert ("甲的题目" in box, "乙的题目" in box, "owner" in box) == (True, True, True)
    assert second.locator("#f-title").input_value() == "乙的题目"
    assert axe_violations(second) == []
    assert overflow_at(second) == []
    second.locator("#mine-title").check()
    wait_saved(second)
    assert kept(draft, "project")["title"] == "乙的题目"
    assert second.locator(".conflict").count() == 0
    page.locator("#f-title").fill("甲又改了")
    page.wait_for_selector(".conflict")
    page.locator("#theirs-title").check()
    expect(page.locator("#f-title")).to_have_value("乙的题目")
    assert (kept(draft, "project")["title"], console) == ("乙的题目", [])


# ------------------------------------------------------------------ no scripts
def test_section_works_without_scripts(browser: Any, live_server: Any, draft: Application, owner: Any) -> None:
    context = browser.new_context(locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server.url, owner)
    open_section(page, live_server, draft, "innovations")
    page.locator("textarea").first.fill("不用脚本")
    page.locator("button[value='add:innovations']").click()
    assert page.locator("[data-row-list] > [data-row]").count() == 2
    page.locator("[data-row-list] textarea").nth(1).fill("第二点")
    page.get_by_role("button", name="保存并继续").click()
    page.wait_for_url("**/sections/claims/")
    assert [row["text"] for row in kept(draft, "innovations")["innovations"]] == ["不用脚本", "第二点"]
    context.close()
