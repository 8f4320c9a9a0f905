"""Writing the trail: in the transaction of the change, in one order, with its origin."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.accounts.operations import end_grant, request_role, set_active
from qa_portal.audit.context import Origin, acting_from, current_origin
from qa_portal.audit.middleware import AuditOriginMiddleware
from qa_portal.audit.models import AuditEvent, AuditHead
from qa_portal.audit.operations import record
from qa_portal.audit.queries import Finding, events_for, verify_trail
from qa_portal.audit.rules import FIRST_HASH
from qa_portal.notices.models import Announcement
from qa_portal.notices.operations import announce
from tests.plugins.parallel import at_once
from tests.qa_portal.audit.test_rules import values


@time_machine.travel(datetime(2020, 12, 4, 1, 2, 3, 456789, tzinfo=UTC), tick=False)
def test_an_entry_says_who_did_what_to_what_when_from_where_and_why(staff_user: Any) -> None:
    with acting_from(Origin("192.0.2.1", "Browser/1", "request-1")):
        record("person.rename", staff_user, by=staff_user, before="A", after={"name": "B"}, reason="改名")
    event = AuditEvent.objects.get()
    assert event.sequence == 1
    assert event.occurred_at == datetime(2020, 12, 4, 1, 2, 3, 456789, tzinfo=UTC)
    assert (event.actor_id, event.actor_label) == (staff_user.pk, "Staff")
    assert (event.ip, event.user_agent, event.request_id) == ("192.0.2.1", "Browser/1", "request-1")
    assert (event.action, event.object_type, event.object_id) == (
        "person.rename", "accounts.user", str(staff_user.pk),
    )  # fmt: skip
    assert (event.before, event.after, event.reason) == ("A", {"name": "B"}, "改名")
    assert (event.previous_hash, event.hash) == (FIRST_HASH, event.computed_hash())


def test_entries_form_a_chain(staff_user: Any) -> None:
    events = [record("x", staff_user, by=None) for _number in range(3)]
    assert [event.sequence for event in events] == [1, 2, 3]
    assert [event.previous_hash for event in events] == [FIRST_HASH, events[0].hash, events[1].hash]
    head = AuditHead.objects.get()
    assert (head.sequence, head.hash) == (3, events[2].hash)
    assert list(events_for(staff_user)) == events
    assert verify_trail([]) == Finding(3)


@pytest.mark.parametrize(
    ("actor", "label"), [(None, "system"), (AnonymousUser(), "AnonymousUser")], ids=["portal", "anonymous"]
)
def test_without_a_person(staff_user: Any, actor: Any, label: str) -> None:
    record("x", staff_user, by=actor)
    event = AuditEvent.objects.get()
    assert (event.actor_id, event.actor_label) == (None, label)


def test_personal_data_of_a_change_is_masked(staff_user: Any) -> None:
    record("x", staff_user, by=None, before={"mail": "li@example.com"}, after={"phone": "13812345678"})
    event = AuditEvent.objects.get()
    assert (event.before, event.after) == ({"mail": "l***@example.com"}, {"phone": "138****5678"})


@pytest.mark.django_db
def test_deleting_a_person_leaves_their_entries() -> None:
    person = User.objects.create_user("gone@example.com", name="Gone")
    number = person.pk
    record("x", person, by=person)
    person.delete()
    event = AuditEvent.objects.get()
    assert (event.actor_id, event.actor_label, event.object_id) == (number, "Gone", str(number))
    assert verify_trail([]) == Finding(1)


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values)
def test_whatever_is_kept_reads_back_as_sealed(staff_user: Any, value: Any) -> None:
    """Both databases return JSON and texts exactly as they were hashed."""
    event = record("x", staff_user, by=None, before=value, after={"v": value}, reason=str(value))
    stored = AuditEvent.objects.get(pk=event.pk)
    assert stored.computed_hash() == event.hash


# ------------------------------------------------------------------ transactions
@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_is_a_bug(staff_user: Any) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        record("x", staff_user, by=None)
    assert AuditEvent.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_undone_change_leaves_no_entry_and_no_gap(staff_user: Any) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record("undone", staff_user, by=None)
        raise ZeroDivisionError
    with transaction.atomic():
        record("done", staff_user, by=None)
    assert list(AuditEvent.objects.values_list("sequence", "action")) == [(1, "done")]


@pytest.mark.django_db(transaction=True)
def test_a_change_without_its_entry_does_not_take_place(staff_user: Any) -> None:
    """The trail can take no entry, for the numbers of its column are used up: nothing else changes either."""
    person = User.objects.create_user("person@example.com")
    admin = User.objects.create_user("admin@example.com")
    grant = RoleGrant.objects.create(user=admin, role=Role.SECURITY_ADMIN)
    AuditHead.objects.update_or_create(pk=AuditHead.ONLY, defaults={"sequence": 2**63 - 1})
    for change in (
        lambda: request_role(person, Role.APPLICANT, by=None),
        lambda: set_active(person, active=False, by=admin, reason="x"),
        lambda: end_grant(grant, by=None, reason="x"),
        lambda: announce("x", by=staff_user),
    ):
        with pytest.raises((OverflowError, DatabaseError)):
            change()
    person.refresh_from_db()
    grant.refresh_from_db()
    assert (person.is_active, person.role_grants.count(), grant.state) == (True, 0, "active")
    assert (Announcement.objects.count(), AuditEvent.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_entries_written_at_once_stand_in_one_order(staff_user: Any) -> None:
    def write(number: int) -> None:
        for _step in range(5):
            with transaction.atomic():
                record(f"thread {number}", staff_user, by=None)

    assert at_once(8, write) == [None] * 8
    assert verify_trail([]) == Finding(40)


@pytest.mark.django_db(transaction=True)
def test_the_chain_starts_again_in_an_emptied_database(staff_user: Any) -> None:
    AuditHead.objects.all().delete()
    assert at_once(4, lambda number: _write(staff_user)) == [None] * 4
    assert verify_trail([]) == Finding(4)


def _write(obj: Any) -> None:
    with transaction.atomic():
        record("x", obj, by=None)


def test_recording_costs_three_queries(staff_user: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        record("x", staff_user, by=staff_user)


# ------------------------------------------------------------------ origin
def origin_of(settings: Any, proxies: int = 0, **request: Any) -> Origin:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    seen = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(current_origin())
        return HttpResponse()

    AuditOriginMiddleware(view)(RequestFactory().get("/", **request))
    assert current_origin() == Origin()
    return seen[0]


def test_the_origin_of_a_request(settings: Any) -> None:
    origin = origin_of(settings, REMOTE_ADDR="2001:DB8::1", headers={"user-agent": "Browser/1"})
    assert origin == Origin("2001:db8::1", "Browser/1", "")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "ip"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "192.0.2.66, 203.0.113.9", "203.0.113.9"),
        (2, "192.0.2.66, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "<script>", ""),
        (1, "", ""),
    ],
)
def test_a_client_cannot_choose_its_address(settings: Any, proxies: int, forwarded: str, ip: str) -> None:
    origin = origin_of(settings, proxies, REMOTE_ADDR="10.0.0.1", headers={"x-forwarded-for": forwarded})
    assert origin.ip == ip


def test_an_odd_browser_name_is_cut_and_kept(staff_user: Any) -> None:
    with acting_from(Origin(user_agent="\0\n" + "x" * 1000)):
        record("x", staff_user, by=None)
    assert AuditEvent.objects.get().user_agent == "␀\n" + "x" * 298
