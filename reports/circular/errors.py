"""Errors of the circular, for people: an English msgid with parameters, translated by the caller.

``str(error)`` is the English sentence. A page shows ``gettext(error.msgid) % error.params``.
"""

from __future__ import annotations

APT_GET_PANGO = "sudo apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def gettext_noop(message: str) -> str:
    """Mark a msgid for the catalogue without touching Django's settings."""
    return message


class CircularError(Exception):
    """Something a person can mend; `msgid` is English, `params` fills its %(name)s places."""

    def __init__(self, msgid: str, **params: object) -> None:
        self.msgid = msgid
        self.params = params
        super().__init__(msgid % params if params else msgid)


class TextError(CircularError, ValueError):
    """A text block of the drafter cannot be used; `key` names the block."""

    def __init__(self, msgid: str, key: str, **params: object) -> None:
        self.key = key
        super().__init__(msgid, key=key, **params)


class UnknownEnding(CircularError, ValueError):
    """The file ending names no form of the circular."""


class LayoutError(CircularError):
    """No layout obeys the page rules of GB/T 9704-2012: a person must look at the text."""


class MissingGlyphError(CircularError):
    """A character that no font of the circular can draw; `found` lists (character, place)."""

    def __init__(self, found: list[tuple[str, str]]) -> None:
        self.found = found
        listed = ", ".join(f"{char} (U+{ord(char):04X}) in “{place}”" for char, place in found)
        super().__init__(gettext_noop("The fonts of the circular lack: %(listed)s"), listed=listed)


class PdfUnavailable(CircularError):
    """The machine lacks what WeasyPrint needs; the message holds the command that mends it."""

    def __init__(self, cause: str) -> None:
        self.cause = cause
        super().__init__(
            gettext_noop("The PDF cannot be made on this machine (%(cause)s). Run: %(command)s"),
            cause=cause,
            command=APT_GET_PANGO,
        )
