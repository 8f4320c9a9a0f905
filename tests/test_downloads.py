"""Whatever leaves the portal as a file leaves an entry on who took it: every address of the matrix."""

from typing import Any

import pytest
from django.db import transaction

from qa_portal.audit.models import AuditEvent
from tests.test_url_matrix import cases_of
from tests.test_write_views import whom
from tests.url_matrix import MATRIX, Row
from tests.url_world import World, build_world

TAKEN = {"file.fetched", "table.exported", "audit.exported", "draw.certificate_fetched"}
# what is taken, each by somebody whom the matrix lets in
DOWNLOADS = {
    "audit:export",
    "drawing:certificate",
    "files:download",
    "recommending:summary",
    "reports:applications_export",
    "reviews:ranking_export",
}
SHOWN = {"scoring:file", "submissions:evidence_preview"}
# these note in their own words, and a request for headers as well
OWN_WORDS = {"audit:export", "drawing:certificate"}


def opened(world: World, name: str, row: Row, method: str = "") -> tuple[Any, list[AuditEvent]]:
    """The answer for somebody who is let in, and the entries that it left; None for an address nobody opens."""
    found = whom(row)
    if found is None:
        return None, []
    client, address = world.client(found[0]), dict(cases_of(name, row, world))[found[1]]
    with transaction.atomic():
        before = AuditEvent.objects.count()
        response = getattr(client, method or row.method)(address, dict(row.data))
        if response.streaming:
            list(response)  # closes the file
        entries = list(AuditEvent.objects.filter(sequence__gt=before, action__in=TAKEN))
        transaction.set_rollback(True)
    return response, entries


def is_taken(response: Any) -> bool:
    return "attachment" in response.get("Content-Disposition", "") or response.get("X-Accel-Redirect", "") != ""


@pytest.mark.django_db
def test_every_download_leaves_one_entry_and_nothing_else_does() -> None:
    world = build_world()
    taken: dict[str, int] = {}
    for name, row in MATRIX.items():
        response, entries = opened(world, name, row)
        if response is not None and (is_taken(response) or entries):
            taken[name] = len(entries)
    assert taken == dict.fromkeys(DOWNLOADS | SHOWN, 1)


@pytest.mark.django_db
def test_a_request_for_headers_takes_nothing() -> None:
    world = build_world()
    answers = {name: opened(world, name, MATRIX[name], "head") for name in sorted((DOWNLOADS | SHOWN) - OWN_WORDS)}
    assert {name: (response.status_code, entries) for name, (response, entries) in answers.items()} == {
        name: (200, []) for name in answers
    }
