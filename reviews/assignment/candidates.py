"""Candidate lists for large years: some of the eligible experts for each application instead of all of them.

Half of a list are the best matches, half are chosen by lot among the rest. That costs about one per cent of the
match and keeps ten thousand applications within memory; only the best ones would be infeasible, because
everybody's list would name the same few experts.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

DEFAULT_SIZE = 50
TICKET_BYTES = 8


def candidate_lists(
    rows: Iterable[tuple[str, Mapping[str, int]]], seed: str, *, per_application: int = DEFAULT_SIZE
) -> Iterator[tuple[str, str, int]]:
    """The pairs of each (number, {expert code: match}) that stay, in the order of the numbers given.

    `rows` holds eligible experts only. `seed` is any text that is published with the inputs, such as campaign
    and counter: whoever has the matches can make the lists again. Equal matches are settled by lot, too.
    """
    for number, matches in rows:
        codes = sorted(matches)
        if len(codes) > per_application:
            codes = _chosen(number, codes, matches, seed, per_application)
        for code in codes:
            yield number, code, matches[code]


def lots(seed: str, number: str, count: int) -> list[int]:
    """One lot of 64 bits for each of `count` experts in the order of their codes (SHAKE-256)."""
    stream = hashlib.shake_256(f"candidates-v1|{seed}|{number}".encode()).digest(count * TICKET_BYTES)
    return [int.from_bytes(stream[at : at + TICKET_BYTES], "big") for at in range(0, len(stream), TICKET_BYTES)]


def _chosen(number: str, codes: Sequence[str], matches: Mapping[str, int], seed: str, size: int) -> list[str]:
    lot = dict(zip(codes, lots(seed, number, len(codes)), strict=True))
    ordered = sorted(codes, key=lambda code: (-matches[code], lot[code], code))
    best = size - size // 2
    others = sorted(ordered[best:], key=lambda code: (lot[code], code))
    return sorted([*ordered[:best], *others[: size - best]])
