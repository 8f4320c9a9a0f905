"""Every action that the code records has a name on screen."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from qa_portal.audit.labels import ACTIONS, action_label, kind_label
from submissions.enums import Step

RECORDERS = {"record", "note_event", "note_failure", "note_taken"}
FOLDERS = ("qa_portal", "submissions", "reviews", "reports")


def recorded() -> Iterator[str]:
    """The codes that stand as texts in calls of `record` and its helpers."""
    for folder in FOLDERS:
        for path in (Path(settings.BASE_DIR) / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args and getattr(node.func, "id", "") in RECORDERS:
                    first = node.args[0]
                    texts = ast.walk(first) if isinstance(first, ast.Constant | ast.IfExp) else ()
                    yield from (one.value for one in texts if isinstance(one, ast.Constant) and "." in str(one.value))


def test_every_action_has_a_name() -> None:
    codes = {*recorded(), *(f"application.{step.value}" for step in Step)}
    assert len(codes) > 50
    assert sorted(codes - set(ACTIONS)) == []


def test_what_is_not_known_is_shown_as_it_is() -> None:
    assert (action_label("no.such"), kind_label("no.such"), kind_label("nonsense")) == (
        "no.such",
        "no.such",
        "nonsense",
    )
