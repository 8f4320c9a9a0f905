"""The desks of unit and bureau in Chromium: three widths, axe, tabs on a phone, keyboard from item to item."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from qa_portal.accounts.enums import Role
from submissions.enums import EvidenceType, State, Step
from submissions.models import Application, SectionContent, UnitQuota
from submissions.operations import take_step
from submissions.recommending.operations import add_note, reply
from tests.browser_fixtures import axe_violations, overflow_at, sign_in
from tests.submissions.complete import proof
from tests.submissions.pages.support import enterprise, open_call, person
from tests.submissions.recommending.support import GIVEN, recommender, submit_again, submitted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(transactional_db: None) -> dict[str, Any]:
    """One application before the unit and one before the bureau in its second round, both with notes and changes."""
    now = timezone.now()
    campaign = open_call(
        filing_opens_at=now - timedelta(days=9),
        filing_closes_at=now + timedelta(days=9),
        recommendation_closes_at=now + timedelta(days=20),
    )
    unit_person, staff = recommender(), person("staff", Role.STAFF)
    made = {}
    for name in ("unit", "bureau"):
        application = submitted(campaign, applicant=enterprise(name=f"上海示例{name}有限公司"), submitted_at=now)
        note = add_note(application, text="请补充攻关目标。", section="quality", field_key="solution", by=unit_person)
        owner = person(f"owner-{name}", organisation=application.applicant)
        reply(note, text="已补充。", by=owner)
        content = SectionContent.objects.get(application=application, section="quality")
        content.data |= {"solution": "改进焊接参数，合格率提高。"}
        content.save()
        proof(application, EvidenceType.TEST_REPORT, by=owner, name="检测报告.png")
        submit_again(application)
        made[name] = application
    unit = made["unit"].recommending_unit
    UnitQuota.objects.create(campaign=campaign, unit=unit, places=3)
    take_step(made["bureau"], Step.RECOMMEND, by=unit_person, seen_version=0, **GIVEN)
    Application.objects.filter(pk=made["bureau"].pk).update(corrections=1)
    made["bureau"].check_items.create(item=5, verdict="fix", code="unreadable", reason="第二页", checked_by=staff)
    return made | {"recommender": unit_person, "staff": staff, "year": campaign.year}


def faults_of(page: Any, address: str) -> list[str]:
    page.goto(address)
    page.wait_for_load_state("load")
    found = overflow_at(page)
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width}: {one}" for one in axe_violations(page)]
        for tab in page.locator(".desk-tabs [role=tab]").all():
            tab.click()
            found += [f"{width} tab: {one}" for one in axe_violations(page)]
    return found


def test_every_page_of_the_unit_fits_and_is_accessible(live_server: Any, page: Any, desk: dict[str, Any]) -> None:
    sign_in(page, live_server.url, desk["recommender"])
    paths = {
        "queue": f"/recommending/{desk['year']}/",
        "letter": f"/recommending/{desk['year']}/letter/",
        "dashboard": f"/recommending/{desk['year']}/dashboard/",
        "guidance": f"/recommending/applications/{desk['unit'].pk}/",
        "recommended": f"/recommending/applications/{desk['bureau'].pk}/",
    }
    found = {name: faults_of(page, live_server.url + path) for name, path in paths.items()}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_the_check_fits_is_accessible_and_goes_from_item_to_item(
    live_server: Any, page: Any, desk: dict[str, Any]
) -> None:
    sign_in(page, live_server.url, desk["staff"])
    path = f"{live_server.url}/checking/applications/{desk['bureau'].pk}/"
    found = {
        name: faults_of(page, address)
        for name, address in (("queue", f"{live_server.url}/checking/{desk['year']}/"), ("check", path))
    }
    assert {name: faults for name, faults in found.items() if faults} == {}
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(path)
    # the sheet stays in sight while the documents scroll
    page.evaluate("window.scrollTo(0, 3000)")
    assert page.locator("#items").bounding_box()["y"] < 100
    page.locator("#item-1 .item-next").click()
    page.keyboard.press("Tab")
    focused = "document.activeElement.closest('.item').id"
    assert page.evaluate(focused) == "item-2"
    # a place of the documents is one press away, and a verdict that needs a reason opens the field for it
    page.locator("#item-7 .item-places a").first.click()
    expect(page.locator("#f-benefits-years")).to_be_in_viewport()
    page.locator("#item-7 label.is-fix").click()
    assert page.locator("#reason-7").is_visible()
    # on a phone a link into the other part opens it
    page.set_viewport_size({"width": 360, "height": 800})
    page.locator(".desk-tabs [role=tab]").nth(1).click()
    page.locator("#item-7 .item-places a").first.click()
    assert (page.locator("#documents").is_visible(), page.locator("#items").is_visible()) == (True, False)
    assert Application.objects.get(pk=desk["bureau"].pk).state == State.FORMAL_CHECK
