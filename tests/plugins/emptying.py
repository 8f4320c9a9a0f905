"""Lets the test runner empty its database between transactional tests, what triggers keep included."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations

from qa_portal.audit import triggers as audit_triggers
from reviews import triggers as review_triggers
from reviews.deciding import triggers as deciding_triggers

KEEPERS = (audit_triggers, review_triggers, deciding_triggers)


@pytest.fixture(autouse=True, scope="session")
def database_can_be_emptied() -> Iterator[None]:
    """The triggers have no switch, so the `flush` of tests takes them away and puts them back."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_without_triggers(self: BaseDatabaseOperations, sql_list: Any) -> None:
        for keeper in KEEPERS:
            keeper.remove_triggers(self.connection)
        flush(self, sql_list)
        for keeper in KEEPERS:
            keeper.install_triggers(self.connection)

    BaseDatabaseOperations.execute_sql_flush = flush_without_triggers  # type: ignore[method-assign]
    yield
    BaseDatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
