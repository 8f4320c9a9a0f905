"""The bureau's pages in a real browser: no barrier, no sideways scrolling, and one whole journey."""

import io
import re
from typing import Any

import pdfplumber
import pytest

from qa_portal.campaigns.models import Campaign
from qa_portal.jobs.models import Job
from qa_portal.jobs.operations import enqueue
from qa_portal.jobs.running import run_job
from reports.enums import EXPORT_CIRCULAR, IMPORT_CAMPAIGN
from tests.browser_fixtures import axe_violations, overflow_at, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = (
    "/years/2020/",
    "/years/2020/applications/?q=质量&specialised=1&sort=-sales",
    "/years/2020/applications/?q=没有这个",
    "/years/applications/2020-0001/",
    "/years/2020/ranking/",
    "/years/2020/statistics/",
    "/years/2020/circular/",
    "/years/2020/circular/settings/",
    "/years/2020/circular/texts/",
    "/years/import/?mode=import",
)


@pytest.fixture
def console(page: Any) -> list[str]:
    """What the browser complains about: refused styles and scripts, failed requests."""
    lines: list[str] = []
    page.on("console", lambda message: lines.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: lines.append(str(error)))
    return lines


@pytest.fixture
def desk(page: Any, live_server: Any, reference_years: Campaign, staff_user: Any, console: list[str]) -> Any:
    """A browser in which staff of the bureau is signed in, on a portal with both reference years."""
    sign_in(page, live_server.url, staff_user)
    page.set_viewport_size({"width": 1440, "height": 900})
    return page


# ------------------------------------------------------------------ every page
def test_pages_have_no_barrier_and_no_overflow(
    desk: Any, live_server: Any, staff_user: Any, console: list[str]
) -> None:
    """All pages in one test, because loading the years takes time; English, the longer texts, for its width."""
    enqueue(EXPORT_CIRCULAR, by=staff_user, params={"year": 2020, "ending": "txt"}, title="Export")
    found: dict[str, list[str]] = {}
    for language in ("zh-CN", "en"):
        desk.set_extra_http_headers({"Accept-Language": language})
        for path in PAGES:
            desk.goto(live_server.url + path)
            desk.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
            faults = overflow_at(desk)
            for width in (360, 1440) if language == "zh-CN" else ():
                desk.set_viewport_size({"width": width, "height": 900})
                faults += axe_violations(desk)
            found[f"{language} {path}"] = faults
    assert {path: faults for path, faults in found.items() if faults} == {}
    assert console == []


@pytest.mark.parametrize("dry_run", [True, False])
def test_outcome_of_an_import_has_no_barrier(desk: Any, live_server: Any, staff_user: Any, dry_run: bool) -> None:
    result = {
        "year": 2020, "dry_run": dry_run, "replaced": True, "applications": 145, "experts": 60, "reviews": 725,
        "results": {"FIRST_PRIZE": 6}, "new_enterprises": 3, "new_units": ["浦江化工集团"],
        "removed": {"application": 145}, "problem_count": 0 if dry_run else 1,
        "problems": [] if dry_run else [
            {"file": "applications.csv", "row": 2, "column": "新增利润", "message": "is required", "params": {}}
        ],
        "problems_url": "/files/",
    }  # fmt: skip
    job = enqueue(IMPORT_CAMPAIGN, by=staff_user, params={}, title="Import")
    Job.objects.filter(pk=job.pk).update(
        state="succeeded", result=result, started_at=job.created_at, finished_at=job.created_at, attempts=1
    )
    desk.goto(f"{live_server.url}/jobs/{job.pk}/")
    assert (overflow_at(desk), axe_violations(desk)) == ([], [])


# ------------------------------------------------------------------ lists that refresh in place
def test_filter_search_sort_and_back_without_reloading(desk: Any, live_server: Any, console: list[str]) -> None:
    desk.goto(f"{live_server.url}/years/2020/applications/")
    loads: list[str] = []
    desk.on("load", lambda loaded: loads.append(loaded.url))

    desk.locator("#id_result").select_option("FIRST_PRIZE")
    desk.wait_for_url("**/applications/?result=FIRST_PRIZE")
    assert desk.locator("tbody tr").count() == 6
    assert "6" in desk.locator("#results-status").text_content()
    assert desk.evaluate("document.activeElement.id") != "results-count"

    desk.locator("thead th:nth-child(7) a").click()
    desk.wait_for_url("**result=FIRST_PRIZE&sort=-sales")
    desk.locator("th[aria-sort=descending]").wait_for()
    assert desk.evaluate("document.activeElement.closest('th').cellIndex") == 6

    # what the form sends keeps the order that a link has set
    desk.locator("#id_q").press_sequentially("制动")
    desk.wait_for_url("**q=%E5%88%B6%E5%8A%A8**")
    assert "sort=-sales" in desk.url
    assert desk.evaluate("document.activeElement.id") == "id_q"
    assert (loads, console) == ([], [])

    desk.go_back()
    desk.wait_for_load_state()
    desk.locator("#results").wait_for()
    assert desk.locator("main").count() == 1
    assert desk.locator("#id_result").input_value() == "FIRST_PRIZE"


def test_next_page_takes_the_focus_to_the_count(desk: Any, live_server: Any) -> None:
    desk.goto(f"{live_server.url}/years/2020/ranking/")
    desk.locator(".pager a[rel=next]").click()
    desk.wait_for_url("**/ranking/?page=2")
    desk.locator("tbody tr th", has_text=re.compile("^51$")).wait_for()
    assert desk.evaluate("document.activeElement.id") == "results-count"


def test_filters_work_without_javascript(
    browser: Any, live_server: Any, reference_years: Campaign, staff_user: Any
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    sign_in(page, live_server.url, staff_user)
    page.goto(f"{live_server.url}/years/2020/applications/")
    page.locator("#id_q").fill("质量")
    page.locator("#id_result").select_option("FIRST_PRIZE")
    page.locator("#filters button[type=submit]").click()
    assert page.locator("tbody tr").count() == 6
    page.locator(".more-filters summary").click()
    page.locator("#id_specialised").select_option("1")
    page.locator("#filters button[type=submit]").click()
    assert page.locator(".more-filters").get_attribute("open") is not None
    page.locator(".chip-clear").click()
    assert page.url == f"{live_server.url}/years/2020/applications/"
    context.close()


def test_paper_holds_the_circular_without_the_controls(desk: Any, live_server: Any) -> None:
    desk.goto(f"{live_server.url}/years/2020/circular/")
    with pdfplumber.open(io.BytesIO(desk.pdf(format="A4"))) as pdf:
        text = "".join(page.extract_text() for page in pdf.pages)
    assert "57.2%" in text
    assert "导出通报" not in text


# ------------------------------------------------------------------ the whole way
def test_journey_from_sign_in_to_the_figure_in_the_pdf(
    page: Any, live_server: Any, reference_years: Campaign, staff_user: Any, console: list[str]
) -> None:
    """Sign in, follow a figure to its rows, export the circular, read the same figure in the PDF."""
    from allauth.account.models import EmailAddress

    EmailAddress.objects.update_or_create(
        user=staff_user, email=staff_user.email, defaults={"verified": True, "primary": True}
    )
    page.goto(live_server.url)
    page.locator("#id_login").fill(staff_user.email)
    page.locator("#id_password").fill("a-long-password")
    page.locator("main button[type=submit]").click()
    page.locator(".whoami").wait_for()

    page.locator(".main-nav a[href$='/statistics/']").click()
    row = page.locator("tr", has=page.locator("a[href$='figure=applications.international_advanced']"))
    assert row.locator("td").last.text_content() == "57.2%"
    row.locator("td a").first.click()
    assert "83" in page.locator("#results-count").text_content()
    assert page.locator("tbody tr").count() == 50

    page.locator(".main-nav a[href$='/circular/']").click()
    figure = page.locator("a.figure[data-figure='applications.international_advanced.share']")
    assert figure.text_content() == "57.2%"
    page.locator("form[action$='/circular/export/'] button[type=submit]").click()
    page.wait_for_url("**/jobs/*/")
    job = Job.objects.get()
    assert run_job(job.pk).state == "succeeded"  # type: ignore[union-attr]

    fetch = page.locator("#job-status a.btn-primary")
    fetch.wait_for()
    with page.expect_download() as download:
        fetch.click()
    with pdfplumber.open(download.value.path()) as pdf:
        text = "".join(one.extract_text() for one in pdf.pages)
    assert "57.2%" in text.replace(" ", "")
    assert download.value.suggested_filename.endswith(".pdf")
    assert console == []

    page.goto(f"{live_server.url}/years/2020/circular/")
    assert page.locator(".job-list .job-file").count() == 1
