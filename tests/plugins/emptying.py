"""Lets the test runner empty its database between transactional tests, the audit trail included."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations

from qa_portal.audit.triggers import install_triggers, remove_triggers


@pytest.fixture(autouse=True, scope="session")
def audit_trail_can_be_emptied() -> Iterator[None]:
    """The triggers have no switch, so the `flush` of tests takes them away and puts them back."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_without_triggers(self: BaseDatabaseOperations, sql_list: Any) -> None:
        remove_triggers(self.connection)
        flush(self, sql_list)
        install_triggers(self.connection)

    BaseDatabaseOperations.execute_sql_flush = flush_without_triggers  # type: ignore[method-assign]
    yield
    BaseDatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
