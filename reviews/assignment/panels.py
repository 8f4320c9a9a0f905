"""Panel mode 分组评审: applications grouped by field, and a panel drawn for each group.

A panel scores all its applications; an expert with a conflict recuses for that application only, so no more
members may be in conflict with it than the quorum allows. Where the pool of every panel is large enough, experts
are taken in the order of their tickets, which can be followed with a pencil; otherwise the sum of the
tickets is minimised under the same rules.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from reviews.assignment.drawing import Commitments, Secrets, draw_file, manifest_head, opened_seed, read_manifest
from reviews.assignment.inputs import HIGHEST_SCORE, is_code
from reviews.assignment.messages import InputError, Message, gettext_noop
from reviews.assignment.panel_solving import PanelProblem, fewest_empty_seats, solve_panels
from reviews.assignment.planning import DRAW
from reviews.assignment.shortage import (
    CONFLICT_REMEDY,
    FIELD,
    ORGANISATION,
    RECUSAL,
    REMEDIES,
    USED,
    Shortage,
    ShortageLine,
    ShortageReport,
)
from reviews.assignment.tickets import LOTTERY_BITS, PANEL_BITS, canonical, draw_digest, sha256, tickets
from reviews.assignment.watching import Watch

PANEL_PROTOCOL = "panel-v1"
WALK, SOLVER = "walk", "solver"
RECUSAL_PENALTY = 200  # what a recusal costs when the match is maximised


@dataclass(frozen=True, slots=True)
class PanelSettings:
    """Members, members who may score each application at least, alternates; pool per seat for the walk."""

    size: int = 7
    quorum: int = 5
    alternates: int = 2
    walk_ratio: int = 3


@dataclass(frozen=True)
class PanelInputs:
    """Groups, the organisation of each expert, who may sit in which panel and how well, conflicts."""

    settings: PanelSettings
    groups: Mapping[str, tuple[str, ...]]
    experts: Mapping[str, str]
    match: Mapping[str, Mapping[str, int]]  # panel: {code: 1-100}
    conflicts: tuple[tuple[str, str, str], ...]

    @classmethod
    def build(
        cls,
        groups: Mapping[str, Sequence[str]],
        *,
        experts: Mapping[str, str],
        pairs: Iterable[tuple[str, str, int]],
        conflicts: Iterable[tuple[str, str, str]] = (),
        settings: PanelSettings | None = None,
    ) -> "PanelInputs":
        """Check and sort. Raises InputError."""
        settings = settings or PanelSettings()
        rows, found = sorted(pairs), sorted(set(conflicts))
        _refuse_faults(groups, experts, rows, found, settings)
        match: dict[str, dict[str, int]] = {panel: {} for panel in sorted(groups)}
        for panel, code, score in rows:
            match[panel][code] = score
        return cls(
            settings=settings,
            groups={panel: tuple(sorted(groups[panel])) for panel in sorted(groups)},
            experts={code: experts[code] for code in sorted(experts)},
            match=match,
            conflicts=tuple(found),
        )

    @classmethod
    def read(cls, data: bytes) -> "PanelInputs":
        """From the bytes of an inputs.json. Raises InputError."""
        try:
            content = json.loads(data)
            inputs = cls.build(
                content["panels"],
                experts={code: row["org"] for code, row in content["experts"].items()},
                pairs=((panel, code, score) for panel, code, score in content["pairs"]),
                conflicts=((number, code, rule) for number, code, rule in content["conflicts"]),
                settings=PanelSettings(**content["settings"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            text = gettext_noop("This is not a file of inputs: %(error)s")
            raise InputError([Message(text, {"error": repr(error)})]) from None
        if inputs.to_bytes() != data:
            raise InputError([Message(gettext_noop("The file of inputs is not in its canonical form."))])
        return inputs

    def to_bytes(self) -> bytes:
        """The canonical JSON, the content of inputs.json."""
        return canonical(
            {
                "settings": asdict(self.settings),
                "panels": self.groups,
                "experts": {code: {"org": organisation} for code, organisation in self.experts.items()},
                "pairs": [(panel, code, score) for panel, row in self.match.items() for code, score in row.items()],
                "conflicts": self.conflicts,
            }
        )

    def recusals(self, panel: str) -> dict[str, list[str]]:
        """For each expert the applications of this panel with which there is a conflict."""
        mine, found = set(self.groups[panel]), dict[str, set[str]]()
        for number, code, _rule in self.conflicts:
            if number in mine:
                found.setdefault(code, set()).add(number)
        return {code: sorted(numbers) for code, numbers in found.items()}

    def has_pool_for_walk(self) -> bool:
        """Whether every panel has so many experts to choose from that a walk by tickets succeeds."""
        return all(len(pool) >= self.settings.walk_ratio * self.settings.size for pool in self.match.values())


def _refuse_faults(
    groups: Mapping[str, Sequence[str]],
    experts: Mapping[str, str],
    pairs: Sequence[tuple[str, str, int]],
    conflicts: Sequence[tuple[str, str, str]],
    settings: PanelSettings,
) -> None:
    faults = []
    if not 1 <= settings.quorum <= settings.size or settings.alternates < 0 or settings.walk_ratio < 1:
        faults.append(Message(gettext_noop("The quorum must lie between 1 and the size of the panel.")))
    numbers = Counter(number for group in groups.values() for number in group)
    if not numbers:
        faults.append(Message(gettext_noop("There are no applications to assign.")))
    for number, times in numbers.items():
        if times > 1:
            faults.append(Message(gettext_noop("%(number)s stands in two panels."), {"number": number}))
    for code in (*groups, *numbers, *experts, *experts.values()):
        if not is_code(code):
            faults.append(Message(gettext_noop("“%(code)s” cannot be used as a code."), {"code": code}))
    seen = set()
    for panel, code, score in pairs:
        is_known = panel in groups and code in experts and (panel, code) not in seen
        if not is_known or type(score) is not int or not 1 <= score <= HIGHEST_SCORE:
            text = gettext_noop("%(panel)s/%(expert)s: unknown, listed twice, or no match from 1 to 100.")
            faults.append(Message(text, {"panel": panel, "expert": code}))
        seen.add((panel, code))
    for number, code, rule in conflicts:
        if number not in numbers or code not in experts or not is_code(rule):
            text = gettext_noop("%(number)s/%(expert)s: the conflict names an unknown application, expert or rule.")
            faults.append(Message(text, {"number": number, "expert": code}))
    if faults:
        raise InputError(faults[:20])


def group_applications(fields: Mapping[str, str], *, size: int = 18) -> dict[str, list[str]]:
    """Groups of about `size` applications of one field, panel codes P01, P02, …; the same for the same input.

    A large field is split evenly. Fields of less than half a group are put together, up to `size`.
    Applications keep the order of their numbers.
    """
    if size < 1:
        raise ValueError("a group has at least one application")
    by_field: dict[str, list[str]] = {}
    for number in sorted(fields):
        by_field.setdefault(fields[number], []).append(number)
    groups: list[list[str]] = []
    mixed: list[str] = []
    for name in sorted(by_field):
        numbers = by_field[name]
        if 2 * len(numbers) < size:
            if mixed and len(mixed) + len(numbers) > size:
                groups.append(mixed)
                mixed = []
            mixed = [*mixed, *numbers]
            continue
        parts = max(1, (2 * len(numbers) + size) // (2 * size))
        groups += [numbers[len(numbers) * i // parts : len(numbers) * (i + 1) // parts] for i in range(parts)]
    if mixed:
        groups.append(mixed)
    width = max(2, len(str(len(groups))))
    return {f"P{place:0{width}d}": sorted(group) for place, group in enumerate(groups, start=1)}


# ------------------------------------------------------------------ the draw
@dataclass
class PanelSeats:
    """One panel: members and alternates in the order of their tickets, and who was passed over and why."""

    members: list[str] = field(default_factory=list)
    alternates: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def ticket_order(inputs: PanelInputs, seed: bytes, panel: str) -> list[str]:
    """The pool of a panel by ticket."""
    pool = list(inputs.match[panel])
    luck = tickets(seed, "panel-v1", [(panel, code) for code in pool], PANEL_BITS)
    return [code for _ticket, code in sorted(zip(luck, pool, strict=True))]


def walk(
    inputs: PanelInputs, order: Iterable[str], panel: str, seats: PanelSeats, used: set[str], count: int
) -> Iterable[str]:
    """Yield up to `count` experts in this order who keep the rules beside those who have a seat already.

    `used` sit elsewhere. Who is passed over is noted in `seats.skipped`, once, with the reason.
    """
    conflicts = inputs.recusals(panel)
    present = [*seats.members, *seats.alternates]
    organisations = {inputs.experts[code] for code in present}
    recused = Counter(number for code in present for number in conflicts.get(code, ()))
    noted = {code for code, _reason in seats.skipped}
    most = inputs.settings.size - inputs.settings.quorum
    for code in order:
        if count == 0:
            return
        if code in present:
            continue
        if code in used:
            reason = USED
        elif inputs.experts[code] in organisations:
            reason = ORGANISATION
        elif any(recused[number] == most for number in conflicts.get(code, ())):
            reason = RECUSAL
        else:
            organisations.add(inputs.experts[code])
            recused.update(conflicts.get(code, ()))
            count -= 1
            yield code
            continue
        if code not in noted:
            seats.skipped.append((code, reason))


def walk_all(inputs: PanelInputs, seed: bytes) -> dict[str, PanelSeats] | None:
    """The members of every panel by tickets, panels in the order of their codes; None if one stays incomplete."""
    found: dict[str, PanelSeats] = {}
    used: set[str] = set()
    for panel in inputs.groups:
        seats = found[panel] = PanelSeats()
        seats.members = list(walk(inputs, ticket_order(inputs, seed, panel), panel, seats, used, inputs.settings.size))
        if len(seats.members) < inputs.settings.size:
            return None
        used |= set(seats.members)
    return found


def add_alternates(inputs: PanelInputs, seed: bytes, found: Mapping[str, PanelSeats]) -> None:
    """Alternates once all members are known, so none of them is needed elsewhere; fewer where the pool ends."""
    used = {code for seats in found.values() for code in seats.members}
    for panel, seats in found.items():
        others = used - set(seats.members)
        order = ticket_order(inputs, seed, panel)
        seats.alternates = list(walk(inputs, order, panel, seats, others, inputs.settings.alternates))
        used |= set(seats.alternates)


def problem_for(inputs: PanelInputs, price: Mapping[tuple[str, str], int], recusal: int) -> PanelProblem:
    """The rules of the panels, prices to be minimised and the price of one recusal."""
    settings = inputs.settings
    return PanelProblem(
        size=settings.size,
        most_recused=settings.size - settings.quorum,
        organisations=inputs.experts,
        price=price,
        recusals={panel: inputs.recusals(panel) for panel in inputs.groups},
        recusal_price=recusal,
    )


def best_panels(inputs: PanelInputs, watch: Watch | None = None) -> dict[str, list[str]]:
    """The panels with the best match, less 200 for each recusal: an assignment, not a draw. Raises Shortage."""
    price = {(panel, code): -score for panel, row in inputs.match.items() for code, score in row.items()}
    return _solved(inputs, problem_for(inputs, price, RECUSAL_PENALTY), watch or Watch())


def _solved(inputs: PanelInputs, problem: PanelProblem, watch: Watch) -> dict[str, list[str]]:
    watch.step(0, 1, gettext_noop("Putting panels together"))
    found = solve_panels(problem, watch)
    if found is None:
        raise Shortage(_report(inputs, fewest_empty_seats(problem, watch)))
    return found


def _report(inputs: PanelInputs, empty: Mapping[str, int]) -> ShortageReport:
    """Per panel the seats that stay empty at least, and the rule that removes most of its pool."""
    lines = []
    for panel, missing in empty.items():
        pool = inputs.match[panel]
        units = Counter(inputs.experts[code] for code in pool)
        removed = {
            ORGANISATION: len(pool) - len(units),
            RECUSAL: sum(code in pool for code in inputs.recusals(panel)),
            USED: sum(any(code in row for other, row in inputs.match.items() if other != panel) for code in pool),
        }
        rule = max(sorted(removed), key=lambda one: removed[one])
        if len(pool) < inputs.settings.size or not removed[rule]:
            rule = FIELD
        remedy = Message(REMEDIES.get(rule, CONFLICT_REMEDY))
        lines.append(ShortageLine(panel, missing, rule, {r: n for r, n in removed.items() if n}, remedy))
    return ShortageReport(tuple(lines), (), ())


def as_panel_inputs(inputs: PanelInputs | bytes) -> PanelInputs:
    """The inputs themselves, or read from the bytes of an inputs.json. Raises InputError."""
    return PanelInputs.read(inputs) if isinstance(inputs, bytes) else inputs


def make_panel_manifest(
    inputs: PanelInputs | bytes, *, campaign: int, counter: int, reason: str, commitments: Commitments, beacon: str
) -> bytes:
    """The content of manifest.json for panels; see `drawing.make_manifest`. Raises InputError."""
    data = as_panel_inputs(inputs).to_bytes()
    head = {"protocol": PANEL_PROTOCOL, "mode": DRAW, "inputs_sha256": sha256(data)}
    return canonical(head | manifest_head(campaign, counter, reason, commitments, beacon))


def make_panel_draw(
    inputs: PanelInputs | bytes,
    manifest_bytes: bytes,
    secrets: Secrets,
    beacon_value: str,
    watch: Watch | None = None,
) -> bytes:
    """The content of draw.json for panels. Raises InputError, or Shortage if no panels keep the rules."""
    inputs = as_panel_inputs(inputs)
    manifest = read_manifest(manifest_bytes, sha256(inputs.to_bytes()), PANEL_PROTOCOL)
    seed = opened_seed(manifest_bytes, manifest, secrets, beacon_value)
    found = walk_all(inputs, seed) if inputs.has_pool_for_walk() else None
    method = WALK if found is not None else SOLVER
    if found is None:
        pairs = [(panel, code) for panel, row in inputs.match.items() for code in row]
        luck = dict(zip(pairs, tickets(seed, "panel-v1", pairs, LOTTERY_BITS), strict=True))
        chosen = _solved(inputs, problem_for(inputs, luck, 0), watch or Watch())
        found = {}
        for panel in inputs.groups:
            order = ticket_order(inputs, seed, panel)
            found[panel] = PanelSeats(members=[code for code in order if code in chosen[panel]])
    add_alternates(inputs, seed, found)
    content = {
        "method": method,
        "panels": {panel: asdict(seats) for panel, seats in found.items()},
        "digest": draw_digest(seat_rows(found)),
    }
    return draw_file(manifest_bytes, secrets, beacon_value, content)


def seat_rows(found: Mapping[str, PanelSeats]) -> list[tuple[str, str, str]]:
    """(panel, seat, expert code): seats M1, M2, … of members and A1, A2, … of alternates."""
    return [
        (panel, f"{kind}{place}", code)
        for panel, seats in found.items()
        for kind, codes in (("M", seats.members), ("A", seats.alternates))
        for place, code in enumerate(codes, start=1)
    ]


def read_panels(draw_bytes: bytes) -> dict[str, PanelSeats]:
    """The panels of a draw.json, or of a file of changes. Raises InputError."""
    try:
        rows = json.loads(draw_bytes)["panels"]
        return {
            panel: PanelSeats(row["members"], row["alternates"], [(code, why) for code, why in row.get("skipped", ())])
            for panel, row in rows.items()
        }
    except (ValueError, KeyError, TypeError):
        raise InputError([Message(gettext_noop("This is not a file of drawn panels."))]) from None
