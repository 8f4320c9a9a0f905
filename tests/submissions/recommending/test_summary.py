"""The summary table: its digest, the Excel file, and the pages for the seal."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
import python_calamine
import time_machine
from django.urls import reverse
from pypdf import PdfReader

from qa_portal.jobs.models import Job
from submissions.enums import State, Step
from submissions.models import Application
from submissions.operations import take_step
from submissions.recommending.summary import Summary, SummaryRow, summary_of, summary_pdf
from tests.factories import RecommendingUnitFactory
from tests.submissions.pages.support import NOW, english, open_call
from tests.submissions.recommending.support import recommender, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def table() -> Any:
    """Two recommendations, the second first in the order, and one that was withdrawn."""
    by, campaign = recommender(), open_call()
    made = [waiting(campaign, number=f"2021-000{number}") for number in (1, 2, 3)]
    with time_machine.travel(NOW, tick=False):
        for application, place in zip(made, (2, 1, 3), strict=True):
            take_step(
                application, Step.RECOMMEND, by=by, seen_version=0, opinion="=好", no_guidance_reason="r", place=place
            )
    Application.objects.filter(pk=made[2].pk).update(state=State.WITHDRAWN)
    return summary_of(made[0].recommending_unit, campaign)


def test_the_table_stands_in_the_order_of_the_unit_without_what_was_given_up(table: Summary) -> None:
    assert [(one.place, one.number) for one in table.rows] == [(1, "2021-0002"), (2, "2021-0001")]


@pytest.mark.parametrize("change", [{"place": 9}, {"title": "x"}, {"opinion": "x"}, {"digest": "x"}])
def test_whatever_changes_gives_another_digest(table: Summary, change: dict[str, Any]) -> None:
    changed = replace(table, rows=(replace(table.rows[0], **change), *table.rows[1:]))
    assert changed.digest != table.digest
    assert summary_of(table.unit, table.campaign).digest == table.digest


def test_excel_holds_the_rows_and_the_digest_and_no_formula(table: Summary, client: Any) -> None:
    client.force_login(Application.objects.first().recommendation.recommended_by)
    answer = client.get(reverse("recommending:summary", kwargs={"year": 2021}))
    content = BytesIO(b"".join(answer.streaming_content))
    rows = python_calamine.CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows[1:]] == ["2021-0002", "2021-0001", ""]
    assert (rows[1][5], rows[3][2]) == ("=好", f"SHA-256 {table.digest}")


def test_pages_for_the_seal_are_a4_with_number_room_and_digest() -> None:
    unit, campaign = RecommendingUnitFactory(), open_call()
    rows = tuple(
        SummaryRow(
            n, n, f"2021-{n:04d}", f"焊缝质量攻关{n}", "上海示例重工有限公司", "OTHER", "推荐意见" * 20, "a" * 64
        )
        for n in range(1, 41)
    )
    table = Summary(unit, campaign, rows)
    pages = PdfReader(BytesIO(summary_pdf(table, now=NOW))).pages
    texts = ["".join(page.extract_text().split()) for page in pages]
    sizes = {tuple(sorted(round(float(side)) for side in page.mediabox[2:])) for page in pages}
    assert (sizes, len(pages) > 1) == ({(595, 842)}, True)
    for number, text in enumerate(texts, start=1):
        assert f"{number}/{len(pages)}" in text
        assert table.digest in text
    assert ("2021-0001" in texts[0], "2021-0040" in texts[-1]) == (True, True)


def test_the_button_starts_a_job_for_the_own_unit(table: Summary) -> None:
    user = Application.objects.first().recommendation.recommended_by
    answer = english(user).post(reverse("recommending:summary_pdf", kwargs={"year": 2021}))
    job = Job.objects.get()
    assert (answer["Location"], job.owner, job.params) == (reverse("jobs:detail", args=[job.pk]), user, {"year": 2021})
