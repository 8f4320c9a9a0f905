"""From an empty account to an accepted application, in one browser journey, on a desktop and on a phone.

The applicant types everything, uploads real files and makes the mistakes that applicants make; the unit
and the bureau send it back once each. Axe looks at every page on the way.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import User
from qa_portal.organisations.enums import District
from submissions.enums import EvidenceType as E
from submissions.enums import State
from submissions.form.sections import SECTIONS
from submissions.models import Application
from tests.factories import RecommendingUnitFactory, uscc
from tests.journeys.walking import Walk, Window, link_from_mail
from tests.submissions.evidence.files import pdf, picture
from tests.submissions.pages.support import answers, open_call, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = {"desktop": 1280, "phone": 360}
EMAIL, PASSWORD = "li.ming@example.com", "correct-horse-battery-42"
HOUSE, TITLE = "上海新来密封件有限公司", "围护系统拐角焊缝质量攻关"
BENEFITS = {"new_sales": "1200.50", "new_profit": "150", "energy_saving": "12", "forex": "0"}
# what an applicant may get wrong, and the words of the check that name it
GAPS: dict[str, dict[str, Any]] = {
    "project": {"title": f"{HOUSE}焊缝质量攻关"},
    "indicators": {"indicators": [{"name": "焊缝一次合格率", "unit": "%", "before": "91.2", "after": "98.6",
                                   "better": "up"}]},
    "quality": {"solution": "新产品销量翻番，市场份额第一。"},
    "claims": {"level": "DOM_LEADING"},
    "benefits": {"years": [BENEFITS | {"year": "2020", "new_profit": "1500"}]},
}  # fmt: skip
PLANTED = (
    f"“{HOUSE}”出现了本单位名称", "请填写至少2项质量指标", "攻关措施仅涉及产量或销售",
    "新增利润高于新增销售额", "缺少证明材料：查新报告",
)  # fmt: skip
RECENTLY = (timezone.localdate() - timedelta(days=90)).isoformat()
FILES: dict[E, dict[str, Any]] = {
    E.LICENCE: {},
    E.INTEGRITY: {},
    E.NON_SECRET: {},
    E.TEST_REPORT: {"facts": {"stage": "both", "issued_on": "2020-09-01"}, "claims": ("焊缝一次合格率", "关键缺陷")},
    E.FINANCIAL_PROOF: {"facts": BENEFITS},
    E.NOVELTY_SEARCH: {"facts": {"issued_on": RECENTLY}, "claims": ("在线补偿",)},
    E.APPRAISAL: {},
    E.USER_OPINION: {"claims": ("某造船厂",)},
    E.SIZE_PROOF: {"facts": {"employees": "120", "revenue": "9000"}},
    E.SUMMARY_REPORT: {"facts": {"where": "3-5"}, "claims": ("数字化",)},
}


@pytest.fixture(autouse=True)
def no_limit_reached() -> None:
    """The limits on sign-ups and mails count in the cache."""
    cache.clear()


@pytest.mark.parametrize("device", list(WIDTHS))
def test_from_an_empty_account_to_an_accepted_application(
    device: str, browser: Any, live_server: Any, transactional_db: None
) -> None:
    unit = RecommendingUnitFactory()
    typed, now = answers(unit), timezone.now()
    open_call(
        filing_opens_at=now - timedelta(days=30), filing_closes_at=now + timedelta(days=30),
        recommendation_closes_at=now + timedelta(days=45), call_notice="现开展申报工作。",
    )  # fmt: skip
    recommender, checker = person("unit", Role.RECOMMENDER, unit), person("staff", Role.STAFF)
    walk = Walk(browser, live_server.url, WIDTHS[device])
    with walk.window() as enterprise, walk.window(recommender) as guide, walk.window(checker) as bureau:
        create_account(enterprise)
        register(enterprise)
        begin(enterprise)
        fill_with_gaps(enterprise, typed)
        find_and_mend_the_gaps(enterprise, typed)
        submit(enterprise)
        assert state() == (State.PENDING_RECOMMENDATION, 1)
        send_back(guide)
        mend_and_submit_again(enterprise, "quality", {"quality_problem": "攻关前焊缝一次合格率91.2%，目标98%。"})
        recommend(guide)
        ask_for_correction(bureau)
        mend_and_submit_again(enterprise, "promotion", {"promotion": "三条产线采用，合格率稳定在98%以上。"})
        accept(bureau)
        enterprise.open(f"/applications/{application().pk}/")
        enterprise.look("accepted")
        expect(enterprise.page.locator("main h1 ~ *, .page-header").first).to_contain_text("已受理")
    assert walk.faults == {}
    assert state() == (State.ACCEPTED, 3)
    assert (application().number, application().title, application().level) == (
        f"{application().campaign.year}-0001", TITLE, "DOM_LEADING")  # fmt: skip


def application() -> Application:
    return Application.objects.select_related("campaign").get()


def state() -> tuple[str, int]:
    """Where it stands, and how often it was submitted."""
    return application().state, application().submissions.count()


def scan(code: str) -> bytes:
    """A document with enough text to be searched."""
    return pdf(f"{code}: quality before and after, weld seams, first pass yield, critical defects per hundred")


# ------------------------------------------------------------------ the enterprise
def create_account(window: Window) -> None:
    window.open("/accounts/signup/")
    window.look("sign up")
    window.type({"name": "李明", "email": EMAIL, "password1": PASSWORD, "password2": PASSWORD})
    window.press("注册")
    window.page.wait_for_url("**/confirm-email/")
    window.look("check your mail")
    window.open(link_from_mail(EMAIL, "/accounts/confirm-email/"))
    window.look("confirm address")
    window.press("确认")
    window.page.wait_for_url("**/login/**")
    window.look("sign in")
    window.type({"login": EMAIL, "password": PASSWORD})
    window.page.locator("#id_password").press("Enter")
    window.page.wait_for_selector(".work-list")
    window.look("home without a role")


def register(window: Window) -> None:
    window.page.locator(".work-list a", has_text="以便申报").click()
    window.page.wait_for_url("**/register/")
    window.look("register")
    window.type({"uscc": uscc(500_077).lower(), "name": HOUSE, "district": District.MINHANG})
    window.page.locator("main form button[type=submit]").click()
    window.page.wait_for_url("**/mine/profile/")
    window.look("profile")
    window.type({"ownership": "PRIVATE", "employees": "120", "revenue": "9000"})
    window.page.locator("main form button[type=submit]").click()
    window.page.wait_for_selector(".messages")
    assert User.objects.get(email=EMAIL).roles == {Role.APPLICANT}


def begin(window: Window) -> None:
    window.open("/")
    window.page.locator(".work-list a", has_text="申报").first.click()
    window.page.wait_for_url("**/applications/call/")
    window.look("call")
    window.submit("/start/")
    window.page.wait_for_selector(".tasks")
    window.look("task list")


def fill_with_gaps(window: Window, typed: dict[str, dict[str, Any]]) -> None:
    """Ten sections one after the other, then a file in every slot that is asked for."""
    window.page.locator(".tasks a", has_text="项目概况").click()
    for section in SECTIONS:
        window.page.wait_for_url(f"**/sections/{section.key}/")
        window.fill(section.key, typed[section.key] | GAPS.get(section.key, {}))
        window.look(section.key)
        window.press("保存并继续")
    window.page.wait_for_selector(".tasks")
    window.page.locator(".tasks a", has_text="证明材料").click()
    window.page.wait_for_url("**/evidence/")
    window.look("evidence, empty")
    for place, type in enumerate(FILES):
        if type != E.NOVELTY_SEARCH:
            name = f"{type.value}.png" if type == E.LICENCE else f"{type.value}.pdf"
            content = picture(size=(60, 40 + place)) if name.endswith("png") else scan(type.value)
            window.upload(type.value, name, content)


def find_and_mend_the_gaps(window: Window, typed: dict[str, dict[str, Any]]) -> None:
    """The check names what was planted; each finding leads to its place."""
    window.follow("前往自查")
    window.look("check with findings")
    found = window.page.locator(".findings").all_inner_texts()
    assert [words for words in PLANTED if not any(words in text for text in found)] == []
    window.page.locator(".findings a", has_text=HOUSE).first.click()
    window.page.wait_for_url("**/sections/project/**")
    window.look("project with errors")
    window.fill("project", {"title": TITLE})
    window.press("保存并返回清单")
    for section in ("indicators", "quality", "benefits"):
        window.page.locator(f".tasks a[href$='/sections/{section}/']").click()
        window.page.wait_for_url(f"**/sections/{section}/")
        window.fill(section, {key: typed[section][key] for key in GAPS[section]})
        window.press("保存并返回清单")
        window.page.wait_for_selector(".tasks")
    window.page.locator(".tasks a", has_text="证明材料").click()
    window.upload("EV06", "EV06.pdf", scan("EV06"))
    for type, said in FILES.items():
        if said:
            window.describe(type.value, said.get("facts", {}), said.get("claims", ()))
    described = sum(bool(said) for said in FILES.values())
    expect(window.page.locator(".file-state.is-kept")).to_have_count(described)
    window.look("evidence, complete")
    window.follow("前往自查")
    window.look("check without errors")
    assert window.page.locator(".findings").all_inner_texts() == []


def submit(window: Window) -> None:
    """Read it as an expert does, forget the confirmation once, then submit."""
    window.page.locator("main a", has_text="返回任务清单").last.click()
    window.follow("专家视角预览")
    window.page.wait_for_url("**/preview/")
    window.look("preview")
    hidden = (HOUSE, "张工", "某造船厂", "contact@example.com")
    assert [mark for mark in hidden if mark in window.page.locator("main").inner_text()] == []
    window.page.go_back()
    window.follow("核对与提交")
    window.page.wait_for_url("**/submit/")
    window.look("submit")
    window.press("提交申报")
    window.page.wait_for_selector(".error-summary")
    window.look("submit, not confirmed")
    window.page.locator("#id_confirm").check()
    window.press("提交申报")
    window.page.wait_for_url("**/receipt/")
    window.look("receipt")


def mend_and_submit_again(window: Window, section: str, values: dict[str, str]) -> None:
    """From home to the section that was sent back, and to the receipt."""
    window.open("/")
    window.page.locator(".work-list a", has_text=TITLE).first.click()
    window.page.wait_for_selector(".tasks")
    window.look(f"task list, {section} sent back")
    window.page.locator(f".tasks a[href$='/sections/{section}/']").click()
    window.fill(section, values)
    window.look(f"{section} sent back")
    window.press("保存并返回清单")
    window.follow("核对与提交")
    window.page.locator("#id_confirm").check()
    window.press("提交申报")
    window.page.wait_for_url("**/receipt/")


# ------------------------------------------------------------------ the unit
def send_back(window: Window) -> None:
    """A note on a section, then the return with its reason."""
    window.open("/recommending/")
    window.look("queue")
    window.page.locator(f"main a[href$='/recommending/applications/{application().pk}/']").first.click()
    window.look("guidance")
    window.open_tab("sheet")
    window.look("guidance, sheet")
    window.type({"section": "quality", "text": "请补充攻关目标。"})
    window.submit("/notes/")
    expect(window.page.locator("main")).to_contain_text("请补充攻关目标。")
    reason = window.page.locator("form[action$='/return/'] [name=reason]")
    window.page.locator("details:has(form[action$='/return/']) > summary").click()
    reason.fill("请按指导意见修改。")
    window.page.locator("form[action$='/return/'] button").last.click()
    window.page.wait_for_selector(".messages")
    assert application().state == State.RETURNED


def recommend(window: Window) -> None:
    window.open(f"/recommending/applications/{application().pk}/")
    window.look("guidance with changes")
    expect(window.page.locator("main")).to_contain_text("目标98%")
    window.open_tab("sheet")
    window.type({"opinion": "质量提升明显，同意推荐。"})
    window.page.locator("form[action$='/recommend/'] button").last.click()
    window.page.wait_for_selector(".messages")
    assert application().state == State.FORMAL_CHECK


# ------------------------------------------------------------------ the bureau
def ask_for_correction(window: Window) -> None:
    window.open(f"/checking/{application().campaign.year}/")
    window.look("formal checks")
    window.page.locator(f"main a[href$='/checking/applications/{application().pk}/']").first.click()
    window.look("formal check")
    window.open_tab("items")
    window.look("formal check, items")
    window.page.locator("#item-10 fieldset label.is-fix").click()
    window.page.locator("#reason-10").fill("应用效果没有数据。")
    window.page.locator("#id_reason").fill("请补充应用数据。")
    window.page.locator("button[formaction$='/correction/']").click()
    window.page.wait_for_selector(".messages")
    assert application().state == State.CORRECTION


def accept(window: Window) -> None:
    window.open(f"/checking/applications/{application().pk}/")
    window.look("formal check again")
    window.open_tab("items")
    window.look("formal check again, items")
    expect(window.page.locator("#item-10")).to_contain_text("应用效果没有数据。")
    for label in window.page.locator(".items label.is-pass").all():
        label.click()
    window.page.locator("button[formaction$='/accept/']").first.click()
    window.page.wait_for_selector(".messages")
    assert application().state == State.ACCEPTED
