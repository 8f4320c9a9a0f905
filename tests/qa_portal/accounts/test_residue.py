"""What stays of a sign-in on the server: nothing, once it is over (剩余信息保护)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from qa_portal.accounts.models import RoleGrant, User
from qa_portal.accounts.operations import forget_sign_ins, set_active
from qa_portal.accounts.tasks import forget
from qa_portal.audit.models import AuditEvent
from qa_portal.audit.queries import events_for
from tests.qa_portal.accounts.conftest import sign_in

pytestmark = pytest.mark.django_db
START = datetime(2020, 9, 21, 8, tzinfo=UTC)


def left() -> tuple[int, int]:
    """Sessions and sign-ins on the server."""
    return Session.objects.count(), UserSession.objects.count()


def test_nothing_of_the_session_stays_after_signing_out(client: Client, applicant: User) -> None:
    sign_in(client, applicant.email)
    assert left() == (1, 1)
    key = client.session.session_key
    client.post("/accounts/logout/")
    # what there is now belongs to nobody: the message that one has signed out
    assert not Session.objects.filter(session_key=key).exists()
    assert [session.get_decoded().get("_auth_user_id") for session in Session.objects.all()] in ([], [None])
    assert UserSession.objects.count() == 0


def test_a_deleted_person_leaves_no_session(client: Client, applicant: User) -> None:
    sign_in(client, applicant.email)
    RoleGrant.objects.filter(user=applicant).delete()
    applicant.delete()
    assert left() == (0, 0)


def test_a_deactivated_person_leaves_no_session(client: Client, applicant: User, expert: User) -> None:
    sign_in(client, applicant.email)
    sign_in(Client(), expert.email)
    admin = User.objects.create_user("admin@example.com")
    RoleGrant.objects.create(user=admin, role="security_admin")
    set_active(applicant, active=False, by=admin, reason="Left.")
    assert list(UserSession.objects.values_list("user", flat=True)) == [expert.pk]
    assert Session.objects.count() == 1


@pytest.mark.parametrize(("seconds", "gone"), [(-1, 0), (0, 1), (1, 1)])
def test_sign_ins_to_which_nobody_came_back_are_removed(
    client: Client, applicant: User, expert: User, seconds: int, gone: int
) -> None:
    """Half an hour idle, and an hour in which a late return is still told why."""
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, applicant.email)
        clock.shift(timedelta(hours=1))
        sign_in(Client(), expert.email)
        clock.move_to(START + timedelta(minutes=90, seconds=seconds))
        assert forget_sign_ins() == gone
    assert left() == (2 - gone, 2 - gone)
    expired = events_for(applicant).filter(action="session.expired")
    assert [(one.actor_id, one.after) for one in expired] == gone * [(None, {"why": "idle"})]


def test_a_sign_in_that_ended_otherwise_is_not_said_to_have_expired(client: Client, applicant: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client, applicant.email)
        Session.objects.all().delete()
        clock.shift(timedelta(hours=2))
        assert (forget_sign_ins(), left()) == (1, (0, 0))
    assert not AuditEvent.objects.filter(action="session.expired").exists()


def test_sessions_of_nobody_go_when_they_expire(client: Client, applicant: User) -> None:
    """A password was given and the second step left open: the session holds a person's number all the same."""
    with time_machine.travel(START, tick=False) as clock:
        session = client.session
        session["account_login"] = {"user": applicant.pk}
        session.save()
        clock.shift(timedelta(hours=12) - timedelta(seconds=1))
        forget()
        assert Session.objects.count() == 1
        clock.shift(timedelta(seconds=1))
        forget()
    assert Session.objects.count() == 0
