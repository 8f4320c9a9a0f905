"""How sure a rank is: a seeded bootstrap of the experts, and a rank with the experts' leniency taken out."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import lcm

import numpy as np

from reviews.advice.experts import Mark

SAMPLES, SAMPLES_OF_LARGE_YEARS, LARGE = 1_000, 200, 5_000
LOW, HIGH = 5, 95  # per cent: the band holds 90 %
RIDGE = 1.0
ROUNDS, ENOUGH = 500, 1e-9


@dataclass(frozen=True, slots=True)
class RankBand:
    """Ranks from `low` to `high` hold 90 % of the samples; `top` of 1,000 samples end within each line."""

    low: int
    high: int
    top: tuple[int, ...]


def seed_of(digest: str) -> int:
    """The seed that belongs to a digest of the scores: the same scores, the same bands."""
    return int.from_bytes(hashlib.sha256(digest.encode()).digest()[:8], "big")


def rank_bands(
    totals: Sequence[Sequence[int]], lines: Sequence[int], *, trim_from: int, seed: int, samples: int | None = None
) -> list[RankBand]:
    """The band of each application; `totals` in whole units of the smallest point, in official order.

    Each sample draws, for every application, as many of its experts as it has, with replacement, and ranks
    the official scores of what was drawn; equal scores keep the official order. Whole numbers throughout.
    Every application needs a review. `lines` are last ranks: `top` tells how often a rank is within each.
    """
    if samples is None:
        samples = SAMPLES if len(totals) <= LARGE else SAMPLES_OF_LARGE_YEARS
    count = len(totals)
    if not count:
        return []
    sizes: dict[int, list[int]] = {}
    for place, one in enumerate(totals):
        sizes.setdefault(len(one), []).append(place)
    kept = {size: size - 2 if trim_from and size >= trim_from else size for size in sizes}
    base = lcm(*kept.values())
    groups = [
        (np.array(places), np.array([totals[place] for place in places], dtype=np.int64), size)
        for size, places in sorted(sizes.items())
    ]
    generator = np.random.Generator(np.random.PCG64(seed))
    scores, ranks = np.empty(count, dtype=np.int64), np.empty((samples, count), dtype=np.int32)
    order = np.arange(1, count + 1, dtype=np.int32)
    for sample in range(samples):
        for places, values, size in groups:
            drawn = np.take_along_axis(values, generator.integers(0, size, size=values.shape), axis=1)
            sums = drawn.sum(axis=1)
            if kept[size] != size:
                sums = sums - drawn.max(axis=1) - drawn.min(axis=1)
            scores[places] = sums * (base // kept[size])
        ranks[sample, np.argsort(-scores, kind="stable")] = order
    ranks.sort(axis=0)
    first, last = (samples - 1) * LOW // 100, -(-(samples - 1) * HIGH // 100)
    within = [((ranks <= line).sum(axis=0) * 1_000 + samples // 2) // samples for line in lines]
    return [
        RankBand(int(ranks[first, place]), int(ranks[last, place]), tuple(int(one[place]) for one in within))
        for place in range(count)
    ]


def calibrated_ranks(marks: Sequence[Mark], official: Sequence[str]) -> Mapping[str, int]:
    """Rank by the q of s = q + b: quality of the application plus leniency of the expert, ridge on b.

    Solved by alternating means, which converge to the one solution. Values are rounded to a millionth
    of a point before they are ranked; equal ones keep the `official` order, which names all applications.
    """
    applications = {key: place for place, key in enumerate(official)}
    marks = [one for one in marks if one.application in applications]
    if not marks:
        return {}
    experts = {key: place for place, key in enumerate(sorted({one.expert for one in marks}))}
    rows = np.array([applications[one.application] for one in marks])
    columns = np.array([experts[one.expert] for one in marks])
    points = np.array([float(one.total) for one in marks])
    of_row = np.bincount(rows, minlength=len(applications))
    of_column = np.bincount(columns, minlength=len(experts))
    lenience = np.zeros(len(experts))
    quality = np.zeros(len(applications))
    for _round in range(ROUNDS):
        quality = np.bincount(rows, points - lenience[columns], len(applications)) / np.maximum(of_row, 1)
        former = lenience
        lenience = np.bincount(columns, points - quality[rows], len(experts)) / (of_column + RIDGE)
        if float(np.abs(lenience - former).max()) < ENOUGH:
            break
    scored = [place for place in range(len(applications)) if of_row[place]]
    scored.sort(key=lambda place: (-round(float(quality[place]), 6), place))
    names = list(official)
    return {names[place]: rank for rank, place in enumerate(scored, start=1)}


def in_units(totals: Sequence[Decimal], places: int) -> list[int]:
    """Points as whole numbers of the smallest point."""
    return [int(one.scaleb(places)) for one in totals]
