"""What a draw is made from, read from the data of a year. Codes only: no name reaches a file of the draw."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_noop

from qa_portal.campaigns.models import Campaign
from reviews.assignment.candidates import candidate_lists
from reviews.assignment.inputs import Expert as Seat
from reviews.assignment.inputs import Inputs, Settings
from reviews.assignment.messages import InputError, Message
from reviews.models import Conflict, Draw, Expert, ExpertField
from reviews.pool.conflicts import kinship_of
from submissions.enums import State
from submissions.models import Application, ApplicationQuerySet

# match of an expert with an application by the level of the expert in its industry; without it, a stopgap
MATCHES: Mapping[int, int] = {1: 60, 2: 75, 3: 90}
STOPGAP = 20
# above it an application keeps a list of candidates instead of all eligible experts
MANY_PAIRS = 500_000


def applications_to_draw(campaign: Campaign) -> ApplicationQuerySet:
    """The accepted applications of a year that wait for their experts."""
    return Application.objects.filter(campaign=campaign, state=State.ACCEPTED, reviews__isnull=True)


def drawable(campaign: Campaign) -> Any:
    """The experts who can be drawn: confirmed by staff, and available."""
    return Expert.objects.filter(campaign=campaign, confirmed_at__isnull=False, is_available=True)


def inputs_for(draw: Draw) -> Inputs:
    """The canonical inputs of an attempt: six queries. Raises InputError for contradictions."""
    campaign = draw.campaign
    waiting = applications_to_draw(campaign).order_by("number").values_list("number", "industry")
    industries = {str(number): industry for number, industry in waiting}
    experts = list(drawable(campaign).order_by("code"))
    if not industries:
        raise InputError([Message(gettext_noop("No accepted application waits for its experts."))])
    if not experts:
        raise InputError([Message(gettext_noop("No expert is confirmed and available."))])
    kinship = kinship_of(campaign)
    families = {one.code: str(kinship.of(one.employer_id)) for one in experts}
    # a code for each family, in an order that does not depend on keys of the database
    codes = {family: f"O{place:04d}" for place, family in enumerate(dict.fromkeys(families.values()), start=1)}
    levels: dict[str, dict[str, int]] = {}
    known = ExpertField.objects.filter(expert__in=drawable(campaign))
    for code, industry, level in known.values_list("expert__code", "industry", "level"):
        levels.setdefault(industry, {})[code] = level
    excluded = Conflict.objects.active().filter(application__campaign=campaign)
    conflicts = [
        (str(number), code, rule)
        for number, code, rule in excluded.values_list("application__number", "expert__code", "code")
        if number in industries and code in families
    ]
    return Inputs.build(
        applications=dict.fromkeys(industries, campaign.reviews_per_application),
        experts={one.code: _seat(one, codes[families[one.code]], draw) for one in experts},
        pairs=_pairs(draw, industries, sorted(families), levels, {(number, code) for number, code, _r in conflicts}),
        conflicts=conflicts,
        settings=Settings(draw.organisation_cap, draw.ratio, 0),
    )


def _seat(expert: Expert, organisation: str, draw: Draw) -> Seat:
    low = draw.minimum_load if expert.minimum_load is None else expert.minimum_load
    high = draw.maximum_load if expert.maximum_load is None else expert.maximum_load
    # an own limit goes before the general one
    return Seat(organisation, min(low, high) if expert.maximum_load is not None else low, max(high, low))


def _pairs(
    draw: Draw,
    industries: Mapping[str, str],
    codes: list[str],
    levels: Mapping[str, Mapping[str, int]],
    excluded: set[tuple[str, str]],
) -> Iterator[tuple[str, str, int]]:
    def matches(number: str, industry: str) -> dict[str, int]:
        known = levels.get(industry, {})
        return {
            code: MATCHES[known[code]] if code in known else STOPGAP for code in codes if (number, code) not in excluded
        }

    rows = ((number, matches(number, industry)) for number, industry in sorted(industries.items()))
    if len(industries) * len(codes) > MANY_PAIRS:
        yield from candidate_lists(rows, f"{draw.campaign.year}/{draw.counter}")
        return
    for number, found in rows:
        for code, score in found.items():
            yield number, code, score
