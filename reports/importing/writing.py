"""Writing the rows of a year in batches, with flat memory."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models

from qa_portal.campaigns.models import Campaign, Criterion
from qa_portal.core.bulk import insert_numbers
from qa_portal.organisations.enums import OrganisationKind
from qa_portal.organisations.models import Organisation
from qa_portal.organisations.rules import district_of_unit
from reviews.models import Decision, Expert, Review, Score, Standing
from submissions.models import Application

if TYPE_CHECKING:
    from reports.importing.year import ImportReport

BATCH = 2_000
# Leaves first: what a year consists of, in the order in which it can be removed.
YEAR_TABLES: tuple[tuple[type[models.Model], str], ...] = (
    (Score, "review__application__campaign"),
    (Review, "application__campaign"),
    (Standing, "application__campaign"),
    (Decision, "application__campaign"),
    (Expert, "campaign"),
    (Application, "campaign"),
)
Values = dict[str, Any]


class YearWriter:
    """Collects parsed rows and writes them BATCH at a time; counts what it wrote into the report."""

    def __init__(self, campaign: Campaign, report: "ImportReport") -> None:
        self.campaign = campaign
        self.report = report
        self.application_ids: dict[str, int] = {}
        self.expert_ids: dict[str, int] = {}
        self._units: dict[tuple[str, str], int] = {}
        self._employers: dict[str, int] = {}
        self._applications: list[Values] = []
        self._experts: list[Values] = []
        self._reviews: list[tuple[Review, list[Criterion], list[Decimal]]] = []
        self._points: dict[Decimal, int] = {}

    def remove_year(self) -> None:
        """Delete the rows of the year, not its settings and texts; counts go into the report."""
        for model, path in YEAR_TABLES:
            rows = model._default_manager.filter(**{path: self.campaign})
            self.report.removed[model._meta.model_name or ""] = rows._raw_delete(rows.db)

    # ------------------------------------------------------------------ applications

    def add_application(self, values: Values) -> None:
        self._applications.append(values)
        if len(self._applications) >= BATCH:
            self.flush_applications()

    def flush_applications(self) -> None:
        batch, self._applications = self._applications, []
        enterprises = self._enterprises_of(batch)
        decisions: list[tuple[Application, str, str]] = []
        rows: list[Application] = []
        for values in batch:
            fields = dict(values)
            result, reason = fields.pop("result"), fields.pop("not_selected_reason")
            unit = fields.pop("recommending_unit")
            row = Application(
                campaign=self.campaign,
                applicant_id=enterprises[fields.pop("uscc")],
                recommending_unit_id=self._unit_id(fields["channel"], unit) if unit else None,
                **fields,
            )
            rows.append(row)
            if result:
                decisions.append((row, result, reason))
                self.report.results[result] = self.report.results.get(result, 0) + 1
        for row in Application.objects.bulk_create(rows):
            self.application_ids[str(row.number)] = row.pk
        Decision.objects.bulk_create(
            Decision(application=row, result=result, not_selected_reason=reason) for row, result, reason in decisions
        )
        self.report.applications += len(rows)

    def _enterprises_of(self, batch: list[Values]) -> dict[str, int]:
        """Primary keys by credit code; unknown enterprises are added with the name as filed."""
        names = {values["uscc"]: values["applicant_name"] for values in batch}
        rows = Organisation.objects.filter(uscc__in=names).values_list("uscc", "pk")
        known = {str(code): key for code, key in rows}
        added = Organisation.objects.bulk_create(
            Organisation(kind=OrganisationKind.ENTERPRISE, uscc=code, name=name)
            for code, name in names.items()
            if code not in known
        )
        self.report.new_enterprises += len(added)
        return known | {str(one.uscc): one.pk for one in added}

    def _unit_id(self, channel: str, name: str) -> int:
        """The recommending unit of this channel and name; an unknown one is added and reported."""
        if (channel, name) not in self._units:
            district = district_of_unit(name) if channel == OrganisationKind.DISTRICT_BUREAU else None
            unit, is_new = Organisation.objects.get_or_create(
                kind=channel, name=name, defaults={"district": district or ""}
            )
            if is_new:
                self.report.new_units.append(name)
            self._units[channel, name] = unit.pk
        return self._units[channel, name]

    # ------------------------------------------------------------------ experts

    def add_expert(self, values: Values) -> None:
        self._experts.append(values)
        if len(self._experts) >= BATCH:
            self.flush_experts()

    def flush_experts(self) -> None:
        batch, self._experts = self._experts, []
        self._add_employers({values["employer"] for values in batch if values["employer"]})
        rows = [
            Expert(
                campaign=self.campaign,
                employer_id=self._employers.get(values["employer"]),
                **{key: value for key, value in values.items() if key != "employer"},
            )
            for values in batch
        ]
        for row in Expert.objects.bulk_create(rows):
            self.expert_ids[row.code] = row.pk
        self.report.experts += len(rows)

    def _add_employers(self, names: Iterable[str]) -> None:
        missing = sorted(set(names) - self._employers.keys())
        employers = Organisation.objects.filter(kind=OrganisationKind.EMPLOYER)
        self._employers |= dict(employers.filter(name__in=missing).values_list("name", "pk"))
        added = Organisation.objects.bulk_create(
            Organisation(kind=OrganisationKind.EMPLOYER, name=name) for name in missing if name not in self._employers
        )
        self._employers |= {one.name: one.pk for one in added}

    # ------------------------------------------------------------------ reviews

    def add_review(self, values: Values, criteria: list[Criterion], points: list[Decimal], total: Decimal) -> None:
        """`points` are those of the criteria, in order."""
        review = Review(
            application_id=self.application_ids[values["number"]],
            expert_id=self.expert_ids[values["expert"]],
            level=values["level"],
            comment=values["comment"],
            total=total,
        )
        self._reviews.append((review, criteria, points))
        if len(self._reviews) >= BATCH:
            self.flush_reviews()

    def flush_reviews(self) -> None:
        batch, self._reviews = self._reviews, []
        Review.objects.bulk_create(review for review, _criteria, _points in batch)
        insert_numbers(
            Score,
            ("review", "criterion", "points"),
            (
                (review.pk, criterion.pk, self._units_of(one))
                for review, criteria, points in batch
                for criterion, one in zip(criteria, points, strict=True)
            ),
        )
        self.report.reviews += len(batch)

    def _units_of(self, points: Decimal) -> int:
        """Points as the database keeps them; there are few different values."""
        if points not in self._points:
            self._points[points] = Score._meta.get_field("points").get_prep_value(points)
        return self._points[points]
