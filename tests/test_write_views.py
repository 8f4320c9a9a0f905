"""Every address that writes leaves an entry in the audit trail (see write_table.py for how each is used)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qa_portal.audit.models import AuditEvent
from tests.test_url_matrix import cases_of
from tests.url_matrix import MATRIX, Row
from tests.url_world import World, build_world
from tests.write_table import EXEMPT, WRITES

DONE = (200, 302)
WRITING = ("INSERT", "UPDATE", "DELETE")
# what every request of a signed-in person may touch
OF_THE_SIGN_IN = ("django_session", "usersessions_usersession")


def posted(world: World, client: Client, name: str, row: Row, case: str) -> Any:
    address = dict(cases_of(name, row, world))[case]
    data = {key: world.keys[value[1:]] if value[:1] == "@" else value for key, value in row.data.items()}
    response = client.post(address, data)
    if response.streaming:
        list(response)
    return response


def whom(row: Row) -> tuple[str, str] | None:
    """Somebody for whom the row expects success, and the case; else somebody who is let in at all."""
    people = [(person, case, status) for case, ones in row.cases.items() for person, status in ones.items()]
    best = sorted(people, key=lambda one: (one[2] not in DONE, one[0], one[1]))
    return best[0][:2] if best else None


def is_automatic(row: Row) -> bool:
    """A POST-only address for which the matrix holds a valid POST."""
    return row.method == "post" and any(status in DONE for ones in row.cases.values() for status in ones.values())


# ------------------------------------------------------------------ what leaves an entry
def writes() -> Iterator[str]:
    for name, row in MATRIX.items():
        if name in WRITES or (name not in EXEMPT and is_automatic(row)):
            yield name


@pytest.mark.django_db
def test_every_write_leaves_an_entry() -> None:
    world, faults = build_world(), []
    for name in writes():
        with transaction.atomic():
            before = AuditEvent.objects.count()
            if name in WRITES:
                response = WRITES[name](world)
            else:
                person, case = whom(MATRIX[name]) or ("", "")
                response = posted(world, world.client(person), name, MATRIX[name], case)
            entries = AuditEvent.objects.count() - before
            transaction.set_rollback(True)
        if response.status_code not in DONE or entries < 1:
            faults.append(f"{name}: status {response.status_code}, {entries} entries")
    assert faults == []


@pytest.mark.django_db
def test_every_other_address_writes_nothing() -> None:
    """It refuses POST, or answers it like GET; a new address that writes fails here until it has a line."""
    world, faults = build_world(), []
    known = {*writes(), *EXEMPT}
    for name, row in MATRIX.items():
        found = whom(row)
        if name in known or found is None:
            continue
        client, case = world.client(found[0]), found[1]
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            response = posted(world, client, name, row, case)
            transaction.set_rollback(True)
        written = [one["sql"] for one in queries if one["sql"].startswith(WRITING)]
        written = [sql for sql in written if not any(table in sql for table in OF_THE_SIGN_IN)]
        if response.status_code not in (200, 302, 403, 404, 405) or written:
            faults.append(f"{name}: status {response.status_code}, {written}")
    assert faults == []


# ------------------------------------------------------------------ the table itself
def test_every_line_of_the_table_has_an_address() -> None:
    assert sorted({*WRITES, *EXEMPT} - set(MATRIX)) == []
    assert sorted(set(WRITES) & set(EXEMPT)) == []


def test_no_post_only_address_is_left_out() -> None:
    """A row that can only be posted has a valid POST, a line in the table, or a reason."""
    left_out = [
        name
        for name, row in MATRIX.items()
        if row.method == "post" and name not in {*WRITES, *EXEMPT} and not is_automatic(row)
    ]
    assert left_out == []
