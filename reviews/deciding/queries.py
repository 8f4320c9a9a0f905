"""Reading lines, rounds and the committee's record."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Prefetch, QuerySet

from qa_portal.campaigns.models import Campaign
from qa_portal.core.numbers import half_up, percent, plain, points, share
from qa_portal.organisations.enums import SME_SIZES, District, Ownership
from reviews.deciding.rules import Lines, Majorities, lines_of_quota
from reviews.enums import GRADES, Result
from reviews.models import CommitteeMeeting, CommitteeVote, DecisionRound, OutcomeSettings, ProposedResult
from submissions.enums import Industry, State
from submissions.models import Application

DECIDABLE = (State.SCORED, State.DEFENCE)


def settings_of(campaign: Campaign) -> OutcomeSettings:
    """The settings of a year; the defaults, unsaved, where nobody changed them."""
    return OutcomeSettings.objects.filter(campaign=campaign).first() or OutcomeSettings(campaign=campaign)


def majorities_of(settings: OutcomeSettings) -> Majorities:
    return Majorities(settings.quorum, settings.first_prize_majority, settings.other_majority)


def current_round(campaign: Campaign) -> DecisionRound | None:
    """The round that counts, with the people in it."""
    rounds = DecisionRound.objects.current().filter(campaign=campaign)
    return rounds.select_related("campaign", "proposed_by", "decided_by", "frozen_by").first()


def lines_of(round_: DecisionRound) -> Lines:
    return Lines(round_.first_to, round_.second_to, round_.third_to)


def proposed_lines(campaign: Campaign, round_: DecisionRound | None) -> Lines:
    """The lines of the round; before one, those of the quotas."""
    if round_ is not None:
        return lines_of(round_)
    return lines_of_quota(campaign.first_prize_quota, campaign.second_prize_quota, campaign.third_prize_quota)


# ------------------------------------------------------------------ the ranked list
@dataclass(frozen=True, slots=True)
class Ranked:
    """What lines and composition need of one application; `rank` and `score` are None without a review."""

    key: int
    number: str
    rank: int | None
    score: Fraction | None
    traits: Mapping[str, bool]
    industry: str
    district: str


_TRAITS = ("size_class", "ownership", "specialised", "bottleneck", "digital_technologies", "industry", "district")
TRAITS = ("sme", "private", "specialised", "bottleneck", "digital")


def _traits(size: str, ownership: str, specialised: bool, bottleneck: bool, digital: str) -> dict[str, bool]:
    """The figures of the circular, for one application (see `submissions.rules`)."""
    values = (size in SME_SIZES, ownership == Ownership.PRIVATE, specialised, bottleneck, digital != "")
    return dict(zip(TRAITS, values, strict=True))


def ranked_list(campaign: Campaign) -> list[Ranked]:
    """All counted applications in rank order, those without a review last: one query."""
    rows = (
        Application.objects.counted()
        .filter(campaign=campaign)
        .values_list("pk", "number", "standing__rank", "standing__kept_sum", "standing__kept_count", *_TRAITS)
    )
    found = [
        Ranked(
            key, str(number), rank, Fraction(kept_sum) / kept_count if kept_count else None,
            _traits(*traits), industry, district,
        )
        for key, number, rank, kept_sum, kept_count, *traits, industry, district in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.rank is None, one.rank or 0, one.number))


# ------------------------------------------------------------------ composition of the results
@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the composition: winners, of how many applications, share of winners, and last year's."""

    label: Any
    winners: int
    applications: int
    share: str | None
    before: str | None
    change: int | None


def winners_of(campaign: Campaign | None) -> list[Ranked]:
    """The winners of a year that was decided: one query."""
    if campaign is None:
        return []
    rows = Application.objects.counted().filter(campaign=campaign, decision__result__in=GRADES)
    return [
        Ranked(key, str(number), None, None, _traits(*traits), industry, district)
        for key, number, *traits, industry, district in rows.values_list("pk", "number", *_TRAITS)
    ]


def composition(
    applications: Sequence[Ranked], winners: Sequence[Ranked], before: Sequence[Ranked], labels: Mapping[str, Any]
) -> tuple[list[Figure], list[Figure], list[Figure]]:
    """By trait, by industry and by district, each against the winners of the year before."""

    def figure(label: Any, now: int, all_: int, then: int) -> Figure:
        share_now, share_then = share(now, len(winners)), share(then, len(before))
        return Figure(label, now, all_, percent(share_now, 1), percent(share_then, 1), points(share_now, share_then))

    traits = [
        figure(labels[name], *(sum(one.traits[name] for one in part) for part in (winners, applications, before)))
        for name in TRAITS
    ]

    def by(attribute: str, choices: Iterable[tuple[str, Any]]) -> list[Figure]:
        counts = [Counter(getattr(one, attribute) for one in part) for part in (winners, applications, before)]
        return [
            figure(label, *(count[value] for count in counts))
            for value, label in choices
            if any(count[value] for count in counts)
        ]

    return traits, by("industry", Industry.choices), by("district", District.choices)


def shown_score(score: Fraction | None) -> str | None:
    """官方得分 to 0.01 half up; None without a review."""
    return None if score is None else f"{half_up(score, 2):.2f}"


def points_text(value: Any) -> str:
    return plain(value)


# ------------------------------------------------------------------ rounds
def results_of(round_: DecisionRound) -> QuerySet[ProposedResult]:
    """Proposed results in rank order, with application and standing."""
    return round_.results.select_related("application__standing").order_by(
        "application__standing__rank", "application__number"
    )


def meetings_of(round_: DecisionRound) -> list[CommitteeMeeting]:
    """The meetings with their votes: two queries."""
    votes = CommitteeVote.objects.select_related("application")
    return list(round_.meetings.select_related("recorded_by").prefetch_related(Prefetch("votes", queryset=votes)))


def obstacles(round_: DecisionRound, settings: OutcomeSettings) -> list[tuple[str, Sequence[str]]]:
    """What keeps a round from being decided: (code, numbers of applications or grades)."""
    found: list[tuple[str, Sequence[str]]] = []
    rows = round_.results.order_by("application__number").values_list(
        "application_id", "application__number", "result", "not_selected_reason", "application__state"
    )
    results = [(key, str(number), result, why, state) for key, number, result, why, state in rows]
    if unready := [number for _key, number, _result, _why, state in results if state not in DECIDABLE]:
        found.append(("state", unready))
    if not results:
        found.append(("empty", []))
    reasonless = [number for _k, number, result, why, _s in results if result == Result.NOT_SELECTED and not why]
    if reasonless:
        found.append(("reason", reasonless))
    needed = majorities_of(settings)
    meetings = [one for one in meetings_of(round_) if one.version == round_.version]
    valid = [one for one in meetings if needed.has_quorum(one.present, one.members)]
    if meetings and not valid:
        found.append(("quorum", []))
    of_grade: dict[str, bool] = {}
    of_one: dict[int, bool] = {}
    given = {key: result for key, _number, result, _why, _state in results}
    for meeting in valid:
        for vote in meeting.votes.all():
            if vote.application_id is None:
                of_grade[vote.grade] = needed.carries(vote.grade, vote.in_favour, meeting.present)
            elif vote.application_id in given:
                result = given[vote.application_id]
                of_one[vote.application_id] = needed.carries(result, vote.in_favour, meeting.present)
    open_ = [
        number
        for key, number, result, _why, _state in results
        if result in GRADES and not of_one.get(key, of_grade.get(result, False))
    ]
    lost = [
        number for key, number, result, _w, _s in results if result == Result.NOT_SELECTED and of_one.get(key) is False
    ]
    if open_ or lost:
        found.append(("votes", [*open_, *lost]))
    return found
