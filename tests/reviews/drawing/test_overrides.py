"""A change by hand: with a reason, by two people, within the rules of the draw, and on record."""

from typing import Any

import pytest
from django.test import Client

from qa_portal.accounts.models import User
from qa_portal.core.errors import Refusal
from reviews.drawing.checking import differences_of
from reviews.drawing.overrides import ask_override, decide_override
from reviews.enums import AssignmentEnd, AssignmentSource, ConflictSource
from reviews.models import Assignment, Draw, Expert, Override
from reviews.pool.operations import declare_conflict
from tests.reviews.drawing.support import bureau_people, ready_year, released

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, User]:
    found = bureau_people()
    released(ready_year(found["staff"]), found)
    return found


def seat_and_other() -> tuple[Assignment, Expert]:
    """A seat, and somebody who could take it."""
    seat = Assignment.objects.active().select_related("application", "expert").earliest("pk")
    return seat, Expert.objects.exclude(assignments__application=seat.application).earliest("pk")


def refused(code: str, act: Any, *args: Any, **kwargs: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code


def test_two_people_replace_an_expert(people: dict[str, User]) -> None:
    seat, other = seat_and_other()
    asked = ask_override(seat, other, reason="专家住院", by=people["staff"])
    assert Assignment.objects.active().filter(pk=seat.pk).exists()
    refused("second person", decide_override, asked, approve=True, by=people["staff"])
    refused("forbidden", decide_override, asked, approve=True, by=people["inspector"])
    decide_override(asked, approve=True, by=people["leader"])
    seat.refresh_from_db()
    new = Assignment.objects.active().get(application=seat.application, expert=other)
    assert (seat.ended_because, new.source) == (AssignmentEnd.REPLACED, AssignmentSource.OVERRIDE)
    assert differences_of(Draw.objects.get()) == []
    refused("decided", decide_override, asked, approve=False, by=people["leader"])


def test_a_refused_change_changes_nothing(people: dict[str, User]) -> None:
    seat, other = seat_and_other()
    before = list(Assignment.objects.order_by("pk").values())
    decide_override(ask_override(seat, other, reason="x", by=people["staff"]), approve=False, by=people["second"])
    assert list(Assignment.objects.order_by("pk").values()) == before


def test_the_rules_of_the_draw_hold_by_hand_too(people: dict[str, User]) -> None:
    seat, other = seat_and_other()
    colleague = Assignment.objects.active().filter(application=seat.application).exclude(pk=seat.pk)[0].expert
    refused("reason", ask_override, seat, other, reason=" ", by=people["staff"])
    refused("forbidden", ask_override, seat, other, reason="x", by=people["leader"])
    refused("twice", ask_override, seat, colleague, reason="x", by=people["staff"])
    Expert.objects.filter(pk=other.pk).update(employer=colleague.employer)
    other.refresh_from_db()
    refused("cap", ask_override, seat, other, reason="x", by=people["staff"])
    Expert.objects.filter(pk=other.pk).update(is_available=False)
    other.refresh_from_db()
    refused("expert", ask_override, seat, other, reason="x", by=people["staff"])
    free = Expert.objects.exclude(assignments__application=seat.application).exclude(pk=other.pk).earliest("pk")
    declare_conflict(seat.application, free, code="C7", reason="合作", source=ConflictSource.STAFF, by=people["staff"])
    refused("conflict", ask_override, seat, free, reason="x", by=people["staff"])


def test_a_conflict_found_meanwhile_stops_the_approval(people: dict[str, User]) -> None:
    seat, other = seat_and_other()
    asked = ask_override(seat, other, reason="x", by=people["staff"])
    declare_conflict(seat.application, other, code="C7", reason="合作", source=ConflictSource.STAFF, by=people["staff"])
    refused("conflict", decide_override, asked, approve=True, by=people["leader"])
    assert Assignment.objects.active().filter(pk=seat.pk).exists()


def test_by_the_page(people: dict[str, User]) -> None:
    seat, other = seat_and_other()
    staff, leader, inspector = Client(), Client(), Client()
    for name, client in (("staff", staff), ("leader", leader), ("inspector", inspector)):
        client.force_login(people[name])
    data = {"number": seat.application.number, "out": seat.expert.code, "expert": other.code, "reason": "专家住院"}
    address = "/years/2020/draw/override/"
    answer = staff.post(address, data | {"expert": "nobody"})
    assert (answer.status_code, "专家住院" in answer.content.decode()) == (422, True)
    assert staff.post(address, data).status_code == 302
    [asked] = Override.objects.all()
    assert "专家住院" in inspector.get("/years/2020/draw/").content.decode()
    assert staff.post(f"{address}{asked.pk}/", {"approve": "1"}).status_code == 409
    assert leader.post(f"{address}{asked.pk}/", {"approve": "1"}).status_code == 302
    assert Assignment.objects.active().filter(expert=other, application=seat.application).exists()
