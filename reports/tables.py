"""What the pages show, put together in Python so that templates only print it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from qa_portal.campaigns.rules import DEFAULT_CRITERIA
from qa_portal.core.numbers import plain, to_yi
from qa_portal.organisations.enums import Channel
from reports.importing.columns import APPLICATION_COLUMNS
from reports.labels import LABELS, figure_label
from reports.links import rows_url
from reports.statistics import AMOUNTS, RESULT_FEATURES, CampaignStatistics, Figure
from reviews.columns import EXPERT_COLUMNS
from reviews.enums import GRADES
from reviews.models import Standing
from reviews.queries import score_text
from reviews.rules import struck_out
from submissions.enums import Industry
from submissions.models import Application


@dataclass(frozen=True, slots=True)
class StatisticsRow:
    """One figure as a row: the printed values, what they were counted from, and where the rows are."""

    label: str
    path: str
    url: str
    count: int | None = None
    share: str | None = None
    base: int | None = None
    base_url: str = ""
    change_points: int | None = None
    previous: str = ""  # "13 / 69 = 18.8%"
    amount: str = ""  # 亿元 or 亿美元, printed
    exact: str = ""  # 万元 or 万美元, exact
    unit: str = ""


@dataclass(frozen=True, slots=True)
class StatisticsSection:
    """A group of figures under one heading; `shows_change` where they are compared with the year before."""

    key: str
    title: str
    rows: list[StatisticsRow] = field(default_factory=list)
    shows_change: bool = False
    shows_share: bool = True
    total: StatisticsRow | None = None

    @property
    def is_amounts(self) -> bool:
        return any(row.amount for row in self.rows)


def statistics_row(statistics: CampaignStatistics, path: str, label: str = "") -> StatisticsRow:
    """A counted figure of the statistics as a row."""
    figure: Figure = statistics.figures[path]
    previous = ""
    if figure.previous_count is not None:
        previous = f"{figure.previous_count} / {figure.previous_base}"
        if figure.previous_share:
            previous += f" = {figure.previous_share}"
    return StatisticsRow(
        label=label or figure_label(path),
        path=path,
        url=rows_url(statistics.year, path),
        count=figure.count,
        share=figure.share,
        base=figure.base,
        base_url=rows_url(statistics.year, figure.base_path) if figure.base_path else "",
        change_points=figure.change_points,
        previous=previous,
    )


def _amount_row(statistics: CampaignStatistics, path: str) -> StatisticsRow:
    amount = statistics.amounts[path]
    is_dollars = path.endswith("_usd")
    return StatisticsRow(
        label=str(LABELS[path]),
        path=path,
        url=rows_url(statistics.year, path),
        amount=to_yi(amount),
        exact=f"{Decimal(plain(amount)):,f}",
        unit=_("100 million USD") if is_dollars else _("100 million CNY"),
    )


def _plain_row(statistics: CampaignStatistics, path: str, label: str, count: int, base_path: str) -> StatisticsRow:
    base, base_url = statistics.count(base_path), rows_url(statistics.year, base_path)
    return StatisticsRow(label, path, rows_url(statistics.year, path), count=count, base=base, base_url=base_url)


def statistics_sections(statistics: CampaignStatistics) -> list[StatisticsSection]:
    """All figures of a year, those with a chart first, else in the order of the circular."""

    def rows(paths: Iterable[str]) -> list[StatisticsRow]:
        return [statistics_row(statistics, path) for path in paths]

    terms = [(one.term, str(one.label)) for one in Channel]
    by_channel = [statistics_row(statistics, f"applications.by_channel.{term}", label) for term, label in terms]
    by_industry = [
        statistics_row(statistics, f"applications.by_industry.{one.term}", str(one.label)) for one in Industry
    ]
    by_bureaux, all_applications = "applications.by_channel.区市场监管局", _("All applications")
    return [
        StatisticsSection(
            "channels",
            _("Applications by channel"),
            by_channel,
            total=statistics_row(statistics, "applications.total", all_applications),
        ),
        StatisticsSection(
            "industries",
            _("Applications by industry"),
            by_industry,
            total=statistics_row(statistics, "applications.total", all_applications),
        ),
        StatisticsSection(
            "districts",
            _("Recommended by district bureaux"),
            [
                _plain_row(statistics, f"applications.by_district.{name}", name, count, by_bureaux)
                for name, count in statistics.districts.items()
            ],
            shows_share=False,
            total=statistics_row(statistics, by_bureaux, _("Recommended by district bureaux, total")),
        ),
        StatisticsSection(
            "levels",
            _("Industry and level"),
            rows(f"applications.{name}" for name in ("strategic", "international_advanced", "domestic_leading")),
        ),
        StatisticsSection(
            "benefits",
            _("Benefits of all applications"),
            [_amount_row(statistics, path) for path in AMOUNTS],
            shows_share=False,
        ),
        StatisticsSection(
            "results",
            _("Winners"),
            rows(["results.total", *(f"results.by_grade.{grade.term}" for grade in GRADES)]),
            shows_share=False,
        ),
        StatisticsSection(
            "features",
            _("What the winners are"),
            rows(f"results.{name}" for name in RESULT_FEATURES),
            shows_change=True,
        ),
        StatisticsSection(
            "sme",
            _("Small and medium-sized enterprises"),
            rows(["sme.applications", "sme.results", *(f"sme.by_grade.{grade.term}" for grade in GRADES)]),
        ),
        StatisticsSection(
            "reasons",
            _("Not selected, by reason"),
            [
                statistics_row(statistics, "not_selected.total"),
                *(
                    _plain_row(statistics, f"not_selected.by_reason.{reason}", reason, count, "not_selected.total")
                    for reason, count in statistics.reasons.items()
                ),
            ],
            shows_share=False,
        ),
    ]


def placeholders(statistics: CampaignStatistics) -> list[tuple[str, str, str]]:
    """What a text may quote as {name}: (name, what it is, its value now), in the order of the statistics."""
    kinds = {"count": _("count"), "share": _("share"), "change_points": _("change in points")}

    def leaves(node: dict[str, Any], above: str) -> Iterable[tuple[str, str, str]]:
        for key, value in node.items():
            path = f"{above}.{key}" if above else key
            if isinstance(value, dict):
                yield from leaves(value, path)
            elif value is not None and path != "year":
                kind = kinds.get(key)
                label = figure_label(path)
                yield path, _("%(figure)s, %(kind)s") % {"figure": label, "kind": kind} if kind else label, str(value)

    return list(leaves(statistics.as_json(), ""))


def import_tables() -> list[dict[str, Any]]:
    """The tables of the import format for the page that explains it: name, what it holds, its columns."""
    criteria = [name for name, _maximum in DEFAULT_CRITERIA]
    return [
        {
            "name": "applications",
            "holds": _("One row for each application; this table is needed."),
            "columns": [one.header for one in APPLICATION_COLUMNS],
        },
        {
            "name": "experts",
            "holds": _("The pool of experts of the year."),
            "columns": [one.header for one in EXPERT_COLUMNS],
        },
        {
            "name": "reviews",
            "holds": _("One row for each review; the criteria are those of the year's score sheet."),
            "columns": ["申报编号", "专家编号", *criteria, "水平评价", "评语"],
        },
    ]


def overview_cards(statistics: CampaignStatistics) -> list[StatisticsRow]:
    """The figures that open a year's overview."""
    paths = (
        "applications.total",
        "results.total",
        "applications.strategic",
        "applications.international_advanced",
        "results.high_end",
        "sme.applications",
    )
    counted = [statistics_row(statistics, path) for path in paths]
    return [*counted, *(_amount_row(statistics, path) for path in AMOUNTS)]


# ------------------------------------------------------------------ one application


def application_facts(application: Application) -> list[tuple[str, list[tuple[Any, Any]]]]:
    """Groups of (label, value) for the page of one application."""
    unit = application.recommending_unit
    amounts = [
        (_("New sales"), application.new_sales, _("10,000 CNY")),
        (_("New profit"), application.new_profit, _("10,000 CNY")),
        (_("Energy and consumption saving"), application.energy_saving, _("10,000 CNY")),
        (_("Foreign exchange saved and earned"), application.forex, _("10,000 USD")),
    ]
    yes_no = {True: _("Yes"), False: _("No")}
    return [
        (
            _("Enterprise"),
            [
                (_("Applicant"), application.applicant_name),
                (_("Unified social credit code"), application.applicant.uscc),
                (_("District"), application.get_district_display()),
                (_("Ownership"), application.get_ownership_display()),
                (_("Size class"), application.get_size_class_display()),
                (_("Specialised enterprise"), yes_no[application.specialised]),
            ],
        ),
        (
            _("Recommendation"),
            [(_("Channel"), application.get_channel_display()), (_("Recommending unit"), unit.name if unit else "")],
        ),
        (
            _("Classification"),
            [
                (_("Industry"), application.get_industry_display()),
                (_("High-end category"), application.get_high_end_category_display()),
                (_("Bottleneck technology"), yes_no[application.bottleneck]),
                (_("Digital technologies"), application.digital_technologies),
                (_("Level"), application.get_level_display()),
            ],
        ),
        (
            _("Benefits"),
            [(label, f"{Decimal(plain(value)):,f} {unit_name}") for label, value, unit_name in amounts],
        ),
    ]


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One review: expert, points in the order of the criteria, total, whether the total is struck out."""

    expert_code: str
    expert_name: str
    points: list[Decimal]
    total: Decimal
    is_struck_out: bool
    level: str
    comment: str


def reviews_of(application: Application, *, shows_names: bool) -> dict[str, Any]:
    """Reviews of one application with their criteria: three queries. Leaders know experts by code only."""
    criteria = list(application.campaign.criteria.order_by("position"))
    reviews = list(
        application.reviews.in_the_open().select_related("expert").prefetch_related("scores").order_by("expert__code")
    )
    struck = struck_out([review.total for review in reviews], trim_from=application.campaign.trim_from)
    rows = []
    for place, review in enumerate(reviews):
        points = {score.criterion_id: score.points for score in review.scores.all()}
        rows.append(
            ReviewRow(
                expert_code=review.expert.code,
                expert_name=review.expert.name if shows_names else "",
                points=[points[one.pk] for one in criteria],
                total=review.total,
                is_struck_out=place in struck,
                level=review.get_level_display(),
                comment=review.comment,
            )
        )
    standing: Standing | None = getattr(application, "standing", None)
    score = score_text(standing.kept_sum, standing.kept_count) if standing else None
    return {"criteria": criteria, "reviews": rows, "standing": standing, "score": score}
