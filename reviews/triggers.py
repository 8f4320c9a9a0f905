"""Triggers that keep a locked review as it is, whoever connects to the database.

A review is written open, with its scores, and locked last; from then on only its end may be written, once.
Imported reviews are never locked and can be replaced with their year.

They are put in place after every migration, not by one: SQLite loses the triggers of a table that a
migration rebuilds, and refuses to rebuild one that triggers of other tables read.
"""

from typing import Any

from qa_portal.core.triggers import run

MESSAGE = "a locked review does not change"
# every column but the end
KEPT = (
    "application_id", "expert_id", "level", "comment", "strengths", "gaps", "bottleneck", "digital", "total", "version",
    "locked_at",
)  # fmt: skip

_CHANGED = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in KEPT)
_CHANGED_PG = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in KEPT)
_LOCKED = "(SELECT locked_at FROM reviews_review WHERE id = {row}.review_id) IS NOT NULL"

INSTALL: dict[str, tuple[str, ...]] = {
    "postgresql": (
        f"""CREATE OR REPLACE FUNCTION reviews_keep_locked() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                IF OLD.locked_at IS NULL THEN RETURN OLD; END IF;
            ELSIF OLD.locked_at IS NULL OR (OLD.ended_at IS NULL AND NOT ({_CHANGED_PG})) THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
        END $$""",
        f"""CREATE OR REPLACE FUNCTION reviews_keep_scores() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {_LOCKED.format(row="OLD")} OR (TG_OP = 'UPDATE' AND {_LOCKED.format(row="NEW")}) THEN
                RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END $$""",
        f"""CREATE OR REPLACE FUNCTION reviews_add_no_scores() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM added JOIN reviews_review ON reviews_review.id = added.review_id
                       WHERE reviews_review.locked_at IS NOT NULL) THEN
                RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END $$""",  # noqa: S608 - constants
        f"""CREATE OR REPLACE FUNCTION reviews_keep_all() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM reviews_review WHERE locked_at IS NOT NULL) THEN
                RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END $$""",  # noqa: S608 - constants
        """CREATE TRIGGER reviews_review_locked BEFORE UPDATE OR DELETE ON reviews_review
            FOR EACH ROW EXECUTE FUNCTION reviews_keep_locked()""",
        """CREATE TRIGGER reviews_score_locked BEFORE UPDATE OR DELETE ON reviews_score
            FOR EACH ROW EXECUTE FUNCTION reviews_keep_scores()""",
        # once a statement: an import adds millions of scores
        """CREATE TRIGGER reviews_score_added AFTER INSERT ON reviews_score
            REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION reviews_add_no_scores()""",
        """CREATE TRIGGER reviews_review_kept BEFORE TRUNCATE ON reviews_review
            FOR EACH STATEMENT EXECUTE FUNCTION reviews_keep_all()""",
        """CREATE TRIGGER reviews_score_kept BEFORE TRUNCATE ON reviews_score
            FOR EACH STATEMENT EXECUTE FUNCTION reviews_keep_all()""",
    ),
    "sqlite": tuple(
        f"CREATE TRIGGER {name} BEFORE {event} WHEN {when} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        for name, event, when in (
            (
                "reviews_review_locked",
                "UPDATE ON reviews_review",
                f"OLD.locked_at IS NOT NULL AND (OLD.ended_at IS NOT NULL OR {_CHANGED})",
            ),
            ("reviews_review_kept", "DELETE ON reviews_review", "OLD.locked_at IS NOT NULL"),
            # INSERT OR REPLACE removes the old row without asking the trigger for DELETE
            (
                "reviews_review_replaced",
                "INSERT ON reviews_review",
                "EXISTS (SELECT 1 FROM reviews_review WHERE id = NEW.id AND locked_at IS NOT NULL)",
            ),
            ("reviews_score_added", "INSERT ON reviews_score", _LOCKED.format(row="NEW")),
            (
                "reviews_score_locked",
                "UPDATE ON reviews_score",
                f"{_LOCKED.format(row='OLD')} OR {_LOCKED.format(row='NEW')}",
            ),
            ("reviews_score_kept", "DELETE ON reviews_score", _LOCKED.format(row="OLD")),
        )
    ),
}
TRIGGERS: dict[str, dict[str, tuple[str, ...]]] = {
    "postgresql": {
        "reviews_review": ("reviews_review_locked", "reviews_review_kept"),
        "reviews_score": ("reviews_score_locked", "reviews_score_added", "reviews_score_kept"),
    },
    "sqlite": {
        "reviews_review": ("reviews_review_locked", "reviews_review_kept", "reviews_review_replaced"),
        "reviews_score": ("reviews_score_added", "reviews_score_locked", "reviews_score_kept"),
    },
}
NAMES = {
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
}
FUNCTIONS = ("reviews_keep_locked", "reviews_keep_scores", "reviews_add_no_scores", "reviews_keep_all")
REMOVE: dict[str, tuple[str, ...]] = {
    "postgresql": (
        *(
            f"DROP TRIGGER IF EXISTS {name} ON {table}"
            for table, names in TRIGGERS["postgresql"].items()
            for name in names
        ),
        *(f"DROP FUNCTION IF EXISTS {name}()" for name in FUNCTIONS),
    ),
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS {name}" for names in TRIGGERS["sqlite"].values() for name in names),
}


def are_installed(connection: Any) -> bool:
    """Every trigger is there, under its name."""
    wanted = {name for names in TRIGGERS[connection.vendor].values() for name in names}
    with connection.cursor() as cursor:
        cursor.execute(NAMES[connection.vendor])
        return wanted <= {name for (name,) in cursor.fetchall()}


def install_triggers(connection: Any) -> None:
    """Keep locked reviews on this database."""
    run(connection, INSTALL)


def make_way(connection: Any, plan: Any) -> None:
    """Before a migration of these tables."""
    if any(migration.app_label == "reviews" for migration, _is_backwards in plan):
        remove_triggers(connection)


def ensure_triggers(connection: Any) -> None:
    """After every migration."""
    if "reviews_score" in connection.introspection.table_names() and not are_installed(connection):
        remove_triggers(connection)
        install_triggers(connection)


def remove_triggers(connection: Any) -> None:
    """Take the protection away: for a migration, and for tests that empty their database."""
    run(connection, REMOVE)
