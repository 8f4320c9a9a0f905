"""Formats of cells: how a trimmed cell becomes a value, or why it cannot."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_noop

from qa_portal.core.enums import TermChoices
from qa_portal.core.importing.problems import CellError, shown

Parse = Callable[[str], Any]

DECIMAL = re.compile(r"[+-]?(\d+)(?:\.(\d+))?")
MAX_DIGITS = 8  # before the point: sums of a whole year stay far inside 64 bits
# C0 and C1 controls, marks that reorder or hide what a person sees, and what a database cannot keep
CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
LINE_BREAK = re.compile("[\n\r\u2028\u2029]")
FORMULA_START = re.compile(r"[=@＝＠]|[+\-][^\d]")
FORMULA_IN_COMMENT = re.compile(r"[=@＝＠]")  # a comment may begin with a dash
ERROR_VALUE = re.compile(r"#(N/A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!)")
SEPARATOR = "、"


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its fixed header, the key of the parsed value, and the parser of a trimmed cell."""

    header: str
    key: str
    parse: Parse


def text(limit: int, *, required: bool = False, lines: bool = False) -> Parse:
    """Free text of at most `limit` characters; no control characters, no formulas."""

    def parse(cell: str) -> str:
        if len(cell) > limit:
            raise CellError(
                gettext_noop("has %(length)s characters; at most %(limit)s are possible"),
                length=len(cell),
                limit=limit,
            )
        if required and not cell:
            raise CellError(gettext_noop("is required"))
        if CONTROL.search(cell):
            raise CellError(gettext_noop("holds a character that cannot be shown"))
        if not lines and LINE_BREAK.search(cell):
            raise CellError(gettext_noop("holds a line break"))
        if (FORMULA_IN_COMMENT if lines else FORMULA_START).match(cell):
            raise CellError(gettext_noop('"%(value)s" is a formula; give plain text'), value=shown(cell))
        if ERROR_VALUE.fullmatch(cell):
            raise CellError(gettext_noop('"%(value)s" is an error of the spreadsheet'), value=shown(cell))
        return cell

    return parse


def choice(enum: type[TermChoices], *, required: bool = True) -> Parse:
    """One term of a closed list; gives its code, "" for an empty cell that may be empty."""
    terms = enum.by_term()

    def parse(cell: str) -> str:
        if not cell and not required:
            return ""
        if not cell:
            raise CellError(gettext_noop("is required"))
        if cell not in terms:
            raise CellError(
                gettext_noop('"%(value)s" is not one of: %(choices)s'),
                value=shown(cell),
                choices=SEPARATOR.join(terms),
            )
        return terms[cell].value

    return parse


def yes_no(cell: str) -> bool:
    """是 or 否."""
    if not cell:
        raise CellError(gettext_noop("is required"))
    if cell not in ("是", "否"):
        raise CellError(gettext_noop('"%(value)s" is neither 是 nor 否'), value=shown(cell))
    return cell == "是"


def decimal(cell: str, *, places: int) -> Decimal:
    """A plain decimal number with at most `places` decimals: no exponent, no thousands separator."""
    if not cell:
        raise CellError(gettext_noop("is required"))
    match = DECIMAL.fullmatch(cell) if cell.isascii() else None
    if match is None:
        raise CellError(gettext_noop('"%(value)s" is not a number'), value=shown(cell))
    whole, decimals = match.groups()
    if len(whole) > MAX_DIGITS and len(whole.lstrip("0")) > MAX_DIGITS:
        raise CellError(
            gettext_noop('"%(value)s" has more than %(digits)s digits before the point'),
            value=shown(cell),
            digits=MAX_DIGITS,
        )
    if decimals and len(decimals) > places and decimals[places:].strip("0"):
        raise CellError(gettext_noop('"%(value)s" has more than %(places)s decimals'), value=shown(cell), places=places)
    return Decimal(cell)


def listed(parse_text: Parse, known: Mapping[str, Any] | None = None) -> Parse:
    """A 、-separated list kept as text, without empty or repeated entries; `known` closes the list."""

    def parse(cell: str) -> str:
        entries = [entry.strip() for entry in parse_text(cell).split(SEPARATOR)] if cell else []
        for entry in entries:
            if not entry:
                raise CellError(
                    gettext_noop('"%(value)s" has an empty entry between the separators'), value=shown(cell)
                )
            if known is not None and entry not in known:
                raise CellError(
                    gettext_noop('"%(value)s" is not one of: %(choices)s'),
                    value=shown(entry),
                    choices=SEPARATOR.join(known),
                )
        return SEPARATOR.join(dict.fromkeys(entries))

    return parse


def email(cell: str) -> str:
    """An e-mail address, or nothing."""
    if cell:
        try:
            validate_email(text(254)(cell))
        except ValidationError:
            raise CellError(gettext_noop('"%(value)s" is not an e-mail address'), value=shown(cell)) from None
    return cell
