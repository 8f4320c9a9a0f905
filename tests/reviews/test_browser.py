"""The review in Chromium: an expert scores by keyboard alone; every page of the stage at four widths, with axe."""

import os
from typing import Any

import pytest
from playwright.sync_api import expect

from reviews.models import Assignment, Review, Standing
from reviews.publicity import operations
from submissions.enums import State
from submissions.models import Application
from tests.browser_fixtures import axe_violations, overflow_at, sign_in
from tests.reviews.deciding.support import frozen, propose, scored_year
from tests.reviews.drawing.support import bureau_people, ready_year, released
from tests.reviews.publicity.test_operations import objection_to
from tests.reviews.scoring.support import COMMENT, case, expert, seat, type_in, user_of, year_in_review

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
POINTS = ("24", "20.5", "16", "12", "8")


@pytest.fixture
def window(browser: Any) -> Any:
    context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


def faults_of(page: Any, address: str) -> list[str]:
    """What axe and the ruler find on a page, at a phone's and a desk's width."""
    response = page.goto(address)
    found = [] if response.status == 200 else [f"status {response.status}"]
    page.wait_for_load_state("load")
    found += overflow_at(page)
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width} px: {one}" for one in axe_violations(page)]
        if folder := os.environ.get("TEST_PICTURES"):
            name = address.split("/", 3)[-1].strip("/").replace("/", "_")
            page.screenshot(path=f"{folder}/{width}_{name}.png", full_page=True)
    return found


def walk(page: Any, live_server: Any, paths: list[str]) -> dict[str, list[str]]:
    return {path: found for path in paths if (found := faults_of(page, f"{live_server.url}{path}"))}


def test_an_expert_scores_by_keyboard_alone(window: Any, live_server: Any) -> None:
    """From the declaration to the lock without a mouse; clicks for a case: its criteria and two."""
    campaign = year_in_review()
    one, other = case(campaign, is_full=True), case(campaign, is_full=True)
    me = expert(campaign)
    seats = [seat(one, me, is_accepted=False), seat(other, me)]
    sign_in(window, live_server.url, user_of(me))
    assert walk(window, live_server, ["/reviewing/", f"/reviewing/seat/{seats[0].pk}/declare/"]) == {}
    button = window.get_by_role("button", name="无冲突，开始评审")
    button.focus()
    window.keyboard.press("Enter")
    window.wait_for_url(f"**/reviewing/seat/{seats[0].pk}/**")
    expect(window.locator("[data-score]").first).to_be_focused()
    for points in POINTS:
        window.keyboard.type(points)
        window.keyboard.press("Enter")
    expect(window.locator("#sheet-total")).to_have_text("80.5")
    window.locator("#f-comment").focus()
    window.keyboard.type(COMMENT)
    level = window.locator("input[name=level]").first
    level.focus()
    window.keyboard.press("Space")
    window.keyboard.press("Control+Enter")
    window.wait_for_url(f"**/reviewing/seat/{seats[1].pk}/**")
    type_in(seats[1])
    assert (
        walk(
            window, live_server, [f"/reviewing/seat/{seats[0].pk}/", "/reviewing/2021/sheets/", "/reviewing/2021/lock/"]
        )
        == {}
    )
    window.get_by_role("button", name="锁定2份评分").focus()
    window.keyboard.press("Enter")
    expect(window.locator("main")).to_contain_text("已锁定")
    assert sorted(str(total) for total in Review.objects.values_list("total", flat=True)) == ["80.00", "80.50"]
    assert set(Application.objects.values_list("state", flat=True)) == {State.SCORED}
    assert Standing.objects.count() == 2


def test_pool_draw_and_progress(window: Any, live_server: Any) -> None:
    people = bureau_people()
    released(ready_year(people["staff"]), people)
    seated = Assignment.objects.select_related("application", "expert").earliest("pk")
    sign_in(window, live_server.url, people["staff"])
    paths = [
        "/years/2020/experts/", f"/years/2020/experts/of/{seated.expert.code}/", "/years/2020/conflicts/",
        "/organisations/ties/", "/years/2020/draw/", "/reviewing/2020/progress/",
        f"/reviewing/case/{seated.application_id}/",
    ]  # fmt: skip
    assert walk(window, live_server, paths) == {}


def test_lines_decision_notice_and_letters(window: Any, live_server: Any) -> None:
    year = scored_year()
    propose(year)
    sign_in(window, live_server.url, year.staff)
    paths = ["/years/2021/ranking/", "/years/2021/lines/", "/years/2021/decision/", "/years/2021/decision/settings/"]
    assert walk(window, live_server, paths) == {}


def test_notice_and_objections(window: Any, live_server: Any) -> None:
    year = frozen()
    notice = operations.open_notice(year.campaign, by=year.leader)
    winner = year.applications[0]
    objection = objection_to(notice, winner.number)
    assert walk(window, live_server, ["/public-notice/", f"/public-notice/{notice.pk}/"]) == {}
    sign_in(window, live_server.url, year.staff)
    assert (
        walk(window, live_server, ["/years/2021/publicity/", f"/objections/{objection.pk}/", "/years/2021/letters/"])
        == {}
    )
