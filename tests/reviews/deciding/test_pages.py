"""The screen of the lines and the page of the decision."""

from typing import Any

import pytest
from django.test import Client

from qa_portal.audit.models import AuditEvent
from reviews.deciding.rules import Lines
from reviews.enums import Result
from reviews.models import DecisionRound, Expert, OutcomeSettings
from reviews.operations import refresh_standings
from submissions.enums import State
from tests.factories import ApplicationFactory, CampaignFactory, ReviewFactory
from tests.qa_portal.home.html import faults
from tests.reports.pages.support import FRAME, shown
from tests.reviews.deciding.support import decided, frozen, propose, scored_year, vote
from tests.submissions.pages.support import english

pytestmark = pytest.mark.django_db
LINES_PAGE, ROUND_PAGE = "/years/2021/lines/", "/years/2021/decision/"


def text_of(response: Any) -> str:
    return response.content.decode()


# ------------------------------------------------------------------ lines
@pytest.mark.parametrize("count", [1, 3])
def test_the_screen_costs_the_same_for_one_row_and_three(count: int, django_assert_num_queries: Any) -> None:
    year = scored_year(count)
    browser = english(year.staff)
    browser.get(LINES_PAGE)
    # campaign, criteria, round, list, last year, settings, count, rows, totals, ranks ahead, scale of the bars
    with django_assert_num_queries(FRAME + 11):
        page = shown(browser.get(LINES_PAGE))
    assert all(one.number in page.words for one in year.applications)


def test_lines_are_drawn_as_rows_and_saved_nowhere() -> None:
    year = scored_year()
    response = english(year.staff).get(LINES_PAGE + "?first_to=1&second_to=1&third_to=3")
    text = text_of(response)
    assert ("Line: First prize to rank 1" in text, "Line: Third prize to rank 3" in text) == (True, True)
    assert "Line: Second prize" not in text
    assert "3 winners by these lines" in text
    assert (DecisionRound.objects.count(), faults(response)) == (0, [])


def test_quotas_are_the_first_lines() -> None:
    year = scored_year()
    CampaignFactory(year=2021, first_prize_quota=1, second_prize_quota=1)
    assert english(year.staff).get(LINES_PAGE).context["shown"].lines == Lines(1, 2, 2)


def test_what_is_near_a_line_is_marked_and_can_be_shown_alone() -> None:
    year = scored_year()
    OutcomeSettings.objects.create(campaign=year.campaign, band=2)
    response = english(year.staff).get(LINES_PAGE + "?first_to=1&second_to=1&third_to=1&critical=1")
    rows = response.context["rows"]
    assert [(one.row.rank, one.is_critical) for one in rows] == [(1, True), (2, True)]


def test_a_tie_that_only_the_number_decides_goes_to_the_committee() -> None:
    year = scored_year(0)
    for _one in range(2):
        ReviewFactory(application=ApplicationFactory(campaign=year.campaign, state=State.SCORED))
    refresh_standings(year.campaign)
    browser = english(year.staff)
    rows = browser.get(LINES_PAGE + "?first_to=1&second_to=1&third_to=1").context["rows"]
    assert [one.is_referred for one in rows] == [False, True]
    rows = browser.get(LINES_PAGE + "?first_to=2&second_to=2&third_to=2").context["rows"]
    assert [one.is_referred for one in rows] == [False, False]


def test_the_composition_counts_winners_against_last_year() -> None:
    year = scored_year(4, bottleneck=False)
    year.applications[0].bottleneck = True
    year.applications[0].save()
    ApplicationFactory(campaign=CampaignFactory(year=2020), first_prize=True, bottleneck=True)
    shown_now = english(year.staff).get(LINES_PAGE + "?first_to=1&second_to=2&third_to=2").context["shown"]
    [figure] = [one for one in shown_now.traits if str(one.label) == "Bottleneck technology"]
    assert (figure.winners, figure.applications, figure.share, figure.before, figure.change) == (
        1, 1, "50%", "100%", -50)  # fmt: skip


def test_lines_out_of_order_are_named_at_the_field_and_kept() -> None:
    year = scored_year()
    response = english(year.staff).get(LINES_PAGE + "?first_to=3&second_to=2&third_to=4")
    assert response.context["form"].errors == {"second_to": ["Each line must lie at or behind the one before it."]}
    assert 'value="2"' in text_of(response)
    assert faults(response) == []


def test_a_search_never_renumbers_and_htmx_gets_a_part() -> None:
    year = scored_year()
    last = year.applications[-1]
    response = english(year.staff).get(
        f"{LINES_PAGE}?q={last.number}", headers={"HX-Request": "true", "HX-Target": "results"}
    )
    assert [one.row.rank for one in response.context["rows"]] == [5]
    assert "<html" not in text_of(response)


@pytest.mark.parametrize(
    ("name", "may_propose"), [("staff", True), ("leader", False), ("committee", False), ("inspector", False)]
)
def test_experts_are_nowhere_and_only_staff_propose(name: str, may_propose: bool) -> None:
    year = frozen() if name == "inspector" else scored_year()
    Expert.objects.update(name="哨兵专家")
    browser = english(getattr(year, name))
    for address in (LINES_PAGE, ROUND_PAGE, ROUND_PAGE + "?verify=1"):
        text = text_of(browser.get(address))
        assert "哨兵专家" not in text
        assert ("Propose the grades by these lines" in text) is (may_propose and address == LINES_PAGE)


def test_the_newest_year_with_a_ranking_opens() -> None:
    year = scored_year()
    assert english(year.committee).get("/years/lines/")["Location"] == LINES_PAGE


# ------------------------------------------------------------------ the decision
def test_from_lines_to_a_frozen_decision_on_the_pages() -> None:
    year = scored_year()
    browser = english(year.staff)
    response = browser.post(LINES_PAGE + "propose/", {"first_to": 1, "second_to": 2, "third_to": 3})
    assert response["Location"] == ROUND_PAGE
    page = text_of(browser.get(ROUND_PAGE))
    assert "Not selected without a reason: 2021-0004、2021-0005" in page
    version = DecisionRound.objects.get().version
    browser.post(ROUND_PAGE + "results/", {"version": version, "default_reason": "创新性不足"})
    votes = {f"{grade}-in_favour": 7 for grade in ("FIRST_PRIZE", "SECOND_PRIZE", "THIRD_PRIZE")}
    meeting = {"version": version, "held_on": "2021-08-20", "members": 9, "present": 9}
    assert browser.post(ROUND_PAGE + "meeting/", meeting | votes).status_code == 302
    browser.post(ROUND_PAGE + "take/")
    assert year.results[:3] == [Result.FIRST_PRIZE, Result.SECOND_PRIZE, Result.THIRD_PRIZE]
    assert "Freeze the decision" not in text_of(browser.get(ROUND_PAGE))
    leader = english(year.leader)
    assert "Freeze the decision" in text_of(leader.get(ROUND_PAGE))
    assert leader.post(ROUND_PAGE + "freeze/", {"typed_year": "2020"}).status_code == 409
    assert leader.post(ROUND_PAGE + "freeze/", {"typed_year": "2021"}).status_code == 302
    assert "Scores, standings and results agree with the seal." in text_of(leader.get(ROUND_PAGE + "?verify=1"))
    row = DecisionRound.objects.get()
    assert leader.get(ROUND_PAGE + "frozen.json").content.decode() == row.content
    assert AuditEvent.objects.filter(action="decision.frozen").count() == 1
    assert faults(leader.get(ROUND_PAGE)) == []


def test_a_deviation_without_a_reason_brings_the_rows_back_as_typed() -> None:
    year = scored_year()
    row = propose(year)
    key = year.applications[3].pk
    data = {"version": row.version, "pk": key, f"result-{key}": "THIRD_PRIZE", f"reason-{key}": "", f"why-{key}": "x"}
    response = english(year.staff).post(ROUND_PAGE + "results/", data)
    assert response.status_code == 422
    text = text_of(response)
    assert "2021-0004: give a reason for a result that differs from the lines." in text
    assert f'href="#reason-{key}"' in text
    assert '<option value="THIRD_PRIZE" selected>' in text
    assert row.results.get(application=key).result == Result.NOT_SELECTED
    assert faults(response) == []


def test_a_meeting_that_is_wrong_comes_back_as_typed() -> None:
    year = scored_year()
    row = propose(year)
    data = {"version": row.version, "held_on": "2021-08-20", "members": 5, "present": 6, "number": "2021-9999"}
    response = english(year.staff).post(ROUND_PAGE + "meeting/", data | {"FIRST_PRIZE-in_favour": 6})
    assert response.status_code == 422
    assert response.context["meeting_form"].errors == {"number": ["The proposal has no application with this number."]}
    response = english(year.staff).post(
        ROUND_PAGE + "meeting/", data | {"number": "", "FIRST_PRIZE-in_favour": 6, "note": "Minutes kept"}
    )
    assert (response.status_code, "Minutes kept" in text_of(response), row.meetings.count()) == (422, True, 0)


def test_taking_back_needs_a_reason_and_leaves_the_earlier_round_on_the_page() -> None:
    year = decided()
    browser = english(year.staff)
    assert browser.post(ROUND_PAGE + "take-back/", {"reason": ""}).status_code == 409
    browser.post(ROUND_PAGE + "take-back/", {"reason": "Wrong lines"})
    assert "Wrong lines" in text_of(browser.get(ROUND_PAGE))


@pytest.mark.parametrize("count", [1, 3])
def test_the_proposal_costs_the_same_for_one_row_and_three(count: int, django_assert_num_queries: Any) -> None:
    year = scored_year(count)
    propose(year, Lines(1, 1, 1))
    vote(year)
    browser = english(year.staff)
    browser.get(ROUND_PAGE)
    # campaign, round, numbers, round, results and meetings with votes for what is missing, settings,
    # count, meetings with votes, rows, earlier rounds
    with django_assert_num_queries(FRAME + 13):
        browser.get(ROUND_PAGE)


def test_settings_are_saved_before_the_decision_and_refused_after_it() -> None:
    year = scored_year()
    browser = english(year.staff)
    form = browser.get(ROUND_PAGE + "settings/").context["form"]
    data = {name: form[name].value() for name in form.fields}
    assert browser.post(ROUND_PAGE + "settings/", data | {"notice_days": 7}).status_code == 302
    assert OutcomeSettings.objects.get().notice_days == 7
    assert browser.post(ROUND_PAGE + "settings/", data | {"notice_days": 0}).status_code == 422
    decided(year)
    assert browser.post(ROUND_PAGE + "settings/", data | {"notice_days": 9}).status_code == 409


def test_nothing_is_there_before_a_proposal() -> None:
    year = scored_year()
    assert "Nothing is proposed yet" in text_of(english(year.committee).get(ROUND_PAGE))
    assert english(year.committee).get(ROUND_PAGE + "frozen.json").status_code == 404


def test_others_are_kept_out() -> None:
    scored_year()
    assert Client().get(LINES_PAGE).status_code == 302
