"""The rule engine of conflicts: what the data of a year says about who must not review what.

Sources: domain rules, section 6. Everything is joined on families of organisations and on names, never
pair by pair: a year of 10,000 applications and 1,000 experts takes a few passes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_noop

from qa_portal.campaigns.models import Campaign
from qa_portal.organisations.enums import OrganisationKind
from qa_portal.organisations.models import Organisation
from reviews.enums import ConflictCode, ConflictSource, EmploymentKind
from reviews.models import Employment, Expert, OrganisationTie
from reviews.pool.kinship import Kinship, Node, name_key
from submissions.form.spec import filled_rows
from submissions.models import Application, SectionContent

# application, expert, code, source
Key = tuple[int, int, str, str]

REASONS: dict[str, str] = {
    ConflictCode.UNIT: gettext_noop(
        "The expert works at the applicant, a partner unit, or an organisation tied to it."
    ),
    ConflictCode.RECOMMENDER: gettext_noop("The expert works at the recommending unit or its group."),
    ConflictCode.TEAM: gettext_noop("Somebody of the expert's name took part in the project."),
    ConflictCode.FORMER: gettext_noop("The expert worked at the applicant or sat on its board in recent years."),
    ConflictCode.ADVISER: gettext_noop("The expert was a paid adviser of the applicant in recent years."),
    ConflictCode.AVOIDED: gettext_noop("The applicant asks to avoid somebody of this name."),
    ConflictCode.RIVAL: gettext_noop("The expert's own unit applies in the same industry this year."),
    ConflictCode.ORGANISER: gettext_noop("The expert belongs to the bureau that organises the programme."),
}


@dataclass(slots=True)
class Party:
    """What of an application matters here: its organisations, its people, whom it asks to avoid."""

    families: frozenset[Node]
    recommender: Node | None
    industry: str
    people: frozenset[str] = frozenset()
    avoided: frozenset[str] = frozenset()


@dataclass(slots=True)
class Pool:
    """The experts of a year, found by family and by name."""

    everybody: list[int] = field(default_factory=list)
    by_employer: dict[Node, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    former: dict[Node, list[int]] = field(default_factory=lambda: defaultdict(list))
    advisers: dict[Node, list[int]] = field(default_factory=lambda: defaultdict(list))


def conflicts_of(campaign: Campaign, *, on: date, years: int) -> dict[Key, str]:
    """Every conflict that the data of a year tells, with its reason (to be translated).

    `on` is the day of the look, `years` how long employment and advice count after their end. Six queries.
    """
    kinship = kinship_of(campaign)
    pool = _pool(campaign, kinship, on, years)
    parties = _parties(campaign, kinship)
    bureau = kinship.of_all(Organisation.objects.filter(kind=OrganisationKind.BUREAU).values_list("pk", flat=True))
    found: dict[Key, str] = {}
    for application, expert, code in _pairs(parties, pool, bureau):
        source = ConflictSource.APPLICANT if code == ConflictCode.AVOIDED else ConflictSource.RULE
        found[application, expert, str(code), str(source)] = REASONS[code]
    return found


def kinship_of(campaign: Campaign) -> Kinship:
    """The families of all organisations that take part in a year, and of those tied to them: two queries."""
    kinship = Kinship()
    for key, name, uscc in Organisation.objects.values_list("pk", "name", "uscc").iterator():
        kinship.add(key, name, uscc)
    for one, other in OrganisationTie.objects.values_list("organisation_id", "other_id"):
        kinship.tie(one, other)
    return kinship


def _pool(campaign: Campaign, kinship: Kinship, on: date, years: int) -> Pool:
    pool = Pool()
    for key, name, employer in Expert.objects.filter(campaign=campaign).values_list("pk", "name", "employer_id"):
        pool.everybody.append(key)
        pool.by_name[name_key(name)].append(key)
        if (family := kinship.of(employer)) is not None:
            pool.by_employer[family].append(key)
    since = date(on.year - years, on.month, min(on.day, 28))
    rows = Employment.objects.filter(expert__campaign=campaign)
    for expert, name, uscc, kind, until in rows.values_list("expert_id", "organisation", "uscc", "kind", "until"):
        if until is None or until >= since:
            place = pool.advisers if kind == EmploymentKind.ADVISER else pool.former
            for family in kinship.of_name(name, uscc):
                place[family].append(expert)
    return pool


def _parties(campaign: Campaign, kinship: Kinship) -> dict[int, Party]:
    sections: dict[int, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    written = SectionContent.objects.filter(application__campaign=campaign, section__in=("project", "team"))
    for key, section, data in written.values_list("application_id", "section", "data").iterator():
        sections[key][section] = data
    parties = {}
    rows = Application.objects.counted().filter(campaign=campaign)
    for key, applicant, unit, industry in rows.values_list("pk", "applicant_id", "recommending_unit_id", "industry"):
        project, team = sections[key].get("project", {}), sections[key].get("team", {})
        families = kinship.of_all([applicant])
        for partner in filled_rows(project.get("partner_units")):
            families |= kinship.of_name(str(partner.get("name", "")), str(partner.get("uscc", "")))
        people = [*_names(team.get("team")), name_key(str(team.get("leader_name", "")))]
        parties[key] = Party(
            families, kinship.of(unit), industry, frozenset(people) - {""}, frozenset(_names(team.get("avoid_experts")))
        )
    return parties


def _names(rows: Any) -> list[str]:
    return [found for row in filled_rows(rows) if (found := name_key(str(row.get("name", ""))))]


def _pairs(
    parties: Mapping[int, Party], pool: Pool, bureau: frozenset[Node]
) -> Iterator[tuple[int, int, ConflictCode]]:
    organisers = _at(pool.by_employer, bureau)
    rivals: dict[str, set[int]] = defaultdict(set)
    for party in parties.values():
        rivals[party.industry].update(_at(pool.by_employer, party.families))
    for key, party in parties.items():
        recommender = () if party.recommender is None else pool.by_employer.get(party.recommender, ())
        for code, experts in (
            (ConflictCode.UNIT, _at(pool.by_employer, party.families)),
            (ConflictCode.RECOMMENDER, recommender),
            (ConflictCode.TEAM, _at(pool.by_name, party.people)),
            (ConflictCode.FORMER, _at(pool.former, party.families)),
            (ConflictCode.ADVISER, _at(pool.advisers, party.families)),
            (ConflictCode.AVOIDED, _at(pool.by_name, party.avoided)),
            (ConflictCode.RIVAL, rivals[party.industry]),
            (ConflictCode.ORGANISER, organisers),
        ):
            for expert in experts:
                yield key, expert, code


def _at(index: Mapping[Any, list[int]], keys: Iterable[Any]) -> list[int]:
    return [expert for one in keys for expert in index.get(one, ())]
