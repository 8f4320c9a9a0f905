"""Lines, bands, quorum and majorities: pure functions, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reviews.enums import GRADES, Result, ShareRule


@dataclass(frozen=True, slots=True)
class Lines:
    """The last rank of each grade; a grade without a place ends where the one before it does."""

    first_to: int
    second_to: int
    third_to: int

    @property
    def is_in_order(self) -> bool:
        return 0 <= self.first_to <= self.second_to <= self.third_to

    def grade_of(self, rank: int | None) -> Result:
        """The result by the lines alone; without a rank it is not selected."""
        for grade, last in zip(GRADES, (self.first_to, self.second_to, self.third_to), strict=True):
            if rank is not None and rank <= last:
                return grade
        return Result.NOT_SELECTED

    @property
    def ranks(self) -> tuple[int, int, int]:
        return self.first_to, self.second_to, self.third_to

    @property
    def places(self) -> dict[Result, int]:
        """Places of each grade."""
        return dict(
            zip(GRADES, (self.first_to, self.second_to - self.first_to, self.third_to - self.second_to), strict=True)
        )


def lines_of_quota(first: int | None, second: int | None, third: int | None) -> Lines:
    """Lines from the quota of each grade; a grade without a quota has no place."""
    one, two, three = (quota or 0 for quota in (first, second, third))
    return Lines(one, one + two, one + two + three)


def critical_ranks(scores: Sequence[Fraction], lines: Iterable[int], band: Decimal) -> frozenset[int]:
    """临界: ranks that `band` points or less would carry across a line.

    `scores` are the exact official scores in rank order. Above a line it is the distance to the first
    one below it that counts, below it the distance to the last one above. A line before the first rank, or
    behind the last one, separates nothing.
    """
    found: set[int] = set()
    for line in set(lines):
        if not 0 < line < len(scores):
            continue
        last_above, first_below = scores[line - 1], scores[line]
        rank = line
        while rank >= 1 and scores[rank - 1] - first_below <= band:
            found.add(rank)
            rank -= 1
        rank = line + 1
        while rank <= len(scores) and last_above - scores[rank - 1] <= band:
            found.add(rank)
            rank += 1
    return frozenset(found)


def is_reached(rule: str, part: int, whole: int) -> bool:
    """Whether `part` of `whole` satisfies the rule, exactly; nothing of nothing does not."""
    if whole <= 0:
        return False
    if rule == ShareRule.MORE_THAN_HALF:
        return 2 * part > whole
    share = Fraction(rule)
    return Fraction(part, whole) >= share


@dataclass(frozen=True, slots=True)
class Majorities:
    """What a committee needs; see OutcomeSettings."""

    quorum: str = ShareRule.TWO_THIRDS
    first_prize: str = ShareRule.TWO_THIRDS
    other: str = ShareRule.MORE_THAN_HALF

    def has_quorum(self, present: int, members: int) -> bool:
        return is_reached(self.quorum, present, members)

    def carries(self, result: str, in_favour: int, present: int) -> bool:
        """A first prize needs its own majority of those present; abstention is not in favour."""
        rule = self.first_prize if result == Result.FIRST_PRIZE else self.other
        return is_reached(rule, in_favour, present)
