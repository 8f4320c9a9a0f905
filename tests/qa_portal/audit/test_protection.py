"""Nobody changes the trail unseen: the database refuses, and what was done past it shows."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from qa_portal.audit.checks import check_audit_key
from qa_portal.audit.models import AuditEvent, AuditHead
from qa_portal.audit.operations import record
from qa_portal.audit.queries import verify_trail
from qa_portal.audit.triggers import install_triggers, remove_triggers

ROLE = "portal_test_intruder"


@pytest.fixture
def trail(staff_user: Any) -> list[AuditEvent]:
    """Five entries."""
    return [record(f"step.{number}", staff_user, by=staff_user, after=number) for number in range(1, 6)]


@pytest.fixture
def anchor(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_ANCHOR = tmp_path / "noted" / "anchor.jsonl"
    return settings.AUDIT_ANCHOR


def verify() -> str:
    """What the command prints, or the error with which it ends."""
    out = io.StringIO()
    try:
        call_command("verify_audit", stdout=out)
    except CommandError as error:
        return f"error: {error}" if error.returncode == 1 else f"exit {error.returncode}"
    return out.getvalue().strip()


def tamper(*statements: str) -> None:
    """What an owner of the database could do: take the triggers away, change, put them back."""
    remove_triggers(connection)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    install_triggers(connection)


# ------------------------------------------------------------------ the database refuses
CHANGES = [
    "UPDATE audit_auditevent SET reason = 'x'",
    "UPDATE audit_auditevent SET reason = 'x' WHERE sequence = 2",
    "DELETE FROM audit_auditevent WHERE sequence = 5",
    "DELETE FROM audit_auditevent",
    pytest.param("TRUNCATE audit_auditevent", marks=pytest.mark.postgres),
    pytest.param("TRUNCATE audit_auditevent CASCADE", marks=pytest.mark.postgres),
    pytest.param("REPLACE INTO audit_auditevent SELECT * FROM audit_auditevent", marks=pytest.mark.sqlite),
]


@pytest.mark.parametrize("statement", CHANGES)
def test_sql_cannot_change_the_trail(trail: list[AuditEvent], statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(AuditEvent.objects.all()) == trail
    assert verify_trail([]).fault == ""


@pytest.mark.parametrize(
    "change",
    [
        lambda event: AuditEvent.objects.filter(pk=event.pk).update(reason="x"),
        lambda event: AuditEvent.objects.filter(pk=event.pk).delete(),
        lambda event: AuditEvent.objects.bulk_update([event], ["reason"]),
        lambda event: event.save(),
        lambda event: event.delete(),
    ],
    ids=["update", "delete", "bulk_update", "save", "delete one"],
)
def test_django_cannot_change_the_trail(trail: list[AuditEvent], change: Any) -> None:
    event = AuditEvent.objects.get(pk=3)
    event.reason = "changed"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change(event)
    assert AuditEvent.objects.get(pk=3).reason == ""
    assert AuditEvent.objects.count() == 5


@pytest.mark.postgres
@pytest.mark.parametrize("statement", [*CHANGES[:4], "TRUNCATE audit_auditevent"])
def test_a_role_with_every_right_but_ownership_cannot_change_the_trail(trail: list[AuditEvent], statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        cursor.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE}")
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        for attempt in (statement, f"SET LOCAL session_replication_role = replica; {statement}",
                        f"ALTER TABLE audit_auditevent DISABLE TRIGGER ALL; {statement}"):  # fmt: skip
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(attempt)
        cursor.execute("RESET ROLE")
    assert list(AuditEvent.objects.all()) == trail


def test_the_end_of_the_chain_is_one_row(db: None) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditHead.objects.create(pk=2)


# ------------------------------------------------------------------ verify_audit
def test_an_unbroken_trail(trail: list[AuditEvent], anchor: Path) -> None:
    assert verify() == "5 entries, chain unbroken, 0 anchors agree"


@pytest.mark.django_db
def test_an_empty_trail_is_unbroken(anchor: Path) -> None:
    assert verify() == "0 entries, chain unbroken, 0 anchors agree"


SWAP = [
    "UPDATE audit_auditevent SET sequence = 99 WHERE sequence = 2",
    "UPDATE audit_auditevent SET sequence = 2 WHERE sequence = 3",
    "UPDATE audit_auditevent SET sequence = 3 WHERE sequence = 99",
]


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["UPDATE audit_auditevent SET reason = 'x' WHERE sequence = 3"], "entry 3 was changed: 3 step.3"),
        (["UPDATE audit_auditevent SET after = '7' WHERE sequence = 1"], "entry 1 was changed: 1 step.1"),
        (["UPDATE audit_auditevent SET actor_id = 1 + actor_id"], "entry 1 was changed: 1 step.1"),
        (["UPDATE audit_auditevent SET hash = previous_hash WHERE sequence = 4"], "entry 4 was changed"),
        (["DELETE FROM audit_auditevent WHERE sequence = 2"], "entry 2 is missing: the next one is 3"),
        (["DELETE FROM audit_auditevent WHERE sequence = 1"], "entry 1 is missing: the next one is 2"),
        (SWAP, "entry 2 was changed: 2 step.3"),
        (["DELETE FROM audit_auditevent WHERE sequence > 3"],
         "entry 4 is missing: the end of the chain knows entry 5"),
        (["DELETE FROM audit_auditevent"], "entry 1 is missing: the end of the chain knows entry 5"),
        (["UPDATE audit_audithead SET sequence = 0"], "the end of the chain was set back to entry 0"),
        (["DELETE FROM audit_audithead"], "the end of the chain was set back to entry 0"),
        (["UPDATE audit_audithead SET hash = 'x'"],
         "entry 5 is not the one that the end of the chain knows"),
    ],
)  # fmt: skip
def test_what_was_done_past_the_triggers_shows(
    trail: list[AuditEvent], anchor: Path, statements: list[str], fault: str
) -> None:
    tamper(*statements)
    assert verify().startswith(f"error: {fault}")


def test_an_entry_that_does_not_know_the_key_shows(trail: list[AuditEvent], anchor: Path, settings: Any) -> None:
    """An intruder who writes a whole new end of the chain lacks the key."""
    tamper("DELETE FROM audit_auditevent WHERE sequence = 5")
    forged = AuditEvent.objects.get(pk=4)
    forged.pk, forged.previous_hash, forged.action = 5, forged.hash, "forged"
    key, settings.AUDIT_KEY = settings.AUDIT_KEY, "guessed"
    forged.hash = forged.computed_hash()
    forged.save(force_insert=True)
    AuditHead.objects.update(hash=forged.hash)
    settings.AUDIT_KEY = key
    assert verify().startswith("error: entry 5 was changed: 5 forged")


def test_a_resealed_chain_in_another_order_shows_a_broken_link(trail: list[AuditEvent], anchor: Path) -> None:
    """Even somebody with the key has to rewrite every later entry, and then the anchor."""
    event = AuditEvent.objects.get(pk=2)
    event.previous_hash = "f" * 64
    remove_triggers(connection)
    AuditEvent.objects.filter(pk=2).update(previous_hash=event.previous_hash, hash=event.computed_hash())
    assert verify().startswith("error: entry 2 does not follow the one before it")


# ------------------------------------------------------------------ anchors
CUT = [
    "DELETE FROM audit_auditevent WHERE sequence > 3",
    "UPDATE audit_audithead SET sequence = 3, hash = (SELECT hash FROM audit_auditevent WHERE sequence = 3)",
]


def test_a_lost_end_shows_only_against_an_anchor(trail: list[AuditEvent], anchor: Path, staff_user: Any) -> None:
    call_command("anchor_audit", stdout=io.StringIO())
    tamper(*CUT)
    assert verify() == "error: entry 4 is missing: the anchor knows entry 5"
    for _number in range(2):
        record("written.after", staff_user, by=None)
    assert verify() == "error: entry 5 is not the one that the anchor knows"
    anchor.unlink()
    assert verify() == "5 entries, chain unbroken, 0 anchors agree"


def test_anchors_are_added_to_the_file(trail: list[AuditEvent], anchor: Path, staff_user: Any) -> None:
    call_command("anchor_audit", stdout=io.StringIO())
    last = record("later", staff_user, by=None)
    call_command("anchor_audit", stdout=io.StringIO())
    noted = [json.loads(line) for line in anchor.read_text().splitlines()]
    assert [(line["sequence"], line["hash"]) for line in noted] == [(5, trail[-1].hash), (6, last.hash)]
    assert verify() == "6 entries, chain unbroken, 2 anchors agree"


@pytest.mark.django_db
def test_an_empty_trail_has_no_anchor(anchor: Path) -> None:
    call_command("anchor_audit", stdout=io.StringIO())
    assert not anchor.exists()


@pytest.mark.parametrize("line", ["", "{}", "5 abc", '{"sequence": "x", "hash": "y"}', "[]"])
def test_a_damaged_anchor_file_is_named(trail: list[AuditEvent], anchor: Path, line: str) -> None:
    call_command("anchor_audit", stdout=io.StringIO())
    with anchor.open("a") as file:
        file.write(f"{line}\n")
    assert verify() == f"error: {anchor}:2 is not an anchor; restore the file from its copy."


def test_verifying_reads_the_trail_once(trail: list[AuditEvent], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        assert verify_trail([]).count == 5


# ------------------------------------------------------------------ installation
@pytest.mark.parametrize(("key", "errors"), [("", ["audit.E001"]), ("x" * 32, [])])
def test_the_key_must_be_set(settings: Any, key: str, errors: list[str]) -> None:
    settings.AUDIT_KEY = key
    assert [error.id for error in check_audit_key()] == errors


@pytest.mark.django_db(transaction=True)
def test_the_triggers_come_and_go_with_their_migration(staff_user: Any) -> None:
    with transaction.atomic():
        record("x", staff_user, by=None)
    call_command("migrate", "audit", "0001", verbosity=0)
    assert AuditEvent.objects.update(reason="") == 1
    call_command("migrate", "audit", verbosity=0)
    with pytest.raises(DatabaseError, match="append-only"):
        AuditEvent.objects.update(reason="")
    assert verify_trail([]).fault == ""
