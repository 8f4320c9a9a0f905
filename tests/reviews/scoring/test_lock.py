"""From a sheet to a review: only the lock leads there, and nothing comes back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from qa_portal.accounts.enums import Role
from qa_portal.audit.models import AuditEvent
from qa_portal.core.errors import Refusal
from qa_portal.notices.models import Notice
from reviews import triggers
from reviews.enums import AssignmentEnd, ReviewEnd
from reviews.models import Assignment, Conflict, Review, ScoreSheet, Standing
from reviews.operations import refresh_standings
from reviews.queries import ranking_as_json
from reviews.scoring import corrections, operations
from submissions.enums import State
from submissions.models import Application
from submissions.operations import Stale
from tests.reviews.scoring.support import case, expert, lock, score, seat, type_in, user_of, values, year_in_review
from tests.submissions.pages.support import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Any:
    return person("staff", Role.STAFF)


@pytest.fixture
def other_staff() -> Any:
    return person("other-staff", Role.STAFF)


def state_of(application: Application) -> str:
    application.refresh_from_db()
    return application.state


def refused(why: str, call: Any, /, *args: Any, **given: Any) -> None:
    """The call is refused for this reason."""
    with pytest.raises(Refusal) as found:
        call(*args, **given)
    assert found.value.code == why


# ------------------------------------------------------------------ what a lock writes
def test_a_lock_writes_the_review_with_its_scores_and_closes_the_application() -> None:
    year = year_in_review()
    application, who = case(year), expert(year)
    at = type_in(seat(application, who), (27.5, 20, "16", 12, 8), strengths="S", bottleneck="yes")
    (review,) = lock(at)
    review.refresh_from_db()
    assert (review.total, review.version, review.level, review.strengths, review.bottleneck, review.digital) == (
        Decimal("83.5"), 1, "DOM_LEADING", "S", "yes", "",
    )  # fmt: skip
    assert list(review.scores.order_by("criterion__position").values_list("points", flat=True)) == [
        Decimal("27.5"), 20, 16, 12, 8,
    ]  # fmt: skip
    assert review.locked_at is not None
    assert state_of(application) == State.SCORED
    assert ranking_as_json(year) == [{"rank": 1, "number": application.number, "score": "83.50", "result": None}]
    assert list(
        AuditEvent.objects.filter(action="application.close_scoring").values_list("actor_label", flat=True)
    ) == ["system"]


def test_nothing_of_a_draft_reaches_a_standing() -> None:
    year = year_in_review()
    application, who = case(year), expert(year)
    type_in(seat(application, who))
    refresh_standings(year)
    assert (Review.objects.count(), Standing.objects.count(), state_of(application)) == (0, 0, State.IN_REVIEW)


def test_locked_reviews_of_an_application_that_is_still_scored_reach_no_standing() -> None:
    year = year_in_review(need=2)
    application, one, other = case(year), expert(year, "one"), expert(year, "other")
    late = seat(application, other)
    score(application, one)
    refresh_standings(year)
    assert (Review.objects.count(), Standing.objects.count()) == (1, 0)
    lock(type_in(late, (20, 20, 16, 12, 8)))
    assert (state_of(application), Standing.objects.get().review_count, Standing.objects.get().score) == (
        State.SCORED, 2, 78,
    )  # fmt: skip


def test_seats_that_are_missing_keep_the_application_open() -> None:
    """One of two experts left: the other one's lock does not close, a substitute's lock does."""
    year = year_in_review(need=2)
    application, one, other = case(year), expert(year, "one"), expert(year, "other")
    operations.leave_seat(seat(application, other), AssignmentEnd.DECLINED, reason="ill", by=user_of(other))
    score(application, one)
    assert state_of(application) == State.IN_REVIEW
    score(application, expert(year, "substitute"))
    assert state_of(application) == State.SCORED


def test_all_or_nothing_is_locked() -> None:
    year = year_in_review()
    who = expert(year)
    good, bad = type_in(seat(case(year), who)), type_in(seat(case(year), who), comment="short")
    refused("incomplete", lock, good, bad)
    assert Review.objects.count() == 0


# ------------------------------------------------------------------ what a lock refuses
def test_a_sheet_that_changed_since_the_page_was_shown_is_not_locked() -> None:
    year = year_in_review()
    at = type_in(seat(case(year), expert(year)))
    seen = {at.pk: at.sheet.version}
    type_in(at, (1, 1, 1, 1, 1))
    with pytest.raises(Stale):
        operations.lock_sheets(year, seen, by=user_of(at.expert))
    assert Review.objects.count() == 0


@pytest.mark.parametrize("points", [(31, 20, 16, 12, 8), (24.3, 20, 16, 12, 8), ("", 20, 16, 12, 8), ("x", 1, 1, 1, 1)])
def test_points_that_are_not_possible_are_kept_as_typed_but_not_locked(points: Any) -> None:
    year = year_in_review()
    at = type_in(seat(case(year), expert(year)), points)
    refused("incomplete", lock, at)
    assert at.sheet.points.get(str(year.criteria.order_by("position")[0].pk), "") == str(points[0])


def test_a_foreign_seat_is_not_locked_and_a_locked_one_not_again() -> None:
    year = year_in_review(need=2)
    at, stranger = type_in(seat(case(year), expert(year))), expert(year, "stranger")
    seen = {at.pk: at.sheet.version}
    refused("closed", operations.lock_sheets, year, seen, by=user_of(stranger))
    refused("nothing", operations.lock_sheets, year, {}, by=user_of(at.expert))
    operations.lock_sheets(year, seen, by=user_of(at.expert))
    refused("closed", operations.lock_sheets, year, seen, by=user_of(at.expert))
    assert Review.objects.count() == 1


@pytest.mark.parametrize(
    ("opens", "closes", "is_open"), [(0, 1, True), (1, 2, False), (-2, 0, False), (-2, None, True), (None, 1, False)]
)
def test_the_review_opens_and_closes_by_the_clock_of_the_server(
    opens: int | None, closes: int | None, is_open: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Open from the first moment on, closed at the last one."""
    year = year_in_review(need=2)
    at = type_in(seat(case(year), expert(year)))
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    year.review_opens_at = None if opens is None else now + timedelta(hours=opens)
    year.review_closes_at = None if closes is None else now + timedelta(hours=closes)
    year.save()
    if is_open:
        type_in(at, (1, 1, 1, 1, 1))
        lock(at)
    else:
        refused("closed", type_in, at, (1, 1, 1, 1, 1))
        refused("closed", lock, at)
    assert (Review.objects.count(), at.sheet.version) == (int(is_open), 1)


def test_a_role_that_ended_scores_nothing() -> None:
    year = year_in_review()
    at = type_in(seat(case(year), expert(year)))
    user_of(at.expert).role_grants.update(state="ended")
    at = Assignment.objects.select_related("application__campaign", "expert", "sheet").get(pk=at.pk)
    refused("closed", lock, at)


# ------------------------------------------------------------------ saving
def test_two_windows_merge_different_fields_and_collide_in_the_same() -> None:
    year = year_in_review()
    at = seat(case(year), expert(year))
    by, empty = user_of(at.expert), {"comment": "", "gaps": ""}
    operations.save_sheet(at, {"comment": "first"}, base=empty, by=by)
    saved = operations.save_sheet(at, {"gaps": "second", "comment": "mine"}, base=empty, by=by)
    sheet = ScoreSheet.objects.get()
    assert (sheet.comment, sheet.gaps, sheet.version, saved.version) == ("first", "second", 2, 2)
    assert {name: (one["theirs"], one["mine"]) for name, one in saved.conflicts.items()} == {
        "comment": ("first", "mine")
    }
    # the person chose: what was seen is the base now
    operations.save_sheet(at, {"comment": "mine"}, base={"comment": "first"}, by=by)
    sheet.refresh_from_db()
    assert sheet.comment == "mine"


def test_the_trail_never_holds_what_was_typed() -> None:
    year = year_in_review()
    at = type_in(seat(case(year), expert(year)), (24.5, 20, 16, 12, 8))
    lock(at)
    events = list(AuditEvent.objects.filter(action__in=("sheet.saved", "review.locked")))
    assert len(events) == 2
    assert [
        mark for one in events for mark in ("24.5", "80.5", "检测") if mark in f"{one.before}{one.after}{one.reason}"
    ] == []


# ------------------------------------------------------------------ declaration
def test_a_pledge_comes_first_and_a_recusal_ends_everything_at_once(staff: Any) -> None:
    year = year_in_review()
    who = expert(year, has_signed=False)
    at = seat(case(year), who, is_accepted=False)
    by = user_of(who)
    refused("pledge", operations.accept_seat, at, by=by)
    refused("closed", operations.save_sheet, at, {"comment": "x"}, base={}, by=by)
    refused("code", operations.leave_seat, at, AssignmentEnd.RECUSED, reason="x", by=by)
    refused("reason", operations.leave_seat, at, AssignmentEnd.RECUSED, code="C7", reason=" ", by=by)
    operations.leave_seat(at, AssignmentEnd.RECUSED, code="C7", reason="a paper of 2020", by=by)
    at.refresh_from_db()
    assert (at.ended_because, at.ended_reason) == ("recused", "C7 a paper of 2020")
    assert list(Conflict.objects.values_list("code", "source", "application", "expert")) == [
        ("C7", "expert", at.application_id, who.pk)
    ]
    assert Notice.objects.filter(recipient=staff, key="review.seat_left").count() == 1
    refused("closed", operations.accept_seat, at, by=by)


def test_a_locked_review_is_not_recused_by_its_expert() -> None:
    year = year_in_review(need=2)
    at = score(case(year), expert(year))
    refused("locked", operations.leave_seat, at, AssignmentEnd.RECUSED, code="C3", reason="x", by=user_of(at.expert))


# ------------------------------------------------------------------ again
def test_a_correction_needs_another_person_and_keeps_every_version(staff: Any, other_staff: Any) -> None:
    year = year_in_review()
    application, who = case(year), expert(year)
    at = score(application, who)
    leave = corrections.ask_leave(at, reason="two criteria mixed up", by=staff)
    until = timezone.now() + timedelta(hours=2)
    refused("second_person", corrections.decide_leave, leave, is_approved=True, expires_at=until, by=staff)
    refused("second_person", corrections.decide_leave, leave, is_approved=True, expires_at=until, by=user_of(who))
    refused("expires_at", corrections.decide_leave, leave, is_approved=True, expires_at=timezone.now(), by=other_staff)
    refused("twice", corrections.ask_leave, at, reason="again", by=other_staff)
    corrections.decide_leave(leave, is_approved=True, expires_at=until, by=other_staff)
    # open again: the former review stays, but nothing of it is shown or ranked meanwhile
    assert (state_of(application), Standing.objects.count()) == (State.IN_REVIEW, 0)
    assert Review.objects.valid().count() == 1
    lock(type_in(at, (20, 25, 16, 12, 8)))
    found = Review.objects.order_by("version").values_list("version", "total", "ended_because", "ended_reason")
    assert list(found) == [
        (1, 80, ReviewEnd.SUPERSEDED, "two criteria mixed up"), (2, 81, "", ""),
    ]  # fmt: skip
    assert (state_of(application), Standing.objects.get().score) == (State.SCORED, 81)
    refused("closed", type_in, at, (1, 1, 1, 1, 1))


def test_a_leave_that_expires_unused_closes_the_application_again(
    staff: Any, other_staff: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    year = year_in_review()
    application, who = case(year), expert(year)
    at = score(application, who)
    leave = corrections.ask_leave(at, reason="a slip", by=user_of(who))
    corrections.decide_leave(leave, is_approved=True, expires_at=timezone.now() + timedelta(hours=2), by=staff)
    assert corrections.close_complete() == 0
    later = timezone.now() + timedelta(hours=3)
    monkeypatch.setattr(timezone, "now", lambda: later)
    refused("closed", type_in, at, (1, 1, 1, 1, 1))
    assert (corrections.close_complete(), state_of(application), Standing.objects.get().score) == (1, State.SCORED, 80)


def test_a_leave_lets_one_expert_score_after_the_end(staff: Any, other_staff: Any) -> None:
    year = year_in_review()
    at = type_in(seat(case(year), expert(year)))
    year.review_closes_at = timezone.now() - timedelta(seconds=1)
    year.save()
    refused("closed", lock, at)
    leave = corrections.ask_leave(at, reason="in hospital", by=staff)
    corrections.decide_leave(leave, is_approved=True, expires_at=timezone.now() + timedelta(days=1), by=other_staff)
    lock(at)
    assert AuditEvent.objects.filter(action="leave.approved", reason="in hospital").count() == 1
    assert state_of(at.application) == State.SCORED


def test_staff_void_a_review_but_never_edit_it(staff: Any) -> None:
    year = year_in_review(need=2)
    application = case(year)
    score(application, expert(year, "one"), (20, 20, 16, 12, 8))
    at = score(application, expert(year, "two"))
    review = Review.objects.get(expert=at.expert)
    refused("reason", corrections.void_review, review, reason="", is_conflict=False, by=staff)
    refused("forbidden", corrections.void_review, review, reason="x", is_conflict=False, by=user_of(at.expert))
    corrections.void_review(review, reason="scored by somebody else", is_conflict=False, by=staff)
    review.refresh_from_db()
    at.refresh_from_db()
    assert (review.ended_because, review.total, at.ended_because) == (ReviewEnd.VOID, 80, AssignmentEnd.REPLACED)
    assert (Standing.objects.get().review_count, Standing.objects.get().score) == (1, 76)
    refused("closed", type_in, at, (1, 1, 1, 1, 1))


def test_staff_close_with_fewer_only_when_everybody_has_locked(staff: Any) -> None:
    year = year_in_review(need=3)
    application = case(year)
    late = seat(application, expert(year, "late"))
    score(application, expert(year, "one"))
    application.refresh_from_db()
    given = {"seen_version": application.version, "reason": "no substitute", "by": staff}
    refused("seats", corrections.close_scoring, application, **given)
    lock(type_in(late))
    corrections.close_scoring(application, **given)
    assert (state_of(application), Standing.objects.get().review_count) == (State.SCORED, 2)


# ------------------------------------------------------------------ tampering
def test_an_edited_score_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    year = year_in_review()
    score(case(year), expert(year))
    call_command("verify_reviews", "2021")
    assert capsys.readouterr().out == "1 locked reviews, each as it was locked\n"
    triggers.remove_triggers(connection)
    try:
        review = Review.objects.get()
        first = review.scores.order_by("criterion__position").first()
        assert first is not None
        first.points = Decimal("24.5")
        first.save()
        with pytest.raises(CommandError, match="not as it was locked"):
            call_command("verify_reviews", "2021")
        review.scores.all().delete()
        review.delete()
        with pytest.raises(CommandError, match="locked on record, but gone"):
            call_command("verify_reviews", "2021")
    finally:
        triggers.install_triggers(connection)


def test_values_of_another_year_and_unknown_fields_are_ignored() -> None:
    year, other = year_in_review(), year_in_review(year=2022)
    at = seat(case(year), expert(year))
    operations.save_sheet(
        at, values(other, (1, 1, 1, 1, 1)) | {"total": "100", "version": "9"}, base={}, by=user_of(at.expert)
    )
    sheet = ScoreSheet.objects.get()
    assert (sheet.points, sheet.level, sheet.version) == ({}, "DOM_LEADING", 1)
