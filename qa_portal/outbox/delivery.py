"""Sending what waits: claim, mail server, outcome; and finding what a process that died left behind.

The claim is committed before the mail server is asked, the outcome after it answered. In between nobody
can know whether the server has the message, so such an attempt is repeated, but only a few times (see
`rules.MAX_UNKNOWN` and ADR 0007).
"""

import logging
import smtplib
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from qa_portal.audit.rules import mask_personal, storable
from qa_portal.jobs.operations import tell_worker
from qa_portal.jobs.running import shutting_down
from qa_portal.outbox.enums import Drop, Outcome, State
from qa_portal.outbox.models import Attempt, Message
from qa_portal.outbox.operations import move
from qa_portal.outbox.registry import kind_for
from qa_portal.outbox.rendering import Text, to_send, to_show
from qa_portal.outbox.rules import STALE, delay_after, is_given_up

log = logging.getLogger(__name__)
BATCH = 200
LONGEST_DETAIL = 300


# ------------------------------------------------------------------ one attempt
def claim(message_id: int) -> Message | None:
    """Take a message that waits and is due; None for all but one of those who try."""
    now = timezone.now()
    with transaction.atomic():
        due = Message.objects.filter(pk=message_id, due_at__lte=now)
        taken = due.exists() and move(
            message_id, State.WAITING, State.SENDING, attempts=F("attempts") + 1, tries=F("tries") + 1, claimed_at=now
        )
        if not taken:
            return None
        message: Message = Message.objects.get(pk=message_id)
        Attempt.objects.create(message=message, serial=message.attempts, started_at=now)
    return message


def conclude(message: Message, outcome: Outcome, detail: str = "", **fields: Any) -> None:
    """Write how the attempt of a claim ended, and what follows for the message.

    Who comes back after the claim was given up still notes that the message was sent, so that it is not
    sent once more, unless somebody else has claimed it meanwhile.
    """
    now = timezone.now()
    with transaction.atomic():
        Attempt.objects.filter(message=message, serial=message.attempts).update(
            finished_at=now, outcome=outcome, detail=storable(mask_personal(detail), LONGEST_DETAIL)
        )
        if outcome == Outcome.SENT:
            for source in (State.SENDING, State.FAILED):
                move(message.pk, source, State.SENT, attempt=message.attempts, sent_at=now, **fields)
            late = Message.objects.filter(pk=message.pk, state=State.WAITING, attempts=message.attempts)
            late.update(state=State.SENT, sent_at=now, sealed_path="", **fields)
        elif outcome == Outcome.DROPPED:
            move(message.pk, State.SENDING, State.DROPPED, attempt=message.attempts, **fields)
        else:
            _try_again_or_give_up(message, outcome)


def _try_again_or_give_up(message: Message, outcome: Outcome) -> None:
    unknown = message.unknown + (outcome == Outcome.UNKNOWN)
    if outcome == Outcome.REFUSED or is_given_up(message.tries, unknown):
        move(message.pk, State.SENDING, State.FAILED, attempt=message.attempts, unknown=unknown)
        return
    due_at = timezone.now() + delay_after(message.tries)
    move(message.pk, State.SENDING, State.WAITING, attempt=message.attempts, unknown=unknown, due_at=due_at)


def reason_to_drop(message: Message) -> Drop:
    """Why nobody wants the message any more; Drop.NONE while somebody does."""
    if message.expires_at is not None and message.expires_at <= timezone.now():
        return Drop.EXPIRED
    if message.recipient is not None and not message.recipient.is_active:
        return Drop.SETTLED
    return Drop.NONE if kind_for(message.kind).wanted(message) else Drop.SETTLED


# ------------------------------------------------------------------ the mail server
class OutOfReach(Exception):
    """The mail server does not take any message now."""


class MailServer:
    """One connection for several messages, made anew after each failure."""

    def __init__(self) -> None:
        self._connection: Any = None

    def send(self, mail: EmailMessage) -> None:
        """Hand one mail over. Raises OutOfReach before anything was handed over, else what the server did."""
        if self._connection is None:
            connection = get_connection()
            try:
                connection.open()
            except OSError as error:
                raise OutOfReach(told_by(error)) from error
            self._connection = connection
        try:
            self._connection.send_messages([mail])
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
            self._connection = None


def mail_of(message: Message, text: Text) -> EmailMessage:
    """The mail as the receiver gets it: plain text; the same identity at each attempt."""
    host = urlsplit(settings.PORTAL_URL).hostname or "localhost"
    headers = {
        "Message-ID": f"<outbox.{message.pk}.{message.created_at:%Y%m%d%H%M%S%f}@{host}>",
        "Date": formatdate(message.created_at.timestamp(), localtime=False),
        "Auto-Submitted": "auto-generated",
    }
    return EmailMessage(text.subject, text.body, settings.DEFAULT_FROM_EMAIL, [message.address], headers=headers)


def told_by(error: BaseException) -> str:
    """What the mail server said, as one line for the log of attempts."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return " ".join(_answer(code, text) for code, text in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"


def _answer(code: int, text: Any) -> str:
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"


def outcome_of(error: Exception) -> Outcome:
    """Refused for good is what the server says of this message; a cut may have come after it was taken."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _text in error.recipients.values()]
        return Outcome.REFUSED if codes and min(codes) >= 500 else Outcome.DELAYED
    if isinstance(error, smtplib.SMTPDataError):
        return Outcome.REFUSED if error.smtp_code >= 500 else Outcome.DELAYED
    if isinstance(error, smtplib.SMTPResponseException):
        return Outcome.DELAYED
    return Outcome.UNKNOWN if isinstance(error, OSError) else Outcome.REFUSED


# ------------------------------------------------------------------ all that waits
@dataclass(slots=True)
class Delivered:
    """What a round did with how many messages; `is_stopped`: the mail server was out of reach."""

    sent: int = 0
    failed: int = 0
    dropped: int = 0
    is_stopped: bool = False


def deliver_due() -> Delivered:
    """Send what is due, oldest first. A message that fails delays no other one.

    When the mail server is out of reach the round ends, so that an outage costs each message few tries.
    """
    result, server = Delivered(), MailServer()
    waiting = Message.objects.filter(state=State.WAITING, due_at__lte=timezone.now())
    ids = list(waiting.order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH])
    try:
        for message_id in ids:
            if shutting_down.is_set():
                break
            message = claim(message_id)
            if message is not None:
                _deliver(message, server, result)
            if result.is_stopped:
                break
    finally:
        server.close()
    if len(ids) == BATCH and not result.is_stopped and not shutting_down.is_set():
        tell_worker("outbox.deliver")
    return result


def _deliver(message: Message, server: MailServer, result: Delivered) -> None:
    """Send one claimed message and write how it ended, whatever happens."""
    try:
        if why := reason_to_drop(message):
            conclude(message, Outcome.DROPPED, drop=why)
            result.dropped += 1
            return
        mail, shown = mail_of(message, to_send(message)), to_show(message)
        mail.message()  # a line break in a header, or an address that is none, is found before the server is asked
    except Exception as error:
        error_id = uuid4().hex[:12]
        log.exception("message %s was not made, error %s", message.pk, error_id)
        conclude(message, Outcome.REFUSED, f"{type(error).__name__}, error {error_id}")
        result.failed += 1
        return
    try:
        server.send(mail)
    except OutOfReach as error:
        conclude(message, Outcome.DELAYED, str(error))
        result.failed, result.is_stopped = result.failed + 1, True
    except Exception as error:
        log.warning("message %s was not sent: %s", message.pk, type(error).__name__)
        conclude(message, outcome_of(error), told_by(error))
        result.failed += 1
    else:
        conclude(message, Outcome.SENT, sent_subject=shown.subject, sent_body=shown.body)
        result.sent += 1


def recover_lost() -> int:
    """Give back the claims of processes that are gone; how many. Whether they sent the mail nobody knows."""
    now = timezone.now()
    lost = Message.objects.filter(state=State.SENDING, claimed_at__lt=now - STALE)
    count = 0
    for message in lost:
        log.warning("message %s was claimed by a process that is gone", message.pk)
        conclude(message, Outcome.UNKNOWN)
        count += 1
    return count


def forget_expired_secrets() -> int:
    """Erase secret links that open nothing any more, of messages that nobody will send."""
    worthless = Message.objects.filter(expires_at__lte=timezone.now()).exclude(sealed_path="")
    return worthless.exclude(state=State.SENDING).update(sealed_path="")


def sweep() -> Delivered:
    """Look after the outbox: lost claims, secrets that are over, and what is due."""
    recover_lost()
    forget_expired_secrets()
    return deliver_due()
