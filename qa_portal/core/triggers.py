"""Triggers that the database itself keeps, on both databases."""

from collections.abc import Mapping, Sequence
from typing import Any


def run(connection: Any, statements: Mapping[str, Sequence[str]]) -> None:
    """Execute the statements that are meant for the vendor of this connection."""
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)
