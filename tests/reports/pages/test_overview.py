"""The overview of a year: figures, what the circular lacks, and where to go."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from qa_portal.campaigns.models import Campaign
from qa_portal.jobs.models import Job
from qa_portal.jobs.operations import enqueue
from qa_portal.jobs.running import run_job
from reports.enums import EXPORT_CIRCULAR
from tests.factories import ApplicationFactory, CampaignFactory
from tests.reports.pages.support import FRAME, content_of, shown

pytestmark = pytest.mark.django_db
PAGE = "/years/2020/"


def test_figures_of_the_reference_year(english: Client, reference_years: Campaign) -> None:
    page = shown(english.get(PAGE))
    for text in ("Applications 145", "Winners 40 40 / 145", "83 57.2% 83 / 145", "New sales 127.89"):
        assert text in page.words
    assert page.words.count("There ") == 5
    assert "Missing" not in page.words


def test_what_is_missing_leads_to_where_it_is_put_right(english: Client) -> None:
    ApplicationFactory.create()
    page = shown(english.get(PAGE))
    assert page.words.count("Missing") == 4
    assert page.address("Decisions") == "/years/2020/applications/?result=UNDECIDED"
    assert page.address("Document number") == "/years/2020/circular/settings/"
    assert page.address("Figures of the year before") == "/years/import/"
    assert "1 not decided yet" in page.words


def test_ready_year_says_so(english: Client) -> None:
    ApplicationFactory.create(campaign__year=2019, first_prize=True)
    CampaignFactory.create(
        document_number="沪市监质发〔2020〕461号", signed_on=date(2020, 9, 21), printed_on=date(2020, 9, 23)
    )
    ApplicationFactory.create(first_prize=True)
    page = shown(english.get(PAGE))
    assert page.words.count("Missing") == 0
    assert page.address("Decisions") == "/years/2020/applications/"


def test_leader_gets_no_link_that_is_closed_to_leaders(leader: Client) -> None:
    ApplicationFactory.create()
    page = shown(leader.get(PAGE))
    for _text, url in page.links:
        assert leader.get(url, follow=True).status_code == 200, url
    assert "Document number" not in [text for text, _url in page.links]


@pytest.mark.parametrize("exports", [1, 3])
def test_page_costs_the_same_for_one_export_and_three(
    english: Client, staff_user: Any, exports: int, django_assert_num_queries: Any
) -> None:
    ApplicationFactory.create()
    for number in range(exports):
        enqueue(EXPORT_CIRCULAR, by=staff_user, params={"year": 2020, "ending": "txt"}, title=f"Export {number}")
    english.get(PAGE)
    with django_assert_num_queries(FRAME + 8):  # campaign, six counts of the statistics, exports
        page = shown(english.get(PAGE))
    assert [text for text, _url in page.links if text.startswith("Export ")] == [
        f"Export {number}" for number in reversed(range(exports))
    ]


def test_finished_export_can_be_fetched(english: Client, staff_user: Any) -> None:
    ApplicationFactory.create()
    job = enqueue(EXPORT_CIRCULAR, by=staff_user, params={"year": 2020, "ending": "txt"}, title="Export")
    run_job(job.pk)
    Job.objects.exclude(pk=job.pk).delete()
    page = shown(english.get(PAGE))
    [address] = page.addresses("/files/")
    assert "重点产品质量攻关" in content_of(english.get(address)).decode()
