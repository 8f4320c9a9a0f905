"""What a draw is made from: applications, experts, eligible pairs, conflicts and settings.

The canonical form is UTF-8 JSON with sorted keys and no spaces; rows are sorted by number and expert
code, so the hash does not depend on the order in which a database returns them.
"""

import hashlib
import json
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from reviews.assignment.messages import InputError, Message, gettext_noop
from reviews.assignment.tickets import Pair, canonical

MOST_MESSAGES = 20
HIGHEST_SCORE = 100
Numbers = np.ndarray[Any, np.dtype[Any]]


class Expert(NamedTuple):
    """Organisation code and how many applications the expert gets, at least and at most."""

    organisation: str
    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Experts of one organisation per application, candidates per seat, smallest score of a pair."""

    organisation_cap: int = 1
    shortlist_ratio: int = 3
    score_floor: int = 0


@dataclass(frozen=True)
class Inputs:
    """Sorted codes, and arrays of indices into them; made by `build` or `read`, never by hand."""

    settings: Settings
    numbers: tuple[str, ...]
    demand: Numbers  # seats of each application
    codes: tuple[str, ...]
    organisations: tuple[str, ...]  # of each expert
    minimum: Numbers
    maximum: Numbers
    application_of: Numbers  # of each pair
    expert_of: Numbers
    score: Numbers
    conflicts: tuple[tuple[str, str, str], ...]
    fixed: tuple[Pair, ...]

    @classmethod
    def build(
        cls,
        *,
        applications: Mapping[str, int],
        experts: Mapping[str, Expert],
        pairs: Iterable[tuple[str, str, int]],
        conflicts: Iterable[tuple[str, str, str]] = (),
        settings: Settings | None = None,
        fixed: Iterable[Pair] = (),
    ) -> "Inputs":
        """Check and sort. Raises InputError, which names every contradiction (at most the first 20).

        A conflict excludes its pair, whatever its score. A fixed pair is kept outside the draw: its
        application needs a seat less, its expert carries one more, and its organisation is used up there.
        """
        settings = settings or Settings()
        rows = sorted(set(conflicts))
        kept = sorted(fixed)
        _refuse(_settings_faults(settings))
        _refuse(_people_faults(applications, experts))
        _refuse(_row_faults(applications, experts, rows, kept, settings))
        demand = dict(applications)
        load = {code: (expert.minimum, expert.maximum) for code, expert in experts.items()}
        for number, code in kept:
            demand[number] -= 1
            load[code] = (max(0, load[code][0] - 1), load[code][1] - 1)
        _refuse(_overfull(demand, load))
        numbers, codes = tuple(sorted(applications)), tuple(sorted(experts))
        excluded = {(number, code) for number, code, _rule in rows} | _closed_by(kept, experts)
        application_of, expert_of, score = _pair_arrays(pairs, numbers, codes, excluded)
        return cls(
            settings=settings,
            numbers=numbers,
            demand=np.array([demand[number] for number in numbers], np.int64),
            codes=codes,
            organisations=tuple(experts[code].organisation for code in codes),
            minimum=np.array([load[code][0] for code in codes], np.int64),
            maximum=np.array([load[code][1] for code in codes], np.int64),
            application_of=application_of,
            expert_of=expert_of,
            score=score,
            conflicts=tuple(rows),
            fixed=tuple(kept),
        )

    @classmethod
    def read(cls, data: bytes) -> "Inputs":
        """From the bytes of an inputs.json. Raises InputError if it is not one in canonical form."""
        try:
            content = json.loads(data)
            chosen = content["settings"]
            inputs = cls.build(
                applications={number: row["k"] for number, row in content["applications"].items()},
                experts={c: Expert(row["org"], row["min"], row["max"]) for c, row in content["experts"].items()},
                pairs=((number, code, score) for number, code, score in content["pairs"]),
                conflicts=((number, code, rule) for number, code, rule in content["conflicts"]),
                settings=Settings(chosen["org_cap"], chosen["shortlist_ratio"], chosen["score_floor"]),
            )
            inputs = replace(inputs, fixed=tuple((number, code) for number, code in content.get("fixed", ())))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            text = gettext_noop("This is not a file of inputs: %(error)s")
            raise InputError([Message(text, {"error": repr(error)})]) from None
        if inputs.to_bytes() != data:
            raise InputError([Message(gettext_noop("The file of inputs is not in its canonical form."))])
        return inputs

    def to_bytes(self) -> bytes:
        """The canonical JSON, the content of inputs.json."""
        return b"".join(self.chunks())

    def chunks(self) -> Iterator[bytes]:
        """The canonical JSON piece by piece, for years whose pairs fill a hundred megabytes."""
        head: dict[str, Any] = {
            "applications": {n: {"k": int(k)} for n, k in zip(self.numbers, self.demand, strict=True)},
            "conflicts": self.conflicts,
            "experts": {
                code: {"max": int(high), "min": int(low), "org": organisation}
                for code, organisation, low, high in zip(
                    self.codes, self.organisations, self.minimum, self.maximum, strict=True
                )
            },
        }
        if self.fixed:
            head["fixed"] = self.fixed
        yield canonical(head)[:-1] + b',"pairs":['
        numbers = [json.dumps(number, ensure_ascii=False) for number in self.numbers]
        codes = [json.dumps(code, ensure_ascii=False) for code in self.codes]
        step = 100_000
        for start in range(0, len(self.score), step):
            part = slice(start, start + step)
            rows = zip(
                self.application_of[part].tolist(),
                self.expert_of[part].tolist(),
                self.score[part].tolist(),
                strict=True,
            )
            comma = "," if start else ""
            yield (comma + ",".join(f"[{numbers[a]},{codes[e]},{s}]" for a, e, s in rows)).encode()
        chosen = self.settings
        tail = {
            "org_cap": chosen.organisation_cap,
            "score_floor": chosen.score_floor,
            "shortlist_ratio": chosen.shortlist_ratio,
        }
        yield b'],"settings":' + canonical(tail) + b"}"

    def with_settings(self, **changes: int) -> "Inputs":
        """The same inputs under other settings."""
        return replace(self, settings=replace(self.settings, **changes))

    def code_pairs(self, places: Numbers) -> list[Pair]:
        """(number, expert code) of the pairs at these places."""
        applications, experts = self.application_of[places].tolist(), self.expert_of[places].tolist()
        return [(self.numbers[a], self.codes[e]) for a, e in zip(applications, experts, strict=True)]

    @cached_property
    def sha256(self) -> str:
        """Hash of the canonical form, without holding that form in memory."""
        hasher = hashlib.sha256()
        for chunk in self.chunks():
            hasher.update(chunk)
        return hasher.hexdigest()

    @cached_property
    def organisation_of(self) -> Numbers:
        """Index of each expert's organisation."""
        known = {name: place for place, name in enumerate(sorted(set(self.organisations)))}
        return np.array([known[name] for name in self.organisations], np.int64)

    @cached_property
    def pair_keys(self) -> Numbers:
        """application * number of experts + expert: ascending, so pairs are found by `searchsorted`."""
        return self.application_of.astype(np.int64) * max(1, len(self.codes)) + self.expert_of

    @cached_property
    def _number_at(self) -> dict[str, int]:
        return {number: place for place, number in enumerate(self.numbers)}

    @cached_property
    def _code_at(self) -> dict[str, int]:
        return {code: place for place, code in enumerate(self.codes)}

    def places_of(self, pairs: Sequence[Pair]) -> Numbers:
        """Places of these pairs. Raises KeyError for one that is not eligible."""
        number_at, code_at = self._number_at, self._code_at
        wanted = np.array([number_at[n] * len(self.codes) + code_at[e] for n, e in pairs], np.int64)
        places = np.searchsorted(self.pair_keys, wanted)
        if len(wanted) and (
            not len(self.score) or (self.pair_keys[np.minimum(places, len(self.score) - 1)] != wanted).any()
        ):
            raise KeyError("not an eligible pair")
        return places


def as_inputs(inputs: Inputs | bytes) -> Inputs:
    """The inputs themselves, or read from the bytes of an inputs.json. Raises InputError."""
    return Inputs.read(inputs) if isinstance(inputs, bytes) else inputs


# ------------------------------------------------------------------ checks
def _refuse(faults: Iterable[Message]) -> None:
    found = [fault for fault, _ in zip(faults, range(MOST_MESSAGES), strict=False)]
    if found:
        raise InputError(found)


def is_code(text: Any) -> bool:
    """Codes go into hashes joined by "|" and lines, so they hold neither, nor any space."""
    return isinstance(text, str) and bool(text) and text.isprintable() and not set(text) & set("| ")


def _is_count(value: Any, lowest: int = 0) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= lowest


def _settings_faults(settings: Settings) -> Iterator[Message]:
    if not _is_count(settings.organisation_cap, 1):
        yield Message(gettext_noop("The limit of experts of one organisation must be at least 1."))
    if not _is_count(settings.shortlist_ratio, 1):
        yield Message(gettext_noop("The number of candidates per seat must be at least 1."))
    if not _is_count(settings.score_floor) or settings.score_floor > HIGHEST_SCORE:
        yield Message(gettext_noop("The smallest match must lie between 0 and 100."))


def _people_faults(applications: Mapping[str, int], experts: Mapping[str, Expert]) -> Iterator[Message]:
    if not applications:
        yield Message(gettext_noop("There are no applications to assign."))
    for code in (*applications, *experts, *(expert.organisation for expert in experts.values())):
        if not is_code(code):
            yield Message(gettext_noop("“%(code)s” cannot be used as a code."), {"code": code})
    for number, seats in applications.items():
        if not _is_count(seats):
            text = gettext_noop("%(number)s: the number of experts must be 0 or more, not %(seats)s.")
            yield Message(text, {"number": number, "seats": seats})
    for code, expert in experts.items():
        if not (_is_count(expert.minimum) and _is_count(expert.maximum, expert.minimum)):
            text = gettext_noop("%(expert)s: the loads %(minimum)s to %(maximum)s are not a range.")
            yield Message(text, {"expert": code, "minimum": expert.minimum, "maximum": expert.maximum})


def _row_faults(
    applications: Mapping[str, int],
    experts: Mapping[str, Expert],
    conflicts: Sequence[tuple[str, str, str]],
    fixed: Sequence[Pair],
    settings: Settings,
) -> Iterator[Message]:
    for number, code, rule in conflicts:
        if number not in applications or code not in experts or not is_code(rule):
            text = gettext_noop("%(number)s/%(expert)s: the conflict names an unknown application, expert or rule.")
            yield Message(text, {"number": number, "expert": code})
    clashing = {(number, code) for number, code, _rule in conflicts}
    groups: Counter[tuple[str, str]] = Counter()
    for place, (number, code) in enumerate(fixed):
        params = {"number": number, "expert": code}
        if number not in applications or code not in experts:
            yield Message(gettext_noop("%(number)s/%(expert)s: the fixed pair is not known."), params)
            continue
        if (number, code) in clashing:
            yield Message(gettext_noop("%(number)s/%(expert)s: a pair in conflict cannot be fixed."), params)
        if place and fixed[place - 1] == (number, code):
            yield Message(gettext_noop("%(number)s/%(expert)s: the pair is fixed twice."), params)
        groups[number, experts[code].organisation] += 1
    for (number, organisation), count in groups.items():
        if count > settings.organisation_cap:
            text = gettext_noop("%(number)s: the fixed experts hold %(count)s seats of organisation %(organisation)s.")
            yield Message(text, {"number": number, "count": count, "organisation": organisation})
    if fixed and settings.organisation_cap > 1:
        yield Message(gettext_noop("Fixed pairs need a limit of one expert of an organisation per application."))


def _overfull(demand: Mapping[str, int], load: Mapping[str, tuple[int, int]]) -> Iterator[Message]:
    for number, seats in demand.items():
        if seats < 0:
            yield Message(gettext_noop("%(number)s: more experts are fixed than it has seats."), {"number": number})
    for code, (_low, high) in load.items():
        if high < 0:
            text = gettext_noop("%(expert)s: more applications are fixed than the maximum load allows.")
            yield Message(text, {"expert": code})


def _closed_by(fixed: Sequence[Pair], experts: Mapping[str, Expert]) -> set[Pair]:
    """Pairs that a fixed pair rules out: the same application with any expert of that organisation."""
    members: dict[str, list[str]] = {}
    for code, expert in experts.items() if fixed else ():
        members.setdefault(expert.organisation, []).append(code)
    return {(number, other) for number, code in fixed for other in members[experts[code].organisation]}


def _pair_arrays(
    pairs: Iterable[tuple[str, str, int]], numbers: Sequence[str], codes: Sequence[str], excluded: set[Pair]
) -> tuple[Numbers, Numbers, Numbers]:
    """Sorted arrays of the eligible pairs."""
    number_at = {number: place for place, number in enumerate(numbers)}
    code_at = {code: place for place, code in enumerate(codes)}
    columns = array("i"), array("i"), array("i")
    faults: list[Message] = []
    for number, code, score in pairs:
        if (number, code) in excluded:
            continue
        try:
            columns[0].append(number_at[number])
            columns[1].append(code_at[code])
            columns[2].append(score)
        except (KeyError, TypeError):
            text = gettext_noop("%(number)s/%(expert)s: unknown application or expert, or no whole score.")
            faults.append(Message(text, {"number": number, "expert": code}))
            _refuse(faults[MOST_MESSAGES - 1 :] and faults)
    _refuse(faults)
    application_of, expert_of, score_of = (np.array(column, np.int32) for column in columns)
    order = np.lexsort((expert_of, application_of))
    application_of, expert_of, score_of = application_of[order], expert_of[order], score_of[order]
    twice = (application_of[1:] == application_of[:-1]) & (expert_of[1:] == expert_of[:-1])
    wrong = (score_of < 1) | (score_of > HIGHEST_SCORE)

    def named(text: str, places: Numbers) -> Iterator[Message]:
        for place in np.flatnonzero(places):
            params = {"number": numbers[application_of[place]], "expert": codes[expert_of[place]]}
            yield Message(text, params)

    _refuse(named(gettext_noop("%(number)s/%(expert)s: the pair is listed twice."), twice))
    _refuse(named(gettext_noop("%(number)s/%(expert)s: the match must lie between 1 and 100."), wrong))
    return application_of, expert_of, score_of.astype(np.int16)
