"""Choices whose members also carry the fixed Chinese term of the import format."""

from typing import Self

from django.db import models


class TermChoices(models.TextChoices):
    """Members are `(code, term, label)`: code in the database, term in files and statistics, label on screen.

    The term is fixed by the import contract and never translated; the label is.
    """

    term: str

    def __new__(cls, code: str, term: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.term = term
        return member

    @classmethod
    def by_term(cls) -> dict[str, Self]:
        """Members keyed by their term, in the order of the list."""
        return {member.term: member for member in cls}
