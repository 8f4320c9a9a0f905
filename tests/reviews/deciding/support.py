"""A year that is scored, and the people who decide it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import User
from qa_portal.campaigns.models import Campaign
from reviews.deciding import operations
from reviews.deciding.operations import Ballot
from reviews.deciding.rules import Lines
from reviews.enums import GRADES
from reviews.models import DecisionRound
from reviews.operations import refresh_standings
from submissions.enums import State
from submissions.models import Application
from tests.factories import ApplicationFactory, CampaignFactory, ExpertFactory, ReviewFactory
from tests.submissions.pages.support import person

HELD_ON = date(2021, 8, 20)
LINES = Lines(1, 2, 3)


@dataclass
class ScoredYear:
    """Applications in rank order; two of the bureau's staff, a leader, a member of the committee."""

    campaign: Campaign
    applications: list[Application]
    staff: User
    other: User
    leader: User
    committee: User
    inspector: User

    def reload(self) -> None:
        for one in self.applications:
            one.refresh_from_db()

    @property
    def states(self) -> list[str]:
        self.reload()
        return [one.state for one in self.applications]

    @property
    def results(self) -> list[str]:
        rows = Application.objects.filter(campaign=self.campaign).order_by("number")
        return [result or "" for result in rows.values_list("decision__result", flat=True)]


def scored_year(count: int = 5, *, state: State = State.SCORED, reviews: int = 5, **fields: Any) -> ScoredYear:
    """`count` applications of 2021 with totals from 90 down, 2 points apart, by the same experts."""
    campaign = CampaignFactory(year=2021)
    experts = [ExpertFactory(campaign=campaign) for _one in range(reviews)]
    applications = []
    for place in range(count):
        one = ApplicationFactory(campaign=campaign, state=state, **fields)
        for expert in experts:
            ReviewFactory(application=one, expert=expert, points=(30 - 2 * place, 25, 15, 12, 8))
        applications.append(one)
    refresh_standings(campaign)
    names = {"staff": Role.STAFF, "other": Role.STAFF, "leader": Role.LEADER}
    names |= {"committee": Role.COMMITTEE, "inspector": Role.INSPECTOR}
    people = {name: person(f"decides-{name}", role) for name, role in names.items()}
    return ScoredYear(campaign, applications, **people)


def propose(year: ScoredYear, lines: Lines = LINES) -> DecisionRound:
    """Lines, and 创新性不足 for everything that is not selected."""
    row = operations.propose(year.campaign, lines, by=year.staff)
    operations.revise(year.campaign, {}, by=year.staff, seen_version=row.version, default_reason="创新性不足")
    row.refresh_from_db()
    return row


def vote(year: ScoredYear, *, in_favour: int = 9, present: int = 9, members: int = 9, **ballot: Any) -> None:
    """A meeting with one vote on each grade."""
    row = DecisionRound.objects.current().get(campaign=year.campaign)
    ballots = [Ballot(in_favour, 0, 0, grade=grade) for grade in GRADES]
    operations.record_meeting(
        year.campaign, held_on=HELD_ON, members=members, present=present, ballots=ballots, by=year.staff,
        seen_version=row.version,
    )  # fmt: skip


def decided(year: ScoredYear | None = None) -> ScoredYear:
    year = year or scored_year()
    propose(year)
    vote(year)
    operations.decide(year.campaign, by=year.staff)
    return year


def frozen(year: ScoredYear | None = None) -> ScoredYear:
    year = decided(year)
    operations.freeze(year.campaign, by=year.leader)
    return year
