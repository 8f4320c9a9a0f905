"""After the lock no path changes a review or its scores, on either database."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from reviews import triggers
from reviews.enums import ReviewEnd
from reviews.models import Review, Score
from reviews.operations import refresh_standings
from tests.factories import CampaignFactory, ReviewFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def locked() -> Review:
    """A review that was locked with its scores; its application has no other."""
    review = ReviewFactory()
    Review.objects.filter(pk=review.pk).update(locked_at=timezone.now())
    review.refresh_from_db()
    return review


def raw(statement: str) -> Callable[[Review], object]:
    def run(review: Review) -> object:
        with connection.cursor() as cursor:
            return cursor.execute(statement, [review.pk])

    return run


def add_score(review: Review) -> object:
    other = CampaignFactory(year=2021).criteria.first()
    return Score.objects.create(review=review, criterion=other, points=Decimal(1))


WAYS: dict[str, Callable[[Review], object]] = {
    "update of the total": lambda one: Review.objects.filter(pk=one.pk).update(total=Decimal(99)),
    "save of the comment": lambda one: (setattr(one, "comment", "other"), one.save()),
    "unlocking": lambda one: Review.objects.filter(pk=one.pk).update(locked_at=None),
    "delete": lambda one: Review.objects.filter(pk=one.pk)._raw_delete("default"),
    "update of a score": lambda one: one.scores.update(points=Decimal(1)),
    "delete of the scores": lambda one: one.scores.all()._raw_delete("default"),
    "another score": add_score,
    "SQL on the total": raw("UPDATE reviews_review SET total = 1 WHERE id = %s"),
    "SQL on the scores": raw("UPDATE reviews_score SET points = 1 WHERE review_id = %s"),
    "SQL that deletes": raw("DELETE FROM reviews_score WHERE review_id = %s"),
}


@pytest.mark.parametrize("way", list(WAYS))
def test_nothing_changes_a_locked_review(way: str, locked: Review) -> None:
    before = (locked.total, locked.comment, sorted(locked.scores.values_list("points", flat=True)))
    with pytest.raises(DatabaseError, match=triggers.MESSAGE), transaction.atomic():
        WAYS[way](locked)
    locked.refresh_from_db()
    assert (locked.total, locked.comment, sorted(locked.scores.values_list("points", flat=True))) == before


@pytest.mark.sqlite
def test_no_row_takes_the_place_of_a_locked_one(locked: Review) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT OR REPLACE INTO reviews_review SELECT * FROM reviews_review WHERE id = %s", [locked.pk])


@pytest.mark.postgres
def test_no_table_with_a_locked_review_is_truncated(locked: Review) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the commit would refuse it, too
    for table in ("reviews_review", "reviews_score"):
        with pytest.raises(DatabaseError, match=triggers.MESSAGE), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")


def test_a_locked_review_ends_once_and_counts_no_more(locked: Review) -> None:
    campaign = locked.application.campaign
    assert refresh_standings(campaign) == 1
    Review.objects.filter(pk=locked.pk).update(ended_at=timezone.now(), ended_because=ReviewEnd.VOID)
    assert (refresh_standings(campaign), Review.objects.valid().count(), Review.objects.count()) == (0, 0, 1)
    with pytest.raises(DatabaseError, match=triggers.MESSAGE), transaction.atomic():
        Review.objects.filter(pk=locked.pk).update(ended_at=None, ended_because="")
    with pytest.raises(DatabaseError, match=triggers.MESSAGE), transaction.atomic():
        Review.objects.filter(pk=locked.pk).update(ended_because=ReviewEnd.RECUSED)


def test_imported_reviews_can_be_replaced(locked: Review) -> None:
    imported = ReviewFactory()
    imported.scores.update(points=Decimal(1))
    imported.scores.all().delete()
    assert Review.objects.filter(pk=imported.pk).delete()[0] == 1


def test_lost_triggers_come_back_with_the_next_migration() -> None:
    triggers.remove_triggers(connection)
    assert triggers.are_installed(connection) is False
    triggers.ensure_triggers(connection)
    assert triggers.are_installed(connection) is True
