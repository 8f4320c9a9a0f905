"""Triggers that refuse every change of a written entry, whoever connects to the database.

They have no switch: a switch would be the first thing that an intruder turns. Who owns the table can
still drop them, and `verify_audit` then shows what was done.
"""

from typing import Any

from qa_portal.core.triggers import run

TABLE = "audit_auditevent"
MESSAGE = "the audit trail is append-only"

INSTALL: dict[str, tuple[str, ...]] = {
    "postgresql": (
        f"""CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
        f"""CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE}
            FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()""",
    ),
    "sqlite": tuple(
        f"""CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"""
        for name, event in (
            ("audit_no_update", f"UPDATE ON {TABLE}"),
            ("audit_no_delete", f"DELETE ON {TABLE}"),
            # INSERT OR REPLACE removes the old row without asking the trigger for DELETE
            (
                "audit_no_replace",
                f"INSERT ON {TABLE} WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE sequence = NEW.sequence)",  # noqa: S608 - constants
            ),
        )
    ),
}
REMOVE: dict[str, tuple[str, ...]] = {
    "postgresql": (
        f"DROP TRIGGER IF EXISTS audit_append_only ON {TABLE}",
        "DROP FUNCTION IF EXISTS audit_refuse_change()",
    ),
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS audit_no_{verb}" for verb in ("update", "delete", "replace")),
}


def install_triggers(connection: Any) -> None:
    """Make the trail append-only on this database."""
    run(connection, INSTALL)


def remove_triggers(connection: Any) -> None:
    """Take the protection away: for undoing the migration, and for tests that empty their database."""
    run(connection, REMOVE)
