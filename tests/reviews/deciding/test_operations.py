"""From lines to a frozen decision: each rule refuses, each operation leaves its trace, and a change is found."""

import json
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from qa_portal.audit.models import AuditEvent
from qa_portal.core.errors import Refusal
from reviews.deciding import operations, triggers
from reviews.deciding.content import content_of, differences, faults_of
from reviews.deciding.operations import Ballot, Change
from reviews.deciding.queries import obstacles, settings_of
from reviews.deciding.rules import Lines
from reviews.enums import Result
from reviews.models import Decision, DecisionRound, ProposedResult, Review, Score, Standing
from reviews.operations import refresh_standings
from reviews.queries import ranking_as_json
from submissions.enums import State
from tests.factories import ApplicationFactory
from tests.reviews.deciding.support import HELD_ON, LINES, decided, frozen, propose, scored_year, vote

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD, NOT = Result


def refused(code: str, work: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        work()
    assert refusal.value.code == code


def round_of(year: Any) -> DecisionRound:
    return DecisionRound.objects.current().get(campaign=year.campaign)


def codes(year: Any) -> list[str]:
    return [code for code, _what in obstacles(round_of(year), settings_of(year.campaign))]


# ------------------------------------------------------------------ proposal
def test_lines_propose_grades_for_what_is_scored_alone() -> None:
    year = scored_year()
    ApplicationFactory(campaign=year.campaign, state=State.IN_REVIEW)
    row = operations.propose(year.campaign, LINES, by=year.staff)
    found = row.results.order_by("application__number").values_list("by_line", "result")
    assert list(found) == [(one, one) for one in (FIRST, SECOND, THIRD, NOT, NOT)]
    assert (year.results, year.states) == ([""] * 6, [State.SCORED] * 5)
    assert [one["rank"] for one in ranking_as_json(year.campaign)] == [1, 2, 3, 4, 5, None]


def test_a_result_off_the_lines_needs_a_reason_and_survives_a_move_of_the_lines() -> None:
    year = scored_year()
    row = propose(year)
    fourth = year.applications[3]
    refused(
        "deviation",
        lambda: operations.revise(year.campaign, {fourth.pk: Change(THIRD)}, by=year.staff, seen_version=row.version),
    )
    changed = operations.revise(
        year.campaign, {fourth.pk: Change(THIRD, "卡脖子")}, by=year.staff, seen_version=row.version
    )
    assert changed == [fourth.number]
    assert round_of(year).version == row.version + 1
    operations.propose(year.campaign, Lines(1, 1, 2), by=year.staff)
    kept = ProposedResult.objects.get(application=fourth)
    assert (kept.by_line, kept.result, kept.reason, kept.not_selected_reason) == (NOT, THIRD, "卡脖子", "")
    operations.propose(year.campaign, Lines(1, 2, 4), by=year.staff)
    now = ProposedResult.objects.get(application=fourth)
    assert (now.by_line, now.result, now.reason) == (THIRD, THIRD, "")


def test_a_proposal_that_somebody_changed_meanwhile_is_not_overwritten() -> None:
    year = scored_year()
    row = propose(year)
    refused("stale", lambda: operations.revise(year.campaign, {}, by=year.staff, seen_version=row.version - 1))


def test_lines_out_of_order_and_a_year_without_scores_are_refused() -> None:
    year = scored_year()
    refused("lines", lambda: operations.propose(year.campaign, Lines(3, 2, 4), by=year.staff))
    empty = scored_year_without_scores()
    refused("empty", lambda: operations.propose(empty, LINES, by=year.staff))


def scored_year_without_scores() -> Any:
    return ApplicationFactory(campaign__year=2022, state=State.IN_REVIEW).campaign


@pytest.mark.parametrize("name", ["leader", "committee", "inspector"])
def test_only_staff_prepare(name: str) -> None:
    year = scored_year()
    who = getattr(year, name)
    refused("forbidden", lambda: operations.propose(year.campaign, LINES, by=who))
    propose(year)
    refused("forbidden", lambda: operations.decide(year.campaign, by=who))
    refused("forbidden", lambda: operations.take_back(year.campaign, reason="r", by=who))
    refused("forbidden", lambda: operations.change_settings(year.campaign, {}, by=who))


# ------------------------------------------------------------------ committee
def test_nothing_is_decided_without_reasons_and_votes() -> None:
    year = scored_year()
    operations.propose(year.campaign, LINES, by=year.staff)
    assert codes(year) == ["reason", "votes"]
    refused("obstacles", lambda: operations.decide(year.campaign, by=year.staff))
    assert year.results == [""] * 5
    propose(year)
    assert codes(year) == ["votes"]
    vote(year)
    assert codes(year) == []


@pytest.mark.parametrize(
    ("members", "present", "in_favour", "left"),
    [(9, 5, 5, ["quorum", "votes"]), (9, 6, 4, []), (9, 9, 5, ["votes"]), (9, 6, 3, ["votes"]), (9, 9, 6, [])],
)
def test_quorum_and_majorities(members: int, present: int, in_favour: int, left: list[str]) -> None:
    """Of 6 present, 4 carry a first prize and any other; of 9, 5 carry the others but no first prize."""
    year = scored_year()
    propose(year)
    vote(year, members=members, present=present, in_favour=in_favour)
    assert codes(year) == left
    if left == ["votes"] and in_favour == 5:
        [(_code, numbers)] = obstacles(round_of(year), settings_of(year.campaign))
        assert numbers == [year.applications[0].number]


def test_a_vote_on_one_application_counts_before_that_on_its_grade() -> None:
    year = scored_year()
    row = propose(year)
    vote(year)
    second = year.applications[1]
    operations.record_meeting(
        year.campaign, held_on=HELD_ON, members=9, present=9, by=year.staff, seen_version=row.version,
        ballots=[Ballot(3, 4, 2, application=second.pk)],
    )  # fmt: skip
    assert obstacles(round_of(year), settings_of(year.campaign)) == [("votes", [second.number])]


def test_votes_count_for_what_the_committee_had_before_it() -> None:
    year = scored_year()
    row = propose(year)
    vote(year)
    change = {year.applications[3].pk: Change(THIRD, "卡脖子")}
    operations.revise(year.campaign, change, by=year.staff, seen_version=row.version)
    assert codes(year) == ["votes"]


def test_a_meeting_has_no_more_votes_than_members_present() -> None:
    year = scored_year()
    row = propose(year)

    def meeting(present: int, ballots: list[Ballot]) -> Any:
        return operations.record_meeting(
            year.campaign, held_on=HELD_ON, members=9, present=present, ballots=ballots, by=year.staff,
            seen_version=row.version,
        )  # fmt: skip

    refused("votes", lambda: meeting(6, [Ballot(5, 1, 1, grade=FIRST)]))
    refused("present", lambda: meeting(10, [Ballot(5, 1, 1, grade=FIRST)]))
    refused("ballot", lambda: meeting(6, []))
    refused("ballot", lambda: meeting(6, [Ballot(5, 0, 0, grade=NOT)]))
    refused("ballot", lambda: meeting(6, [Ballot(5, 0, 0, application=ApplicationFactory().pk)]))
    assert codes(year) == ["votes"]


# ------------------------------------------------------------------ decision and freezing
def test_a_decision_sets_results_and_is_announced_later() -> None:
    year = decided()
    assert year.results == [FIRST, SECOND, THIRD, NOT, NOT]
    assert year.states == [State.DECIDED] * 5
    assert {one.outside_state for one in year.applications} == {State.IN_REVIEW}
    assert list(Decision.objects.filter(result=NOT).values_list("not_selected_reason", flat=True)) == ["创新性不足"] * 2
    refused("decided", lambda: operations.propose(year.campaign, LINES, by=year.staff))
    actions = AuditEvent.objects.filter(action__startswith="decision.").values_list("action", flat=True)
    assert list(actions) == ["decision.proposed", "decision.revised", "decision.meeting", "decision.taken"]


def test_a_decision_is_taken_back_with_a_reason_before_it_is_frozen() -> None:
    year = decided()
    refused("reason", lambda: operations.take_back(year.campaign, reason=" ", by=year.staff))
    operations.take_back(year.campaign, reason="Wrong lines", by=year.other)
    assert (year.results, year.states) == ([""] * 5, [State.SCORED] * 5)
    assert operations.propose(year.campaign, LINES, by=year.staff).serial == 2


def test_who_proposed_or_decided_does_not_freeze() -> None:
    year = scored_year()
    propose(year)
    vote(year)
    operations.decide(year.campaign, by=year.other)
    for name in ("staff", "other", "committee", "inspector"):
        who = getattr(year, name)
        refused("second_person", lambda who=who: operations.freeze(year.campaign, by=who))
    row = operations.freeze(year.campaign, by=year.leader)
    assert (row.is_frozen, list(faults_of(row))) == (True, [])
    assert AuditEvent.objects.get(action="decision.frozen").after["seal"] == row.seal


def test_the_database_refuses_one_person_for_both() -> None:
    year = frozen()
    triggers.remove_triggers(connection)
    with pytest.raises(DatabaseError), transaction.atomic():
        DecisionRound.objects.filter(campaign=year.campaign).update(frozen_by=year.staff)
    triggers.install_triggers(connection)


def test_after_freezing_operations_refuse() -> None:
    year = frozen()
    refused("frozen", lambda: operations.propose(year.campaign, LINES, by=year.staff))
    refused("frozen", lambda: operations.take_back(year.campaign, reason="r", by=year.staff))
    refused("frozen", lambda: operations.freeze(year.campaign, by=year.leader))
    refused("frozen", lambda: refresh_standings(year.campaign))


WAYS = {
    "result": lambda year: Decision.objects.filter(result=FIRST).update(result=SECOND),
    "reason": lambda year: Decision.objects.filter(result=NOT).update(not_selected_reason="x"),
    "deletion": lambda year: Decision.objects.filter(result=FIRST)._raw_delete("default"),
    "proposal": lambda year: ProposedResult.objects.update(not_selected_reason="x"),
    "content": lambda year: DecisionRound.objects.update(content="{}"),
    "seal": lambda year: DecisionRound.objects.update(seal="x"),
    "lines": lambda year: DecisionRound.objects.update(third_to=9),
    "thawing": lambda year: DecisionRound.objects.update(frozen_at=None, seal="", content=""),
    "round": lambda year: DecisionRound.objects.filter(campaign=year.campaign)._raw_delete("default"),
}


@pytest.mark.parametrize("way", list(WAYS))
def test_after_freezing_the_database_refuses(way: str) -> None:
    year = frozen()
    with pytest.raises(DatabaseError, match=triggers.MESSAGE), transaction.atomic():
        WAYS[way](year)


def test_other_years_are_not_kept() -> None:
    frozen()
    other = ApplicationFactory(campaign__year=2019, first_prize=True)
    assert Decision.objects.filter(application=other).update(result=SECOND) == 1


# ------------------------------------------------------------------ proof
def verify() -> str:
    out = StringIO()
    call_command("verify_decision", "2021", stdout=out)
    return out.getvalue()


def test_verify_decision_agrees_and_names_the_seal() -> None:
    year = frozen()
    assert verify() == f"5 applications, seal {round_of(year).seal} agrees\n"


def test_verify_decision_needs_a_frozen_decision() -> None:
    decided()
    with pytest.raises(CommandError, match="The decision of 2021 is not frozen"):
        verify()
    with pytest.raises(CommandError, match="no campaign year 1999"):
        call_command("verify_decision", "1999")


def edit_score(year: Any) -> None:
    one = Score.objects.filter(review__application=year.applications[1]).order_by("pk").first()
    Score.objects.filter(pk=one.pk).update(points=one.points - Decimal("0.5"))


def swap_results(year: Any) -> None:
    Decision.objects.filter(application=year.applications[2]).update(result=NOT, not_selected_reason="x")
    Decision.objects.filter(application=year.applications[3]).update(result=THIRD, not_selected_reason="")


def forge_content(year: Any) -> None:
    row = round_of(year)
    content = json.loads(row.content)
    content["applications"][0]["result"] = SECOND
    DecisionRound.objects.filter(pk=row.pk).update(content=json.dumps(content))


TAMPERING: dict[str, tuple[Any, str]] = {
    "edited score": (edit_score, "2021-0002 / reviews / E0001 / points"),
    "edited total": (
        lambda year: Review.objects.filter(application=year.applications[0]).update(total=Decimal(1)),
        "2021-0001 / reviews / E0001 / total: 90.00 → 1.00",
    ),
    "deleted review": (
        lambda year: Review.objects.filter(application=year.applications[4]).last().delete(),
        "2021-0005 / reviews / E0005",
    ),
    "deleted result": (
        lambda year: Decision.objects.filter(application=year.applications[0]).delete(),
        "2021-0001 / result: FIRST_PRIZE → —",
    ),
    "swapped result": (swap_results, "2021-0003 / reason:  → x"),
    "edited standing": (
        lambda year: Standing.objects.filter(application=year.applications[3]).update(rank=9),
        "2021-0004 / standing / rank: 4 → 9",
    ),
    "forged content": (forge_content, "the seal does not belong to the frozen content"),
}


@pytest.mark.parametrize("way", list(TAMPERING))
def test_what_was_done_past_the_triggers_is_found(way: str) -> None:
    year = frozen()
    tamper, message = TAMPERING[way]
    triggers.remove_triggers(connection)
    tamper(year)
    triggers.install_triggers(connection)
    with pytest.raises(CommandError) as error:
        verify()
    assert message in str(error.value)


def test_nobody_freezes_standings_that_do_not_follow_from_the_scores() -> None:
    year = decided()
    Standing.objects.filter(application=year.applications[0]).update(rank=9)
    refused("arithmetic", lambda: operations.freeze(year.campaign, by=year.leader))


@pytest.mark.parametrize("count", [1, 3])
def test_the_content_costs_the_same_for_one_application_and_three(count: int, django_assert_num_queries: Any) -> None:
    year = scored_year(count)
    row = propose(year, Lines(1, 1, 1))
    row.campaign = year.campaign
    # criteria, scores, reviews, standings, results
    with django_assert_num_queries(5):
        content = content_of(row)
    assert len(content["applications"]) == count


def test_differences_name_the_place() -> None:
    before = {"applications": [{"number": "A", "reviews": [{"expert": "E", "total": "1"}]}], "year": 2021}
    after = {"applications": [{"number": "A", "reviews": []}, {"number": "B", "reviews": []}], "year": 2021}
    assert list(differences(before, after)) == [
        'applications / A / reviews / E: {"expert": "E", "total": "1"} → —',
        'applications / B: — → {"number": "B", "reviews": []}',
    ]
