"""The fast way to write very many rows obeys the table's constraints."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from qa_portal.core.bulk import insert_numbers
from reviews.models import Score
from tests.factories import ReviewFactory

pytestmark = pytest.mark.django_db
FIELDS = ("review", "criterion", "points")


def test_rows_are_written() -> None:
    review = ReviewFactory.create()
    criteria = list(review.application.campaign.criteria.order_by("position"))
    Score.objects.all().delete()
    insert_numbers(Score, FIELDS, ((review.pk, one.pk, 50 * one.position) for one in criteria))
    found = Score.objects.order_by("criterion__position").values_list("review_id", "criterion_id", "points")
    assert list(found) == [(review.pk, one.pk, Decimal(one.position) / 2) for one in criteria]


def test_no_rows_are_no_error() -> None:
    insert_numbers(Score, FIELDS, [])
    assert Score.objects.count() == 0


def test_constraints_hold() -> None:
    review = ReviewFactory.create()
    taken = review.scores.get(criterion__position=1)
    for row in ((review.pk, taken.criterion_id, 100), (review.pk, 0, -1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            insert_numbers(Score, FIELDS, [row])
    assert Score.objects.count() == 5


@pytest.mark.parametrize("value", ["1", None, "0); DROP TABLE reviews_score; --"])
def test_only_numbers_are_written(value: object) -> None:
    review = ReviewFactory.create()
    with pytest.raises((TypeError, ValueError)):
        insert_numbers(Score, FIELDS, [(review.pk, 1, value)])  # type: ignore[list-item]
    assert Score.objects.count() == 5
