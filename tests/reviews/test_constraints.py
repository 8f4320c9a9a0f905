"""What must never be in the database: refused there too, past every form and operation."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, models, transaction

from qa_portal.campaigns.models import Campaign, Criterion
from qa_portal.organisations.models import Organisation
from reviews.models import Decision, Expert, Review, Score, Standing
from reviews.operations import refresh_standings
from submissions.models import Application
from tests.factories import ApplicationFactory, DecisionFactory, EnterpriseFactory, ExpertFactory, ReviewFactory, uscc

pytestmark = pytest.mark.django_db


def refuses(write: Callable[[], Any]) -> None:
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        write()
        # foreign keys are looked at when the transaction ends
        connection.check_constraints()


def refuses_update(row: Any, **values: Any) -> None:
    """An UPDATE past the model is refused, and the row is as it was."""
    rows = type(row)._base_manager.filter(pk=row.pk)
    before = rows.values().get()
    refuses(lambda: rows.update(**values))
    assert rows.values().get() == before


def copy_of(row: Any) -> Any:
    """An unsaved copy of a row."""
    fields = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    return type(row)(**{name: getattr(row, name) for name in fields})


@pytest.mark.parametrize(
    "values",
    [
        {"channel": "self"},
        {"recommending_unit": None},
        {"channel": "post"},
        {"channel": ""},
        {"district": "310999"},
        {"district": ""},
        {"ownership": "NONE"},
        {"ownership": ""},
        {"size_class": "huge"},
        {"size_class": ""},
        {"industry": "FARMING"},
        {"industry": ""},
        {"high_end_category": "TRAINS"},
        {"level": "WORLD"},
        {"state": "LOST"},
        {"title": ""},
        {"number": None},
        {"new_sales": Decimal("-0.000001")},
        {"energy_saving": Decimal(-1)},
        {"forex": Decimal(-1)},
        {"applicant": None},
        {"applicant_id": 0},
        {"campaign_id": 0},
    ],
)
def test_an_application_is_complete_and_possible(values: dict[str, Any]) -> None:
    refuses_update(ApplicationFactory.create(), **values)


def test_a_number_is_given_once() -> None:
    first, second = ApplicationFactory.create_batch(2)
    refuses_update(second, number=first.number)
    refuses(lambda: Application.objects.bulk_create([copy_of(first)]))


def test_a_profit_may_be_negative() -> None:
    application = ApplicationFactory.create(new_profit=Decimal("-12.5"))
    application.refresh_from_db()
    assert application.new_profit == Decimal("-12.5")


def test_one_review_of_an_expert_for_an_application() -> None:
    review = ReviewFactory.create()
    refuses(lambda: Review.objects.bulk_create([copy_of(review)]))
    refuses_update(review, total=Decimal("-0.5"))
    refuses_update(review, level="WORLD")
    refuses_update(review, expert_id=0)


def test_an_expert_who_reviewed_stays() -> None:
    review = ReviewFactory.create()
    with pytest.raises(models.ProtectedError):
        review.expert.delete()
    assert Expert.objects.count() == 1


def test_one_score_for_each_criterion() -> None:
    review = ReviewFactory.create()
    score = review.scores.first()
    refuses(lambda: Score.objects.bulk_create([copy_of(score)]))
    refuses_update(score, points=Decimal("-0.01"))
    refuses_update(score, criterion_id=0)


def test_one_decision_for_each_application() -> None:
    decision = DecisionFactory.create()
    refuses(lambda: Decision.objects.bulk_create([copy_of(decision)]))
    refuses_update(decision, result="FOURTH_PRIZE")
    refuses_update(decision, result="")


def test_an_expert_has_a_code_of_the_year_and_a_name() -> None:
    expert = ExpertFactory.create(code="E1")
    refuses(lambda: Expert.objects.bulk_create([copy_of(expert)]))
    refuses_update(expert, code="")
    refuses_update(expert, name="")
    other_year = ExpertFactory.create(code="E1", campaign__year=2021)
    assert other_year.code == expert.code


def test_a_standing_counts_reviews() -> None:
    refresh_standings(ReviewFactory.create().application.campaign)
    standing = Standing.objects.get()
    refuses_update(standing, kept_count=0)
    refuses_update(standing, review_count=0)
    refuses_update(standing, kept_count=2)
    refuses(lambda: Standing.objects.bulk_create([copy_of(standing)]))


@pytest.mark.parametrize(
    "values",
    [
        {"year": 1989},
        {"year": 3000},
        {"trim_from": 1},
        {"trim_from": 2},
        {"reviews_per_application": 0},
        {"signed_on": date(2020, 12, 2), "printed_on": date(2020, 12, 1)},
    ],
)
def test_a_year_is_plausible(values: dict[str, Any]) -> None:
    refuses_update(ApplicationFactory.create().campaign, **values)


def test_a_year_is_there_once() -> None:
    campaign = ApplicationFactory.create().campaign
    refuses(lambda: Campaign.objects.bulk_create([Campaign(year=campaign.year)]))


def test_printed_on_the_day_of_signing() -> None:
    campaign = ApplicationFactory.create().campaign
    days = {"signed_on": date(2020, 12, 1), "printed_on": date(2020, 12, 1)}
    assert Campaign.objects.filter(pk=campaign.pk).update(**days) == 1


def test_a_score_sheet_has_each_criterion_once() -> None:
    first, second = Criterion.objects.filter(campaign=ApplicationFactory.create().campaign).order_by("position")[:2]
    refuses_update(second, position=first.position)
    refuses_update(second, name=first.name)
    refuses_update(first, maximum=Decimal(0))
    refuses_update(first, step=Decimal(0))


def test_an_organisation_is_there_once() -> None:
    enterprise = EnterpriseFactory.create()
    unit = ApplicationFactory.create().recommending_unit
    refuses(lambda: Organisation.objects.bulk_create([copy_of(unit)]))
    refuses(
        lambda: Organisation.objects.bulk_create([Organisation(kind="enterprise", name="又名", uscc=enterprise.uscc)])
    )
    refuses_update(enterprise, uscc=None)
    refuses_update(enterprise, name="")
    refuses_update(unit, kind="ministry")


def test_enterprises_may_share_a_name() -> None:
    """They are told apart by credit code."""
    EnterpriseFactory.create(name="上海同名有限公司", uscc=uscc(900_000_001))
    EnterpriseFactory.create(name="上海同名有限公司", uscc=uscc(900_000_002))
    assert Organisation.objects.filter(name="上海同名有限公司").count() == 2


def test_an_enterprise_that_filed_stays() -> None:
    application = ApplicationFactory.create()
    for organisation in (application.applicant, application.recommending_unit):
        assert organisation is not None
        with pytest.raises(models.ProtectedError):
            organisation.delete()
