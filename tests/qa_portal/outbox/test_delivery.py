"""Sending through a real SMTP connection: failures, recovery, crashes and races."""

from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone

from qa_portal.accounts.models import User
from qa_portal.outbox import delivery
from qa_portal.outbox.delivery import claim, conclude, deliver_due, sweep
from qa_portal.outbox.enums import Outcome, State
from qa_portal.outbox.models import Message
from qa_portal.outbox.rules import MAX_TRIES, MAX_UNKNOWN, STALE
from tests.conftest import free_port
from tests.plugins.parallel import at_once
from tests.qa_portal.outbox.conftest import NOW, SETTLED, people, tell
from tests.qa_portal.outbox.smtp import Behaviour, mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(time_machine: Any) -> Any:
    time_machine.move_to(NOW, tick=False)
    return time_machine


def states() -> dict[str, str]:
    return {one.address.partition("@")[0]: one.state for one in Message.objects.all()}


def log(address: str) -> list[tuple[str, str]]:
    message = Message.objects.get(address=address)
    return [(one.outcome, one.detail) for one in message.log.order_by("serial")]


def test_each_failure_is_its_own_and_the_others_are_sent(smtp: Behaviour, clock: Any) -> None:
    for one in people(6):
        tell(one)
    smtp.rcpt = {
        "p0@example.com": "550 5.1.1 no such user p0@example.com",
        "p1@example.com": "450 4.2.1 mailbox is busy",
    }
    smtp.data = {"p2@example.com": "554 5.7.1 looks like spam", "p3@example.com": "451 4.3.0 try later"}
    smtp.cut = {"p4@example.com": "DATA"}
    result = deliver_due()
    assert (result.sent, result.failed, result.is_stopped) == (1, 5, False)
    assert states() == {
        "p0": "failed", "p1": "waiting", "p2": "failed", "p3": "waiting", "p4": "waiting", "p5": "sent",
    }  # fmt: skip
    assert log("p0@example.com") == [("refused", "550 5.1.1 no such user p***@example.com")]
    assert log("p1@example.com") == [("delayed", "450 4.2.1 mailbox is busy")]
    assert log("p2@example.com") == [("refused", "554 5.7.1 looks like spam")]
    assert [outcome for outcome, _detail in log("p4@example.com")] == ["unknown"]


def test_what_failed_for_now_is_sent_when_the_server_has_recovered(smtp: Behaviour, clock: Any) -> None:
    [one] = people(1)
    tell(one)
    smtp.rcpt = {one.email: "451 later"}
    deliver_due()
    assert Message.objects.get().due_at == NOW + timedelta(minutes=1)
    smtp.rcpt = {}
    clock.move_to(NOW + timedelta(seconds=59), tick=False)
    assert deliver_due().sent == 0
    clock.move_to(NOW + timedelta(seconds=60), tick=False)
    assert (deliver_due().sent, states(), smtp.receivers()) == (1, {"p0": "sent"}, ["p0@example.com"])
    assert [outcome for outcome, _detail in log(one.email)] == ["delayed", "sent"]


def test_tries_end_and_staff_see_a_failed_message(smtp: Behaviour, clock: Any) -> None:
    [one] = people(1)
    tell(one)
    smtp.rcpt = {one.email: "451 later"}
    for _round in range(MAX_TRIES + 3):
        clock.move_to(timezone.now() + timedelta(hours=13), tick=False)
        deliver_due()
    message = Message.objects.get()
    assert (message.state, message.tries, len(log(one.email))) == (State.FAILED, MAX_TRIES, MAX_TRIES)


def test_who_cuts_after_taking_the_mail_gets_it_a_few_times_only(smtp: Behaviour, clock: Any) -> None:
    [one] = people(1)
    tell(one)
    smtp.cut = {one.email: "DATA"}
    for _round in range(MAX_UNKNOWN + 3):
        clock.move_to(timezone.now() + timedelta(hours=13), tick=False)
        deliver_due()
    assert (len(smtp.taken), states()) == (MAX_UNKNOWN, {"p0": "failed"})
    identities = {line for _to, text in smtp.taken for line in text.splitlines() if line.startswith("Message-ID")}
    assert len(identities) == 1


def test_an_outage_stops_the_round_and_costs_one_message_one_try(smtp: Behaviour, clock: Any, settings: Any) -> None:
    for one in people(3):
        tell(one)
    settings.EMAIL_PORT = free_port()
    result = deliver_due()
    assert (result.sent, result.failed, result.is_stopped) == (0, 1, True)
    assert sorted(Message.objects.values_list("tries", flat=True)) == [0, 0, 1]
    settings.EMAIL_PORT = smtp.port
    clock.move_to(NOW + timedelta(minutes=2), tick=False)
    assert (deliver_due().sent, sorted(smtp.receivers())) == (3, [f"p{number}@example.com" for number in range(3)])
    assert smtp.connections == 1


def test_a_server_that_turns_everybody_away_is_out_of_reach(smtp: Behaviour, clock: Any) -> None:
    for one in people(2):
        tell(one)
    smtp.greeting = "421 too busy"
    assert deliver_due().is_stopped is True
    assert sorted(Message.objects.values_list("tries", "state")) == [(0, "waiting"), (1, "waiting")]


def test_a_mail_is_plain_text_with_our_own_address(smtp: Behaviour, clock: Any, settings: Any) -> None:
    settings.PORTAL_URL = "https://portal.example.cn"
    [one] = people(1)
    message = tell(one)
    deliver_due()
    [(receiver, text)] = smtp.taken
    headers, _, _body = text.partition("\r\n\r\n")
    assert receiver == "p0@example.com"
    assert f"Message-ID: <outbox.{message and message.pk}.20210503020000000000@portal.example.cn>" in headers
    assert ("Content-Type: text/plain" in headers, "Auto-Submitted: auto-generated" in headers) == (True, True)


# ------------------------------------------------------------------ crashes
def test_a_process_that_died_between_sending_and_marking_is_found(smtp: Behaviour, clock: Any) -> None:
    [one] = people(1)
    message = tell(one)
    assert message is not None
    assert claim(message.pk) is not None  # and now the process is killed
    clock.move_to(NOW + STALE, tick=False)
    assert (sweep().sent, states()) == (0, {"p0": "sending"})
    clock.move_to(NOW + STALE + timedelta(seconds=1), tick=False)
    assert (sweep().sent, states()) == (0, {"p0": "waiting"})
    clock.move_to(NOW + STALE + timedelta(minutes=2), tick=False)
    assert (sweep().sent, states()) == (1, {"p0": "sent"})
    assert [outcome for outcome, _detail in log(one.email)] == ["unknown", "sent"]


def test_a_process_that_always_dies_sends_a_few_copies_at_most(smtp: Behaviour, clock: Any) -> None:
    [one] = people(1)
    message = tell(one)
    assert message is not None
    claims = 0
    for _round in range(MAX_UNKNOWN + 3):
        claims += claim(message.pk) is not None
        clock.move_to(timezone.now() + timedelta(hours=13), tick=False)
        delivery.recover_lost()
        clock.move_to(timezone.now() + timedelta(hours=13), tick=False)
    assert (claims, states()) == (MAX_UNKNOWN, {"p0": "failed"})


def test_who_was_taken_for_dead_and_comes_back_still_marks_it_as_sent(smtp: Behaviour, clock: Any) -> None:
    [one] = people(1)
    message = tell(one)
    claimed = claim(message.pk) if message else None
    assert claimed is not None
    clock.move_to(NOW + STALE * 2, tick=False)
    delivery.recover_lost()
    conclude(claimed, Outcome.SENT)
    clock.move_to(NOW + STALE * 3, tick=False)
    assert (sweep().sent, states(), smtp.taken) == (0, {"p0": "sent"}, [])


def test_a_late_failure_does_not_touch_the_next_claim(smtp: Behaviour, clock: Any) -> None:
    [one] = people(1)
    message = tell(one)
    late = claim(message.pk) if message else None
    assert late is not None
    clock.move_to(NOW + STALE * 2, tick=False)
    delivery.recover_lost()
    clock.move_to(NOW + STALE * 3, tick=False)
    assert claim(late.pk) is not None
    conclude(late, Outcome.REFUSED, "550 no")
    assert (Message.objects.get().state, Message.objects.get().attempts) == (State.SENDING, 2)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_message_once(smtp: Behaviour) -> None:
    for one in people(5):
        tell(one)
    answers = at_once(3, lambda number: deliver_due().sent)
    assert (sum(answers), len(smtp.taken)) == (5, 5)
    assert set(states().values()) == {"sent"}


@pytest.mark.django_db(transaction=True)
def test_the_claim_is_committed_before_the_server_is_asked(smtp: Behaviour) -> None:
    """So a process that is killed while it sends leaves a claim, and no transaction is open meanwhile."""
    [one] = people(1)
    tell(one)
    seen: list[tuple[bool, str]] = []
    original = delivery.MailServer.send

    def watch(self: Any, mail: Any) -> None:
        seen.append((connection.in_atomic_block, Message.objects.get().state))
        original(self, mail)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery.MailServer, "send", watch)
        deliver_due()
    assert seen == [(False, "sending")]


# ------------------------------------------------------------------ what nobody wants any more
def test_what_is_over_or_settled_is_not_sent(smtp: Behaviour, clock: Any) -> None:
    late, settled, gone, good = people(4)
    tell(late, expires_at=NOW)
    tell(settled, about=settled)
    tell(gone)
    tell(good, expires_at=NOW + timedelta(seconds=1), about=good)
    SETTLED.add(f"accounts.user:{settled.pk}")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    result = deliver_due()
    assert (result.sent, result.dropped, smtp.receivers()) == (1, 3, [good.email])
    found = {one.address: (one.state, one.drop) for one in Message.objects.exclude(state="sent")}
    assert found == {
        late.email: ("dropped", "expired"),
        settled.email: ("dropped", "settled"),
        gone.email: ("dropped", "settled"),
    }


def test_a_secret_that_opens_nothing_any_more_is_erased(smtp: Behaviour, clock: Any) -> None:
    [one] = people(1)
    tell(one, kind="test.secret", path="/k/", params={}, expires_at=NOW + timedelta(days=7))
    smtp.rcpt = {one.email: "550 no"}
    sweep()
    assert (states(), bool(Message.objects.get().sealed_path)) == ({"p0": "failed"}, True)
    clock.move_to(NOW + timedelta(days=7), tick=False)
    sweep()
    assert Message.objects.get().sealed_path == ""


def test_a_server_that_came_up_on_the_same_port_takes_what_waited(settings: Any, clock: Any) -> None:
    port = free_port()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    [one] = people(1)
    tell(one)
    assert deliver_due().is_stopped is True
    clock.move_to(NOW + timedelta(minutes=1), tick=False)
    with mail_server(port) as server:
        assert (deliver_due().sent, server.receivers()) == (1, [one.email])


def test_the_scheduler_does_the_regular_work(settings: Any) -> None:
    planned = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {"outbox.sweep", "outbox.remind"} <= planned
    assert {"outbox.sweep", "outbox.remind", "outbox.deliver"} <= set(current_app.tasks)
