"""From what a browser posts to the values of a section, and what of it is new. Pure.

A cell of a row is posted as `<field>-<row id>-<column>`; the order of the rows is the order in which
they are posted. `base` is what the page last had from the server.
"""

import json
import re
import secrets
from collections.abc import Mapping
from typing import Any

from submissions.form.spec import Field, Kind, Section, filled_rows

CELL = re.compile(r"([a-z_]+)-([a-z0-9]{1,16})-([a-z_]+)")
STEPS = ("add", "remove", "up", "down")


def new_row_id() -> str:
    """An id that stays with a row wherever it moves; evidence names it."""
    return secrets.token_hex(4)


def posted_values(section: Section, data: Any, base: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the section that the page showed, as posted (a QueryDict).

    Boxes and rows of which nothing is posted are empty, but only where the page showed them (`base`).
    """
    values: dict[str, Any] = {}
    for spec in section.fields:
        if spec.kind == Kind.ROWS:
            rows = _posted_rows(spec, data)
            if rows or spec.key in base:
                values[spec.key] = rows
        elif spec.kind == Kind.CHOICES:
            if spec.key in data or spec.key in base:
                values[spec.key] = data.getlist(spec.key)
        elif spec.key in data:
            values[spec.key] = data[spec.key].replace("\r\n", "\n")
    return values


def _posted_rows(spec: Field, data: Any) -> list[dict[str, str]]:
    columns = {column.key for column in spec.columns}
    rows: dict[str, dict[str, str]] = {}
    for name in data:
        found = CELL.fullmatch(name)
        if found and found[1] == spec.key and found[3] in columns:
            row = rows.setdefault(found[2], {"id": found[2], **dict.fromkeys(sorted(columns), "")})
            row[found[3]] = data[name].replace("\r\n", "\n")
    return list(rows.values())


def read_base(text: str) -> dict[str, Any]:
    """The base of a page; {} for what is none, so that nothing is overwritten."""
    try:
        base = json.loads(text)
    except ValueError:
        return {}
    return base if isinstance(base, dict) else {}


def write_base(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def changed_fields(section: Section, values: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """The posted fields that differ from the base."""
    return {
        key: value
        for key, value in values.items()
        if _plain(section.field(key), value) != _plain(section.field(key), base.get(key, section.field(key).empty()))
    }


def _plain(spec: Field, value: Any) -> Any:
    """One form for comparing: rows in which nothing was typed yet are no rows."""
    if spec.kind == Kind.ROWS:
        if not isinstance(value, list) or not filled_rows([row for row in value if isinstance(row, dict)]):
            return []
        names = ("id", *(column.key for column in spec.columns))
        return [tuple(str(row.get(name, "")) for name in names) for row in value if isinstance(row, dict)]
    if spec.kind == Kind.CHOICES:
        return sorted(value) if isinstance(value, list) else []
    return str(value)


def row_step(section: Section, values: Mapping[str, Any], asked: str) -> dict[str, Any]:
    """The values after a step with rows: `add:field`, `remove:field:id`, `up:field:id`, `down:field:id`.

    An unknown step changes nothing.
    """
    step, key, row_id = ([*asked.split(":"), "", ""])[:3]
    spec = next((one for one in section.fields if one.key == key and one.kind == Kind.ROWS), None)
    if spec is None or step not in STEPS:
        return dict(values)
    rows = list(values.get(key, []))
    place = next((at for at, row in enumerate(rows) if row["id"] == row_id), None)
    if step == "add" and len(rows) < spec.max_rows:
        rows.append({"id": new_row_id(), **{column.key: "" for column in spec.columns}})
    elif place is not None and step == "remove":
        del rows[place]
    elif place is not None and step in ("up", "down"):
        to = max(0, min(len(rows) - 1, place + (1 if step == "down" else -1)))
        rows.insert(to, rows.pop(place))
    return {**values, key: rows}
