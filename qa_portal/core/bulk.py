"""Writing very many small rows."""

import io
from collections.abc import Iterable, Sequence

from django.db import connection, models


def insert_numbers(model: type[models.Model], fields: Sequence[str], rows: Iterable[tuple[int, ...]]) -> None:
    """Insert rows of whole numbers, in the order of `fields`, the fastest way the database has.

    No objects, no defaults, no signals, no keys back; the constraints of the table hold as always. Values
    are those of the database: keys, and units of ScaledDecimalField (`get_prep_value`).
    """
    quote = connection.ops.quote_name
    by_name = {field.name: str(field.column) for field in model._meta.concrete_fields}
    columns = ", ".join(quote(by_name[name]) for name in fields)
    table = quote(model._meta.db_table)
    line = "\t".join(["%d"] * len(fields)) + "\n"
    content = "".join(line % row for row in rows)  # raises TypeError for anything but numbers
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors:
                cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.StringIO(content))
        else:
            places = ", ".join(["%s"] * len(fields))
            values = [text.split("\t") for text in content.splitlines()]
            # names come from the model, values are bound
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)  # noqa: S608
