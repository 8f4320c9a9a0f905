"""Announcements of the bureau: written by staff, shown to roles for a time, audited."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.audit.models import AuditEvent
from qa_portal.core.errors import Refusal
from qa_portal.notices.models import Announcement
from qa_portal.notices.operations import announce, withdraw
from qa_portal.notices.queries import announcements_for
from tests.qa_portal.home.html import faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def expert(db: None) -> User:
    user = User.objects.create_user("expert@example.com", "a-long-password")
    RoleGrant.objects.create(user=user, role=Role.EXPERT)
    return user


def texts(user: User) -> list[str]:
    return [one.text for one in announcements_for(user)]


def test_announcement_is_shown_to_its_roles(staff_user: Any, expert: User) -> None:
    announce("给专家", by=staff_user, roles=["expert", "leader"])
    announce("给所有人", by=staff_user)
    assert (texts(staff_user), texts(expert)) == (["给所有人"], ["给所有人", "给专家"])


@pytest.mark.parametrize(("seconds", "is_shown"), [(-1, True), (0, False), (1, False)])
def test_announcement_ends_to_the_second(staff_user: Any, time_machine: Any, seconds: int, is_shown: bool) -> None:
    end = timezone.now() + timedelta(hours=1)
    announce("到时为止", by=staff_user, valid_to=end)
    time_machine.move_to(end + timedelta(seconds=seconds), tick=False)
    assert bool(texts(staff_user)) == is_shown


def test_announcement_of_tomorrow_waits(staff_user: Any) -> None:
    made = announce("明天", by=staff_user, valid_from=timezone.now() + timedelta(days=1))
    assert (texts(staff_user), made.state) == ([], "planned")


def test_withdrawing_is_audited_once(staff_user: Any) -> None:
    made = announce("  写错了  ", by=staff_user, roles=["expert"])
    withdraw(made, by=staff_user)
    withdraw(made, by=staff_user)
    assert texts(staff_user) == []
    events = AuditEvent.objects.filter(object_id=str(made.pk), object_type="notices.announcement")
    assert list(events.values_list("action", "after__text", "before__text")) == [
        ("announcement.made", "写错了", None),
        ("announcement.withdrawn", None, "写错了"),
    ]


@pytest.mark.parametrize("text", ["", "   \n"])
def test_empty_text_is_refused(staff_user: Any, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        announce(text, by=staff_user)
    assert (refused.value.field, Announcement.objects.count(), AuditEvent.objects.count()) == ("text", 0, 0)


def test_end_before_start_is_refused(staff_user: Any) -> None:
    now = timezone.now()
    with pytest.raises(Refusal) as refused:
        announce("x", by=staff_user, valid_from=now, valid_to=now)
    assert (refused.value.field, Announcement.objects.count()) == ("valid_to", 0)


# ------------------------------------------------------------------ the page of staff
def test_staff_write_and_withdraw_in_the_browser(staff_client: Client, staff_user: Any) -> None:
    fields = {"text": "系统<b>周六</b>维护", "roles": ["staff", "expert"], "valid_to": "2099-01-01T06:00"}
    assert staff_client.post("/announcements/", fields).headers["Location"] == "/announcements/"
    made = Announcement.objects.get()
    assert (made.text, made.roles, made.created_by) == ("系统<b>周六</b>维护", ["expert", "staff"], staff_user)
    assert timezone.localtime(made.valid_to).isoformat() == "2099-01-01T06:00:00+08:00"
    home = staff_client.get("/").content.decode()
    assert "系统&lt;b&gt;周六&lt;/b&gt;维护" in home
    staff_client.post(f"/announcements/{made.pk}/withdraw/")
    assert "周六" not in staff_client.get("/").content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"text": ""},
        {"text": "长" * 1001},
        {"text": "x", "roles": ["king"]},
        {"text": "x", "valid_to": "2001-01-01T00:00"},
    ],
)
def test_mistake_is_told_and_nothing_written(staff_client: Client, fields: dict[str, Any]) -> None:
    response = staff_client.post("/announcements/", fields)
    assert (response.status_code, faults(response), Announcement.objects.count()) == (422, [], 0)
    assert 'id="error-summary"' in response.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_list_query_count(staff_client: Client, staff_user: Any, rows: int, django_assert_num_queries: Any) -> None:
    for number in range(rows):
        announce(f"公告{number}", by=staff_user)
    with django_assert_num_queries(7):  # session, person, roles, unread, years, count, page
        response = staff_client.get("/announcements/")
    assert [one.text for one, _names in response.context["announcements"]] == [
        f"公告{n}" for n in reversed(range(rows))
    ]
    assert faults(response) == []


@pytest.mark.parametrize("role", [role for role in Role if role != Role.STAFF])
def test_only_staff_write(role: str) -> None:
    user = User.objects.create_user("somebody@example.com", "a-long-password")
    RoleGrant.objects.create(user=user, role=role)
    client = Client()
    client.force_login(user)
    assert client.get("/announcements/").status_code == 403
    assert client.post("/announcements/", {"text": "x"}).status_code == 403
    assert client.post("/announcements/1/withdraw/").status_code == 403
    assert Announcement.objects.count() == 0
