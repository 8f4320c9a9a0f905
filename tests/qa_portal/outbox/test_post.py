"""Writing messages: in the transaction of the change, once for each person and event."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from qa_portal.accounts.models import User
from qa_portal.notices.models import Notice
from qa_portal.outbox.delivery import deliver_due
from qa_portal.outbox.enums import State
from qa_portal.outbox.models import HeldKind, Message
from qa_portal.outbox.operations import choose_language, forget_messages, post, set_held
from tests.plugins.parallel import at_once
from tests.qa_portal.outbox.conftest import NOW, tell

pytestmark = pytest.mark.django_db


def test_a_message_is_a_mail_and_a_notice(person: User, settings: Any) -> None:
    settings.PORTAL_URL = "https://portal.example.cn"
    message = tell(person)
    assert message is not None
    assert (message.state, message.address, message.language) == (State.WAITING, "person@example.com", "zh-hans")
    [notice] = Notice.objects.all()
    assert (notice.recipient, notice.text, notice.url) == (person, "Case 2021-0007", "/applications/7/")
    assert mail.outbox == []
    assert deliver_due().sent == 1
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["person@example.com"], "Case 2021-0007")
    assert sent.body == (
        "Case 2021-0007 is due 2021年5月3日 星期一 10:00.\n\nOpen: https://portal.example.cn/applications/7/\n"
    )
    message.refresh_from_db()
    assert (message.state, message.sent_subject, message.sent_body) == (State.SENT, sent.subject, sent.body)
    assert [one.outcome for one in message.log.all()] == ["sent"]


def test_one_event_makes_one_message_a_person(person: User) -> None:
    other = User.objects.create_user("other@example.com")
    assert [tell(person) is not None, tell(person) is not None, tell(other) is not None] == [True, False, True]
    assert tell(person, event="e2") is not None
    assert (Message.objects.count(), Notice.objects.count()) == (3, 3)


def test_a_change_that_is_undone_tells_nobody(person: User) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        post("test.plain", event="e", to=person, path="/x/", params={"number": "1", "due": NOW})
        raise ZeroDivisionError
    assert (Message.objects.count(), Notice.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_race_makes_one_message_and_one_notice() -> None:
    person = User.objects.create_user("person@example.com")
    answers = at_once(4, lambda number: tell(User.objects.get(pk=person.pk)) is not None)
    assert sorted(answers) == [False, False, False, True]
    assert (Message.objects.count(), Notice.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_it_belongs_into_a_transaction() -> None:
    person = User.objects.create_user("person@example.com")
    assert not connection.in_atomic_block
    with pytest.raises(RuntimeError):
        post("test.plain", event="e", to=person, path="/x/", params={"number": "1", "due": NOW})


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"kind": "test.unknown"}, LookupError),
        ({"params": {"number": "1"}}, KeyError),
        ({"path": "//elsewhere.example/"}, ValueError),
        ({"path": "https://elsewhere.example/"}, ValueError),
        ({"to": None}, ValueError),
    ],
)
def test_a_mistake_of_the_caller_is_told(fields: dict[str, Any], error: type[Exception], person: User) -> None:
    with pytest.raises(error):
        tell(**({"to": person} | fields))


def test_people_who_are_not_active_hear_nothing(person: User) -> None:
    person.is_active = False
    person.save()
    assert (tell(person), Message.objects.count(), Notice.objects.count()) == (None, 0, 0)


def test_the_language_is_the_choice_of_the_person(person: User) -> None:
    choose_language(person, "en")
    tell(person)
    deliver_due()
    assert "is due Monday, 3 May 2021, 10:00." in mail.outbox[0].body


def test_messages_of_a_held_kind_wait_for_release(person: User, staff_user: Any) -> None:
    set_held("test.plain", held=True, by=staff_user)
    set_held("test.plain", held=True, by=staff_user)
    message = tell(person)
    assert (message and message.state, deliver_due().sent, mail.outbox) == (State.HELD, 0, [])
    set_held("test.plain", held=False, by=staff_user)
    assert (HeldKind.objects.count(), Notice.objects.count()) == (0, 1)
    assert getattr(tell(person, event="e2"), "state", None) == State.WAITING


def test_a_line_break_in_a_value_begins_no_header(person: User) -> None:
    tell(person, number="7\r\nBcc: thief@example.com")
    assert deliver_due().sent == 1
    [sent] = mail.outbox
    assert sent.subject == "Case 7 Bcc: thief@example.com"
    assert sent.message()["Bcc"] is None


def test_an_address_that_is_none_fails_alone(person: User) -> None:
    tell(address="x@example.com\nBcc: thief@example.com")
    tell(person)
    result = deliver_due()
    assert (result.sent, result.failed) == (1, 1)
    assert [one.to for one in mail.outbox] == [["person@example.com"]]
    assert sorted(Message.objects.values_list("state", flat=True)) == [State.FAILED, State.SENT]


def test_a_secret_link_lies_encrypted_and_is_erased_when_it_is_sent(person: User) -> None:
    message = tell(person, kind="test.secret", path="/invitations/the-key/", params={})
    assert message is not None
    stored = str(Message.objects.values().get())
    assert ("the-key" in stored, Notice.objects.count()) == (False, 0)
    deliver_due()
    assert "/invitations/the-key/" in mail.outbox[0].body
    row = Message.objects.get()
    assert ("the-key" in str(Message.objects.values().get()), row.sealed_path, "••••••" in row.sent_body) == (
        False, "", True)  # fmt: skip


def test_it_is_not_due_before_its_time(person: User) -> None:
    tell(person)
    Message.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    assert (deliver_due().sent, mail.outbox) == (0, [])


def test_only_what_is_over_is_forgotten(person: User) -> None:
    old, young = timezone.now() - timedelta(days=200), timezone.now() - timedelta(days=100)
    for number, state in enumerate((State.SENT, State.DROPPED, State.FAILED, State.WAITING, State.HELD)):
        for age in (old, young):
            message = tell(person, event=f"{number} {age}")
            sent_at = age if state == State.SENT else None
            Message.objects.filter(pk=message and message.pk).update(state=state, created_at=age, sent_at=sent_at)
    assert forget_messages(timezone.now() - timedelta(days=180)) == 2
    assert sorted(Message.objects.filter(created_at=old).values_list("state", flat=True)) == [
        "failed", "held", "waiting",
    ]  # fmt: skip
    assert Message.objects.filter(created_at=young).count() == 5
