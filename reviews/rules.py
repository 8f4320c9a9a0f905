"""Rules of scoring and outcome: pure functions and predicates, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

from django.db.models import Q

from qa_portal.accounts.enums import Role
from qa_portal.accounts.rules import has_role, is_bureau, is_bureau_staff
from reviews.enums import GRADES, Result

# 成果: an application that won one of the three prizes
WINNER = Q(decision__result__in=GRADES)
NOT_SELECTED = Q(decision__result=Result.NOT_SELECTED)


def may_read_reviews(user: Any) -> bool:
    """The bureau reads the scores of imported, closed years."""
    return is_bureau(user)


def may_read_pool(user: Any) -> bool:
    """Staff, leaders and the inspector know who the experts are; the committee knows codes only."""
    return has_role(user, Role.STAFF, Role.LEADER, Role.INSPECTOR)


def may_manage_pool(user: Any) -> bool:
    """Bureau staff confirm experts and decide about conflicts."""
    return is_bureau_staff(user)


def may_read_draw(user: Any) -> bool:
    """Staff, leaders and the inspector follow the draw and fetch its certificate."""
    return has_role(user, Role.STAFF, Role.LEADER, Role.INSPECTOR)


def may_run_draw(user: Any) -> bool:
    """Bureau staff prepare the draw, hold the bureau's secret and release what was approved."""
    return is_bureau_staff(user)


def may_commit_for_inspection(user: Any) -> bool:
    """The inspector holds the second secret."""
    return has_role(user, Role.INSPECTOR)


def may_approve_draw(user: Any) -> bool:
    """Staff or a leader approve; that it is not who prepared it, the operation checks."""
    return has_role(user, Role.STAFF, Role.LEADER)


def may_import_experts(user: Any) -> bool:
    """Bureau staff bring experts into the pool of a year."""
    return is_bureau_staff(user)


def trimmed(totals: Sequence[Decimal], *, trim_from: int) -> list[Decimal]:
    """The totals that count: one highest and one lowest dropped from `trim_from` reviews on (0: never)."""
    ordered = sorted(totals)
    if trim_from and len(ordered) >= trim_from:
        return ordered[1:-1]
    return ordered


def struck_out(totals: Sequence[Decimal], *, trim_from: int) -> frozenset[int]:
    """Positions of the one lowest and the one highest total that do not count; the first of equals."""
    if not trim_from or len(totals) < trim_from:
        return frozenset()
    places = sorted(range(len(totals)), key=lambda place: totals[place])
    return frozenset((places[0], places[-1]))


def official_score(totals: Sequence[Decimal], *, trim_from: int) -> Fraction | None:
    """官方得分, unrounded: the mean of the totals that count; None without a review."""
    kept = trimmed(totals, trim_from=trim_from)
    return Fraction(sum(kept, Decimal())) / len(kept) if kept else None


def kept_of(total: Decimal, count: int, highest: Decimal, lowest: Decimal, *, trim_from: int) -> tuple[Decimal, int]:
    """Sum and number of the totals that count, from what a grouped query gives; equals `trimmed`."""
    if trim_from and count >= trim_from:
        return total - highest - lowest, count - 2
    return total, count


@dataclass(frozen=True, slots=True)
class Contender:
    """What the ranking needs to know of one application; sums in whole units of the smallest point."""

    key: int  # of the application, opaque
    number: str
    kept_sum: int
    kept_count: int
    first_sum: int  # of the first criterion over all reviews
    second_sum: int
    review_count: int


def ranked(contenders: Iterable[Contender]) -> list[Contender]:
    """Order by official score, then mean of the first, of the second criterion, then number.

    Applications without a review are left out: they have no rank. Means are compared exactly, by
    bringing all of them to one common denominator instead of dividing.
    """
    scored = [one for one in contenders if one.kept_count]
    kept = lcm(*{one.kept_count for one in scored}) if scored else 1
    all_ = lcm(*{one.review_count for one in scored}) if scored else 1

    def key(one: Contender) -> tuple[int, int, int, str]:
        return (
            -one.kept_sum * (kept // one.kept_count),
            -one.first_sum * (all_ // one.review_count),
            -one.second_sum * (all_ // one.review_count),
            one.number,
        )

    return sorted(scored, key=key)
