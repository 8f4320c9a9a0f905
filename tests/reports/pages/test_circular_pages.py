"""The circular on screen: preview, wording check, export, settings and texts."""

from typing import Any

import pytest
from django.test import Client

from qa_portal.campaigns.models import Campaign
from qa_portal.jobs.models import Job
from qa_portal.jobs.operations import enqueue
from reports.circular import DEFAULT_TEXTS
from reports.enums import EXPORT_CIRCULAR
from reports.models import TextBlock
from tests.factories import ApplicationFactory, CampaignFactory
from tests.qa_portal.home.html import PageReader, faults
from tests.reports.pages.support import FRAME, shown

pytestmark = pytest.mark.django_db
PAGE = "/years/2020/circular/"
SETTINGS = {
    "document_number": "沪市监质发〔2020〕461号",
    "signed_on": "2020-09-21",
    "printed_on": "2020-09-23",
    "main_recipients": "各区市场监管局：",
    "cc_units": "",
}


def text_block(campaign: Campaign, key: str, text: str) -> None:
    TextBlock.objects.update_or_create(campaign=campaign, key=key, defaults={"text": text})


# ------------------------------------------------------------------ preview
def test_preview_shows_the_circular_with_linked_figures(english: Client, reference_years: Campaign) -> None:
    response = english.get(PAGE)
    page = shown(response)
    assert "达到国际先进水平" in page.words.replace(" ", "")
    assert "/years/2020/applications/?figure=applications.international_advanced.share" in page.addresses("share")
    assert response.content.decode().count('<article class="circular"') == 1
    assert faults(response) == []


@pytest.mark.parametrize("exports", [1, 3])
def test_page_costs_the_same_for_one_export_and_three(
    english: Client, staff_user: Any, exports: int, django_assert_num_queries: Any
) -> None:
    ApplicationFactory.create()
    for number in range(exports):
        enqueue(EXPORT_CIRCULAR, by=staff_user, params={"year": 2020, "ending": "txt"}, title=f"Export {number}")
    english.get(PAGE)
    with django_assert_num_queries(FRAME + 9):  # campaign, six counts, texts, exports
        page = shown(english.get(PAGE))
    assert [text for text, _url in page.links if text.startswith("Export ")] == [
        f"Export {number}" for number in reversed(range(exports))
    ]


def test_findings_stand_with_kind_message_and_place(english: Client) -> None:
    one = ApplicationFactory.create(first_prize=True)
    text_block(one.campaign, "step_1_text", "项目成本减低，日期为2020年09月。")
    page = shown(english.get(PAGE))
    assert "Warning Write 降低." in page.words
    assert "Error Write a date as 2020年9月21日." in page.words
    assert "减低" in " ".join(page.classes["excerpt"])


def test_text_that_cannot_be_used_is_named_and_linked(english: Client, leader: Client) -> None:
    one = ApplicationFactory.create()
    text_block(one.campaign, "levels_text", "共有{no.such}项。")
    response = english.get(PAGE)
    page = shown(response)
    assert "Text “质量创新评价”: there is no figure “no.such”." in page.words
    assert page.address("Correct the text") == "/years/2020/circular/texts/#div_id_levels_text"
    assert 'id="div_id_levels_text"' in english.get("/years/2020/circular/texts/").content.decode()
    assert "Export the circular" not in page.words
    assert faults(response) == []
    assert shown(leader.get(PAGE)).addresses("texts") == []


def test_leader_may_export_and_not_edit(leader: Client) -> None:
    ApplicationFactory.create()
    page = shown(leader.get(PAGE))
    assert (page.addresses("settings"), page.addresses("texts")) == ([], [])
    assert "Export the circular" in page.words
    assert leader.get(f"{PAGE}settings/").status_code == 403
    assert leader.get(f"{PAGE}texts/").status_code == 403


def test_year_without_applications_has_a_preview(english: Client) -> None:
    CampaignFactory.create()
    response = english.get(PAGE)
    assert (response.status_code, faults(response)) == (200, [])


# ------------------------------------------------------------------ export
@pytest.mark.parametrize("ending", ["pdf", "docx", "html", "txt"])
def test_export_starts_a_job_and_leads_to_it(english: Client, ending: str) -> None:
    ApplicationFactory.create()
    response = english.post(f"{PAGE}export/", {"ending": ending})
    job = Job.objects.get()
    assert response.headers["Location"] == f"/jobs/{job.pk}/"
    assert (job.kind, job.params) == (EXPORT_CIRCULAR, {"year": 2020, "ending": ending})


def test_unknown_form_is_refused_in_words(english: Client) -> None:
    ApplicationFactory.create()
    response = english.post(f"{PAGE}export/", {"ending": "exe"}, follow=True)
    assert "Choose one of the forms of the file." in shown(response).words
    assert not Job.objects.exists()
    assert english.get(f"{PAGE}export/").status_code == 405


# ------------------------------------------------------------------ settings
def test_settings_are_saved_and_told(english: Client) -> None:
    campaign = CampaignFactory.create()
    response = english.post(f"{PAGE}settings/", SETTINGS, follow=True)
    assert "The settings of the circular are saved." in shown(response).words
    campaign.refresh_from_db()
    assert (campaign.document_number, str(campaign.signed_on)) == (SETTINGS["document_number"], "2020-09-21")
    assert shown(english.get(f"{PAGE}settings/")).fields["printed_on"] == "2020-09-23"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("document_number", "沪市监质发[2020]461号"),
        ("document_number", "沪市监质发〔2019〕461号"),
        ("document_number", "沪市监质发〔2020〕0461号"),
        ("document_number", "沪市监质发〔2020〕第461号"),
        ("printed_on", "2020-09-20"),
        ("signed_on", "21.9.2020"),
    ],
)
def test_refused_setting_keeps_what_was_typed(english: Client, name: str, value: str) -> None:
    campaign = CampaignFactory.create()
    response = english.post(f"{PAGE}settings/", SETTINGS | {name: value})
    reader = PageReader(response.content.decode())
    assert reader.all("a", href=f"#id_{name}")
    assert reader.texts["title"].startswith("Error: ")
    fields = shown(response).fields
    assert {key: fields[key] for key in SETTINGS} == SETTINGS | {name: value}
    assert faults(response) == []
    campaign.refresh_from_db()
    assert (campaign.document_number, campaign.signed_on) == ("", None)


# ------------------------------------------------------------------ texts
def test_texts_stand_by_part_with_what_may_be_quoted(english: Client, reference_years: Campaign) -> None:
    response = english.get(f"{PAGE}texts/")
    page = shown(response)
    assert faults(response) == []
    assert {"opening", "applications", "results", "problems", "steps"} <= {url[1:] for _text, url in page.links}
    rows = {row[0]: row[1:] for row in page.rows()}
    assert rows["{results.total}"] == ["Winners", "40"]
    assert rows["{applications.international_advanced.share}"] == ["International advanced level, share", "57.2%"]
    assert rows["{applications.by_channel.自行申报.count}"] == ["Channel: Self-filed, count", "6"]
    names = [field.name for _anchor, _title, fields in response.context["form"].groups() for field in fields]
    assert names == list(DEFAULT_TEXTS)


def test_every_offered_placeholder_can_be_used(english: Client, reference_years: Campaign) -> None:
    offered = "".join(f"{row[0]}、" for row in shown(english.get(f"{PAGE}texts/")).rows())
    response = english.post(f"{PAGE}texts/", DEFAULT_TEXTS | {"levels_text": offered})
    assert response.status_code == 302, response.context["form"].errors
    assert "57.2%" in shown(english.get(PAGE)).words


def test_refused_text_is_named_and_nothing_typed_is_lost(english: Client) -> None:
    one = ApplicationFactory.create(first_prize=True)
    typed = DEFAULT_TEXTS | {"levels_text": "共有151项。", "step_1_text": "新写的一句。"}
    response = english.post(f"{PAGE}texts/", typed)
    text = response.content.decode()
    assert PageReader(text).all("a", href="#id_levels_text")
    assert "write [[151]] if it is quoted" in text
    assert "共有151项。</textarea>" in text
    assert "新写的一句。</textarea>" in text
    assert faults(response) == []
    assert not TextBlock.objects.filter(campaign=one.campaign, key="step_1_text").exists()
    again = english.post(f"{PAGE}texts/", typed | {"levels_text": "共有[[151]]项。"}, follow=True)
    assert "The texts of the circular are saved." in shown(again).words
    assert "新写的一句。" in shown(again).words
