"""What a field of the application form is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any


class Kind(StrEnum):
    """How a value is typed and kept: always as text, lists of texts, or lists of mappings of texts."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    DECIMAL = "decimal"
    MONTH = "month"
    YEAR = "year"
    UNIT = "unit"  # a recommending unit of the chosen channel, by primary key
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `limit` counts signs (字); `unit` is printed behind the input; `example` is a good answer.

    Only `blind` fields and columns belong to the copy that experts see: a new one stays hidden until it is
    opened, which `Shown` does.
    """

    key: str
    label: Any
    kind: Kind = Kind.TEXT
    required: bool = True
    limit: int = 100
    unit: Any = ""
    help: Any = ""
    example: str = ""
    choices: tuple[tuple[str, Any], ...] = ()
    columns: tuple["Field", ...] = ()
    min_rows: int = 0
    max_rows: int = 0
    negative: bool = False
    blind: bool = False

    def empty(self) -> Any:
        """The value of an untouched field."""
        return [] if self.kind in (Kind.ROWS, Kind.CHOICES) else ""


Shown = partial(Field, blind=True)
"""A field or column that experts see."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form that a person answers from one paper."""

    key: str
    title: Any
    help: Any
    fields: tuple[Field, ...]

    def field(self, key: str) -> Field:
        """The field of that key; KeyError where there is none."""
        return {field.key: field for field in self.fields}[key]


def is_empty(field: Field, value: Any) -> bool:
    """Nothing was entered; a row in which every cell is empty counts as no row."""
    if field.kind == Kind.ROWS:
        return not filled_rows(value)
    return value in (None, "", [])


def filled_rows(rows: Any) -> list[Mapping[str, str]]:
    """The rows with at least one filled cell, in order."""
    return [row for row in rows or [] if any(str(cell).strip() for key, cell in row.items() if key != "id")]
