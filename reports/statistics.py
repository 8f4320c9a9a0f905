"""The statistics of a year: what the circular says in figures (contracts, section 3).

A handful of grouped queries, whatever the size of the year. Every figure is named by its path in the
contract's JSON ("results.private.share"); `rows_behind` gives the predicate of the applications that it
counts, the very one that the queries use.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, F, Q, Sum, Value
from django.db.models.functions import Concat, StrIndex

from qa_portal.campaigns.models import Campaign
from qa_portal.core.numbers import percent, points, share, to_yi
from qa_portal.organisations.enums import Channel, District
from qa_portal.organisations.rules import district_of_unit, short_name
from reviews.enums import GRADES, Result
from reviews.rules import NOT_SELECTED, WINNER
from submissions import rules
from submissions.enums import DigitalTechnology, HighEndCategory, Industry
from submissions.models import Application

# Path → which applications it counts. One predicate for statistics, lists and links.
COUNTED: dict[str, Q] = {
    "applications.total": Q(pk__isnull=False),
    "applications.strategic": rules.STRATEGIC,
    "applications.international_advanced": rules.INTERNATIONAL_ADVANCED,
    "applications.domestic_leading": rules.DOMESTIC_LEADING,
    "results.total": WINNER,
    "results.high_end": WINNER & rules.HIGH_END,
    "results.private": WINNER & rules.PRIVATE,
    "results.specialised": WINNER & rules.SPECIALISED,
    "results.bottleneck": WINNER & rules.BOTTLENECK,
    "results.digital": WINNER & rules.DIGITAL,
    "sme.applications": rules.SME,
    "sme.results": rules.SME & WINNER,
    "not_selected.total": NOT_SELECTED,
    **{f"results.by_grade.{grade.term}": Q(decision__result=grade) for grade in GRADES},
    **{f"sme.by_grade.{grade.term}": rules.SME & Q(decision__result=grade) for grade in GRADES},
}
# Path → sum over all applications of the year, in 万元 or 万美元
AMOUNTS: dict[str, str] = {
    "applications.new_sales_yi": "new_sales",
    "applications.new_profit_yi": "new_profit",
    "applications.energy_saving_yi": "energy_saving",
    "applications.forex_yi_usd": "forex",
}
RESULT_FEATURES = ("high_end", "private", "specialised", "bottleneck", "digital")
# A category that holds at least this share of all foreign exchange is named in the sentence on benefits.
LEADING_FOREX_SHARE = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Figure:
    """One counted figure: `count` of `base` applications, and the same of the previous year.

    `places` are the decimals of the printed share; None where the figure has no share.
    """

    path: str
    count: int
    base_path: str = ""
    base: int | None = None
    places: int | None = None
    previous_count: int | None = None
    previous_base: int | None = None

    @property
    def exact_share(self) -> Fraction | None:
        return share(self.count, self.base) if self.base is not None else None

    @property
    def share(self) -> str | None:
        return percent(self.exact_share, self.places) if self.places is not None else None

    @property
    def previous_share(self) -> str | None:
        if self.places is None or self.previous_count is None or not self.previous_base:
            return None
        return percent(share(self.previous_count, self.previous_base), self.places)

    @property
    def change_points(self) -> int | None:
        """Difference of the unrounded shares in whole points; None without a year to compare with."""
        if self.previous_count is None or not self.previous_base:
            return None
        return points(self.exact_share, share(self.previous_count, self.previous_base))


@dataclass(frozen=True, slots=True)
class CampaignStatistics:
    """All figures of a year, keyed by path; `context` is what the circular's sentences list by name."""

    year: int
    figures: dict[str, Figure]
    amounts: dict[str, Decimal]  # 万元 or 万美元, exact
    districts: dict[str, int]
    industries: list[str]
    reasons: dict[str, int]
    context: dict[str, Any]

    def count(self, path: str) -> int:
        return self.figures[path].count

    def as_json(self) -> dict[str, Any]:
        """Exactly the document of contracts, section 3."""

        def counted(path: str, *, change: bool = False) -> dict[str, Any]:
            figure = self.figures[path]
            found: dict[str, Any] = {"count": figure.count, "share": figure.share}
            return found | ({"change_points": figure.change_points} if change else {})

        sme_results = self.figures["sme.results"]
        return {
            "year": self.year,
            "applications": {
                "total": self.count("applications.total"),
                "by_channel": {one.term: counted(f"applications.by_channel.{one.term}") for one in Channel},
                "by_district": dict(self.districts),
                "by_industry": {one.term: counted(f"applications.by_industry.{one.term}") for one in Industry},
                "strategic": counted("applications.strategic"),
                "international_advanced": counted("applications.international_advanced"),
                "domestic_leading": counted("applications.domestic_leading"),
                **{path.split(".")[1]: to_yi(amount) for path, amount in self.amounts.items()},
            },
            "results": {
                "total": self.count("results.total"),
                "by_grade": {one.term: self.count(f"results.by_grade.{one.term}") for one in GRADES},
                **{name: counted(f"results.{name}", change=True) for name in RESULT_FEATURES},
            },
            "sme": {
                "applications": self.count("sme.applications"),
                "results": sme_results.count,
                "share_of_results": sme_results.share,
                "by_grade": {one.term: self.count(f"sme.by_grade.{one.term}") for one in GRADES},
            },
            "not_selected": {"total": self.count("not_selected.total"), "by_reason": dict(self.reasons)},
        }


def rows_behind(path: str) -> Q | None:
    """The applications that a figure counts, by its path; None for a path that counts nothing known."""
    path = figure_path(path)
    if path in COUNTED:
        return COUNTED[path]
    if path in AMOUNTS:
        return COUNTED["applications.total"]
    group, _dot, value = path.rpartition(".")
    match group:
        case "applications.by_channel" if value in Channel.by_term():
            return Q(channel=Channel.by_term()[value])
        case "applications.by_industry" if value in Industry.by_term():
            return Q(industry=Industry.by_term()[value])
        case "applications.by_district" if value:
            return Q(channel=Channel.DISTRICT_BUREAU, recommending_unit__name=value)
        case "not_selected.by_reason" if value:
            return NOT_SELECTED & Q(decision__not_selected_reason=value)
    return None


def figure_path(name: str) -> str:
    """The path of the figure that a printed value belongs to: "results.private.share" → "results.private"."""
    for ending in (".count", ".share", ".change_points"):
        name = name.removesuffix(ending)
    return "sme.results" if name == "sme.share_of_results" else name


def statistics_of(campaign: Campaign) -> CampaignStatistics:
    """Count a year: six queries, with the figures of the year before where it exists."""
    totals = _totals(campaign.year)
    now, before = totals.get(campaign.year, {}), totals.get(campaign.year - 1)
    applications = Application.objects.counted().filter(campaign=campaign).order_by()

    figures = {figure.path: figure for figure in _counted_figures(now, before)}
    base = figures["applications.total"].count
    for name, field, enum in (("by_channel", "channel", Channel), ("by_industry", "industry", Industry)):
        counts = dict(applications.values_list(field).annotate(n=Count("pk")))
        for one in enum:
            path = f"applications.{name}.{one.term}"
            figures[path] = Figure(path, counts.get(one.value, 0), "applications.total", base, 0)

    return CampaignStatistics(
        year=campaign.year,
        figures=figures,
        amounts={path: now.get(field) or Decimal(0) for path, field in AMOUNTS.items()},
        districts=(districts := _districts(applications)),
        industries=[one.term for one in Industry if figures[f"applications.by_industry.{one.term}"].count],
        reasons=_reasons(applications),
        context={
            "active_districts": active_districts(districts, campaign.active_districts),
            "previous_year": before is not None,
            **_categories(applications),
            "result_digital_technologies": [one.term for one in DigitalTechnology if now.get(f"digital_{one.name}")],
        },
    )


def _key(path: str) -> str:
    """A path as the name of an annotation."""
    return "n_" + path.replace(".", "_")


def _totals(year: int) -> dict[int, dict[str, Any]]:
    """Conditional counts and sums of a year and the one before, one row each, in one query."""
    technologies = Concat(Value("、"), F("digital_technologies"), Value("、"))
    names_technology = {
        f"digital_{one.name}": Count("pk", filter=WINNER & Q(**{f"has_{one.name}__gt": 0})) for one in DigitalTechnology
    }
    rows: Any = (
        Application.objects.counted()
        .filter(campaign__year__in=(year, year - 1))
        .order_by()
        # by position: LIKE does not tell upper from lower case on SQLite
        .annotate(**{f"has_{one.name}": StrIndex(technologies, Value(f"、{one.term}、")) for one in DigitalTechnology})
        .values("campaign__year")
        .annotate(
            **{_key(path): Count("pk", filter=rows) for path, rows in COUNTED.items()},
            **{f"sum_{field}": Sum(field) for field in AMOUNTS.values()},
            **names_technology,
        )
    )
    return {row["campaign__year"]: row | {field: row[f"sum_{field}"] for field in AMOUNTS.values()} for row in rows}


def _counted_figures(now: dict[str, Any], before: dict[str, Any] | None) -> Iterator[Figure]:
    """The figures of COUNTED with their bases, of this year and the one before."""

    def figure(path: str, base_path: str = "", places: int | None = None, *, compare: bool = False) -> Figure:
        with_previous = compare and before is not None
        return Figure(
            path,
            now.get(_key(path), 0),
            base_path,
            now.get(_key(base_path), 0) if base_path else None,
            places,
            before[_key(path)] if with_previous and before else None,
            before[_key(base_path)] if with_previous and before and base_path else None,
        )

    yield figure("applications.total")
    yield figure("applications.strategic", "applications.total", 0)
    yield figure("applications.international_advanced", "applications.total", 1)
    yield figure("applications.domestic_leading", "applications.total", 1)
    yield figure("results.total", "applications.total")
    for name in RESULT_FEATURES:
        yield figure(f"results.{name}", "results.total", 1, compare=True)
    yield figure("sme.applications", "applications.total")
    yield figure("sme.results", "results.total", 1)
    yield figure("not_selected.total", "applications.total")
    for grade in GRADES:
        yield figure(f"results.by_grade.{grade.term}", "results.total")
        yield figure(f"sme.by_grade.{grade.term}", "sme.results")


def _districts(applications: Any) -> dict[str, int]:
    """Applications by recommending unit of channel 区市场监管局, most first, then in the order of districts."""
    order = {district: place for place, district in enumerate(District)}

    def place(name: str) -> int:
        district = district_of_unit(name)
        return order[district] if district else len(order)

    counts = (
        applications.filter(channel=Channel.DISTRICT_BUREAU)
        .values_list("recommending_unit__name")
        .annotate(n=Count("pk"))
    )
    return dict(sorted(counts, key=lambda one: (-one[1], place(one[0]), one[0])))


def active_districts(districts: dict[str, int], limit: int) -> list[str]:
    """Short names of the most active districts, as the circular lists them (`districts` is in order)."""
    found = [(name, district_of_unit(name)) for name in list(districts)[:limit]]
    return [short_name(district) if district else name for name, district in found]


def _reasons(applications: Any) -> dict[str, int]:
    """Reasons of the applications that were not selected, most frequent first; no entry for no reason."""
    counts = (
        applications.filter(decision__result=Result.NOT_SELECTED)
        .exclude(decision__not_selected_reason="")
        .values_list("decision__not_selected_reason")
        .annotate(n=Count("pk"))
    )
    return dict(sorted(counts, key=lambda one: (-one[1], one[0])))


def _categories(applications: Any) -> dict[str, Any]:
    """High-end categories among the winners, and the one that earns most of the foreign exchange."""
    rows = {
        category: (winners, forex)
        for category, winners, forex in applications.values_list("high_end_category").annotate(
            winners=Count("pk", filter=WINNER), sum_forex=Sum("forex")
        )
    }
    total = sum((forex for _winners, forex in rows.values()), Decimal(0))
    leading = [
        one.term
        for one in HighEndCategory
        if total and Fraction(rows.get(one.value, (0, Decimal(0)))[1]) / Fraction(total) >= LEADING_FOREX_SHARE
    ]
    return {
        "result_high_end_categories": [one.term for one in HighEndCategory if rows.get(one.value, (0,))[0]],
        "forex_leading_category": leading[0] if len(leading) == 1 else None,
    }
