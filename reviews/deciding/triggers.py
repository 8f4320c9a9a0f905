"""Triggers that keep a frozen decision as it is, whoever connects to the database.

While a frozen round counts, the decisions of its applications cannot be written; what it froze never
changes, and only its end may be written, once. They are put in place like those of locked reviews, see
`reviews.triggers`, and read tables of the reviews alone, so that other apps can migrate.
"""

from typing import Any

from qa_portal.core.triggers import run
from reviews.triggers import NAMES

MESSAGE = "a frozen decision does not change"
# every column of a round but its end
KEPT = (
    "campaign_id", "serial", "first_to", "second_to", "third_to", "version", "proposed_by_id", "proposed_at",
    "decided_by_id", "decided_at", "frozen_by_id", "frozen_at", "content", "seal",
)  # fmt: skip

_CHANGED = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in KEPT)
_CHANGED_PG = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in KEPT)
_HELD = """EXISTS (SELECT 1 FROM reviews_proposedresult held JOIN reviews_decisionround one ON one.id = held.round_id
    WHERE held.application_id = {row}.application_id AND one.frozen_at IS NOT NULL AND one.ended_at IS NULL)"""
_OF_FROZEN = "(SELECT frozen_at FROM reviews_decisionround WHERE id = {row}.round_id) IS NOT NULL"


def _function(name: str, of_old: str, of_new: str) -> str:
    """A row trigger for PostgreSQL that refuses where a condition on the old or the new row holds."""
    return f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' THEN
                IF {of_old} THEN
                    RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
                END IF;
            END IF;
            IF TG_OP <> 'DELETE' THEN
                IF {of_new} THEN
                    RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN NEW;
            END IF;
            RETURN OLD;
        END $$"""


def _on(table: str, function: str, events: str = "INSERT OR UPDATE OR DELETE") -> str:
    return f"""CREATE TRIGGER {table}_frozen BEFORE {events} ON {table}
        FOR EACH ROW EXECUTE FUNCTION {function}()"""


_SQLITE = (
    ("reviews_decision_frozen_insert", "INSERT ON reviews_decision", _HELD.format(row="NEW")),
    (
        "reviews_decision_frozen_update",
        "UPDATE ON reviews_decision",
        f"{_HELD.format(row='OLD')} OR {_HELD.format(row='NEW')}",
    ),
    ("reviews_decision_frozen_delete", "DELETE ON reviews_decision", _HELD.format(row="OLD")),
    ("reviews_proposedresult_frozen_insert", "INSERT ON reviews_proposedresult", _OF_FROZEN.format(row="NEW")),
    (
        "reviews_proposedresult_frozen_update",
        "UPDATE ON reviews_proposedresult",
        f"{_OF_FROZEN.format(row='OLD')} OR {_OF_FROZEN.format(row='NEW')}",
    ),
    ("reviews_proposedresult_frozen_delete", "DELETE ON reviews_proposedresult", _OF_FROZEN.format(row="OLD")),
    (
        "reviews_decisionround_frozen_update",
        "UPDATE ON reviews_decisionround",
        f"OLD.frozen_at IS NOT NULL AND (OLD.ended_at IS NOT NULL OR {_CHANGED})",
    ),
    ("reviews_decisionround_frozen_delete", "DELETE ON reviews_decisionround", "OLD.frozen_at IS NOT NULL"),
    # INSERT OR REPLACE removes the old row without asking the trigger for DELETE
    (
        "reviews_decisionround_frozen_replace",
        "INSERT ON reviews_decisionround",
        "EXISTS (SELECT 1 FROM reviews_decisionround WHERE id = NEW.id AND frozen_at IS NOT NULL)",
    ),
)
TABLES = ("reviews_decision", "reviews_proposedresult", "reviews_decisionround")
FUNCTIONS = ("reviews_keep_decision", "reviews_keep_proposed", "reviews_keep_round")
INSTALL: dict[str, tuple[str, ...]] = {
    "postgresql": (
        _function("reviews_keep_decision", _HELD.format(row="OLD"), _HELD.format(row="NEW")),
        _function("reviews_keep_proposed", _OF_FROZEN.format(row="OLD"), _OF_FROZEN.format(row="NEW")),
        _function(
            "reviews_keep_round",
            f"""OLD.frozen_at IS NOT NULL AND (TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL OR {_CHANGED_PG})""",
            "FALSE",
        ),
        _on("reviews_decision", "reviews_keep_decision"),
        _on("reviews_proposedresult", "reviews_keep_proposed"),
        _on("reviews_decisionround", "reviews_keep_round", "UPDATE OR DELETE"),
    ),
    "sqlite": tuple(
        f"CREATE TRIGGER {name} BEFORE {event} WHEN {when} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        for name, event, when in _SQLITE
    ),
}
TRIGGERS = {
    "postgresql": tuple(f"{table}_frozen" for table in TABLES),
    "sqlite": tuple(name for name, _event, _when in _SQLITE),
}
REMOVE: dict[str, tuple[str, ...]] = {
    "postgresql": (
        *(f"DROP TRIGGER IF EXISTS {table}_frozen ON {table}" for table in TABLES),
        *(f"DROP FUNCTION IF EXISTS {name}()" for name in FUNCTIONS),
    ),
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS {name}" for name, _event, _when in _SQLITE),
}


def are_installed(connection: Any) -> bool:
    """Every trigger is there, under its name."""
    with connection.cursor() as cursor:
        cursor.execute(NAMES[connection.vendor])
        return set(TRIGGERS[connection.vendor]) <= {name for (name,) in cursor.fetchall()}


def install_triggers(connection: Any) -> None:
    """Keep frozen decisions on this database."""
    run(connection, INSTALL)


def make_way(connection: Any, plan: Any) -> None:
    """Before a migration of these tables."""
    tables = connection.introspection.table_names()
    if "reviews_decisionround" in tables and any(one.app_label == "reviews" for one, _is_backwards in plan):
        remove_triggers(connection)


def ensure_triggers(connection: Any) -> None:
    """After every migration."""
    if "reviews_decisionround" in connection.introspection.table_names() and not are_installed(connection):
        remove_triggers(connection)
        install_triggers(connection)


def remove_triggers(connection: Any) -> None:
    """Take the protection away: for a migration, and for tests that empty their database."""
    run(connection, REMOVE)
