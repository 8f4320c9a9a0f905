"""Writing messages, and what staff do with them and their texts. `move` is the only writer of a message's state."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.core.errors import Refusal
from qa_portal.jobs.operations import tell_worker
from qa_portal.notices.operations import notify
from qa_portal.outbox.enums import Drop, State
from qa_portal.outbox.models import HeldKind, MailLanguage, Message, MessageText
from qa_portal.outbox.policy import may_manage_outbox
from qa_portal.outbox.registry import kind_for
from qa_portal.outbox.rendering import CHINESE, Text, default_text
from qa_portal.outbox.rules import LINK, unknown_placeholders

LONGEST_KEY = 200
# What follows what. SENDING to WAITING: the attempt failed, another follows.
MOVES: dict[str, frozenset[str]] = {
    State.WAITING: frozenset({State.SENDING, State.HELD, State.DROPPED}),
    State.HELD: frozenset({State.WAITING, State.DROPPED}),
    State.SENDING: frozenset({State.SENT, State.WAITING, State.FAILED, State.DROPPED}),
    State.FAILED: frozenset({State.WAITING, State.DROPPED, State.SENT}),
}


def move(message_id: int, source: str, target: str, *, attempt: int | None = None, **fields: Any) -> bool:
    """Move a message that still stands at `source`; True for the one caller who did it.

    With `attempt`, only the process that has this claim may move it. A message that will never be sent
    keeps no secret link.
    """
    if target not in MOVES.get(source, ()):
        raise ValueError(f"a message does not go from {source} to {target}")
    rows = Message.objects.filter(pk=message_id, state=source)
    if attempt is not None:
        rows = rows.filter(attempts=attempt)
    if target in (State.SENT, State.DROPPED):
        fields["sealed_path"] = ""
    return bool(rows.update(state=target, **fields))


# ------------------------------------------------------------------ by the portal
def post(
    kind: str,
    *,
    event: str,
    to: Any = None,
    address: str = "",
    params: Mapping[str, Any] | None = None,
    path: str = "",
    about: models.Model | None = None,
    expires_at: datetime | None = None,
) -> Message | None:
    """Tell a person something by mail, and inside the portal where the kind says so, in the running transaction.

    The message stays exactly if the change stays; a worker sends it after the commit. `event` names what
    happened: of the same kind and event each person hears once, however often and from how many places
    this is called; then the answer is None, as for a person who is not active. `to` is a person, or
    `address` that of somebody without an account. `path` is where the link leads, inside the portal.

    Raises RuntimeError outside a transaction, LookupError for an unknown kind, KeyError for a value that
    is missing, ValueError for an address elsewhere or no receiver.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("post() belongs into the transaction of the change that it tells of")
    stated, given = kind_for(kind), dict(params or {})
    _check_values(stated.name, {one.name for one in stated.placeholders}, given)
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError(f"not an address of the portal: {path}")
    if to is not None and not to.is_active:
        return None
    row = Message(
        key=key_of(kind, event, to, address),
        kind=kind,
        recipient=to,
        address=to.email if to is not None else address,
        params=given,
        about=f"{about._meta.label_lower}:{about.pk}" if about is not None else "",
        expires_at=expires_at,
    )
    if not row.address:
        raise ValueError("a message needs a receiver")
    if not _insert(row, path, secret=stated.is_secret):
        return None
    if to is not None and stated.has_notice:
        notify(to, kind, params={name: str(value) for name, value in given.items()}, url=path)
    transaction.on_commit(partial(tell_worker, "outbox.deliver"), robust=True)
    return row


def _check_values(kind: str, wanted: set[str], given: Mapping[str, Any]) -> None:
    if missing := wanted - given.keys():
        raise KeyError(f"{kind}: no value for {', '.join(sorted(missing))}")


def key_of(kind: str, event: str, to: Any = None, address: str = "") -> str:
    """The key that makes one message a person of one event."""
    key = f"{kind}:{event}:{to.pk if to is not None else address.lower()}"
    return key if len(key) <= LONGEST_KEY else f"{kind}:{hashlib.sha256(key.encode()).hexdigest()}"


def _insert(row: Message, path: str, *, secret: bool) -> bool:
    """Write a new message; False when its key is there already, or somebody else was quicker."""
    if Message.objects.filter(key=row.key).exists():
        return False
    row.language = language_of(row.recipient)
    row.set_path(path, secret=secret)
    if HeldKind.objects.filter(kind=row.kind).exists():
        row.state = State.HELD
    try:
        with transaction.atomic():
            row.save(force_insert=True)  # waits for a transaction that writes the same key
    except IntegrityError:
        if Message.objects.filter(key=row.key).exists():
            return False
        raise
    return True


def language_of(user: Any) -> str:
    """The language that a person chose for mails, else Chinese."""
    chosen = MailLanguage.objects.filter(user=user).values_list("language", flat=True).first() if user else None
    return chosen or CHINESE


def choose_language(user: Any, language: str) -> None:
    """The person's own choice; messages that wait already keep theirs."""
    if language not in dict(settings.LANGUAGES):
        raise Refusal(_("There is no such language."), field="language", code="language")
    with transaction.atomic():
        choice, _is_new = MailLanguage.objects.update_or_create(user=user, defaults={"language": language})
        record("outbox.language_chosen", choice, by=user, after={"language": language})


def forget_messages(before: datetime) -> int:
    """Remove messages that were sent or dropped and are older, with their attempts; how many. The caller records it.

    Their keys go too: nothing that happened so long ago is told again.
    """
    old = Message.objects.filter(state__in=(State.SENT, State.DROPPED), created_at__lt=before)
    return int(old.delete()[1].get(Message._meta.label, 0))


# ------------------------------------------------------------------ by staff
def _refuse_others(by: Any) -> None:
    if not may_manage_outbox(by):
        raise Refusal(_("Only bureau staff look after the outbox."), code="forbidden")


def _fresh() -> dict[str, Any]:
    """A message that begins anew has all its tries before it."""
    return {"due_at": timezone.now(), "tries": 0, "unknown": 0}


# deed → states in which it is possible, the state after it, action of the audit trail
DEEDS: dict[str, tuple[frozenset[str], str, str]] = {
    "resend": (frozenset({State.FAILED}), State.WAITING, "outbox.resent"),
    "hold": (frozenset({State.WAITING}), State.HELD, "outbox.held"),
    "release": (frozenset({State.HELD}), State.WAITING, "outbox.released"),
    "drop": (frozenset({State.WAITING, State.HELD, State.FAILED}), State.DROPPED, "outbox.dropped"),
}
BULK_DEEDS = ("resend", "release")


def _fields_of(target: str) -> dict[str, Any]:
    return _fresh() if target == State.WAITING else {"drop": Drop.STAFF} if target == State.DROPPED else {}


def act(message: Message, deed: str, *, by: Any) -> Message:
    """Send a failed message again, hold or release one, or take it out. Raises Refusal when it stands elsewhere."""
    _refuse_others(by)
    sources, target, action = DEEDS[deed]
    with transaction.atomic():
        row: Message = Message.objects.select_for_update().get(pk=message.pk)
        if row.state not in sources or not move(row.pk, row.state, target, **_fields_of(target)):
            raise Refusal(
                _("The message stands elsewhere by now: %(state)s.") % {"state": row.get_state_display()}, code="state"
            )
        record(action, row, by=by, before=row.state, after=target)
        if target == State.WAITING:
            transaction.on_commit(partial(tell_worker, "outbox.deliver"), robust=True)
        row.refresh_from_db()
    return row


def act_on_all(deed: str, *, by: Any) -> int:
    """Send all failed messages again, or release all held ones; how many. One entry of the audit trail for all."""
    _refuse_others(by)
    if deed not in BULK_DEEDS:
        raise ValueError(f"{deed} is for one message")
    sources, target, action = DEEDS[deed]
    with transaction.atomic():
        found = Message.objects.select_for_update().filter(state__in=sources)
        ids = list(found.order_by("pk").values_list("pk", flat=True))
        for pk, state in found.filter(pk__in=ids).values_list("pk", "state"):
            move(pk, state, target, **_fields_of(target))
        # the number 0 stands for all of them
        record(action, Message(pk=0), by=by, after={"messages": ids, "count": len(ids)})
        transaction.on_commit(partial(tell_worker, "outbox.deliver"), robust=True)
    return len(ids)


def set_held(kind: str, *, held: bool, by: Any) -> None:
    """Let the new messages of a kind wait for release, or go at once; those that are written stay as they are."""
    _refuse_others(by)
    kind_for(kind)
    with transaction.atomic():
        if held:
            row, is_new = HeldKind.objects.get_or_create(kind=kind)
            if is_new:
                record("outbox.kind_held", row, by=by, after={"kind": kind})
            return
        found = HeldKind.objects.select_for_update().filter(kind=kind).first()
        if found is not None:
            record("outbox.kind_released", found, by=by, before={"kind": kind})
            found.delete()


def faults_of(kind: str, text: Text) -> dict[str, str]:
    """What is wrong with a text, by field: unknown placeholders, a missing link, a subject of two lines."""
    stated, found = kind_for(kind), {}
    for name, part, allowed in (
        ("subject", text.subject, stated.allowed - {LINK}),
        ("body", text.body, stated.allowed),
    ):
        if not part.strip():
            found[name] = _("Write a text.")
        elif unknown := unknown_placeholders(part, allowed):
            found[name] = _("There is no placeholder %(names)s here.") % {"names": ", ".join(unknown)}
    if "subject" not in found and len(text.subject.splitlines()) > 1:
        found["subject"] = _("The subject is one line.")
    if "body" not in found and f"{{{LINK}}}" not in text.body:
        found["body"] = _("The text must hold {link}: a message has one link.")
    return found


def save_text(kind: str, language: str, text: Text, *, by: Any) -> MessageText:
    """Put a text of the bureau in the place of the default. Raises Refusal at the field for what is wrong with it."""
    _refuse_others(by)
    if language not in dict(settings.LANGUAGES):
        raise Refusal(_("There is no such language."), code="language")
    for name, fault in faults_of(kind, text).items():
        raise Refusal(fault, field=name, code="text")
    body = "\n".join(text.body.splitlines()).rstrip() + "\n"
    with transaction.atomic():
        row = MessageText.objects.select_for_update().filter(kind=kind, language=language).first()
        before = {"subject": row.subject, "body": row.body} if row else None
        fields = {"subject": text.subject.strip(), "body": body, "updated_by": by}
        row, _is_new = MessageText.objects.update_or_create(kind=kind, language=language, defaults=fields)
        record("outbox.text_changed", row, by=by, before=before, after={"subject": row.subject, "body": row.body})
    return row


def revert_text(kind: str, language: str, *, by: Any) -> Text:
    """Go back to the default of a kind; doing it again changes nothing."""
    _refuse_others(by)
    with transaction.atomic():
        row = MessageText.objects.select_for_update().filter(kind=kind, language=language).first()
        if row is not None:
            record("outbox.text_reverted", row, by=by, before={"subject": row.subject, "body": row.body})
            row.delete()
    return default_text(kind_for(kind), language)
