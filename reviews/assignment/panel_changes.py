"""After the draw of panels: a free seat goes to the alternates, then to the next tickets.

Only the panel that lost a member changes. Who comes in keeps the rules beside those who stay: one panel,
one expert of an organisation, and the quorum for each application, with conflicts found since the draw counted.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviews.assignment.drawing import read_manifest
from reviews.assignment.messages import InputError, Message, gettext_noop
from reviews.assignment.panels import (
    PANEL_PROTOCOL,
    PanelInputs,
    PanelSeats,
    as_panel_inputs,
    read_panels,
    seat_rows,
    ticket_order,
    walk,
)
from reviews.assignment.shortage import FIELD, REMEDIES, Shortage, ShortageLine, ShortageReport
from reviews.assignment.tickets import canonical, draw_digest, draw_seed, sha256
from reviews.assignment.watching import Watch

PANEL_CHANGE_PROTOCOL = "panel-change-v1"


@dataclass(frozen=True)
class PanelChange:
    """What happened since the draw.

    `void`: members who leave a panel, with the code of the reason; `conflicts`: found since; `unavailable`: experts
    who take no seat any more; `earlier`: the change files before this one, in their order.
    """

    void: Sequence[tuple[str, str, str]] = ()
    conflicts: Sequence[tuple[str, str, str]] = ()
    unavailable: Sequence[str] = ()
    earlier: Sequence[bytes] = ()


@dataclass(frozen=True)
class _State:
    inputs: PanelInputs  # with every conflict known by now
    panels: dict[str, PanelSeats]
    left: set[tuple[str, str]]  # (panel, expert) who gave up a seat there, ever
    unavailable: set[str]


def substitute_members(
    inputs: PanelInputs | bytes,
    manifest_bytes: bytes,
    draw_bytes: bytes,
    change: PanelChange,
    watch: Watch | None = None,
) -> bytes:
    """The content of a change file: who takes the free seats, and the panels as they are now (`read_panels`).

    Raises InputError for a change that does not fit the draw or leaves an application without its quorum,
    Shortage if a seat cannot be filled.
    """
    inputs, watch = as_panel_inputs(inputs), watch or Watch()
    read_manifest(manifest_bytes, sha256(inputs.to_bytes()), PANEL_PROTOCOL)
    draw = json.loads(draw_bytes)
    secrets = draw["secrets"]
    seed = draw_seed(sha256(manifest_bytes), secrets["bureau"], secrets["inspector"], draw["beacon_value"])
    watch.step(0, 1, gettext_noop("Filling free seats by ticket"))
    state = _state(inputs, draw_bytes, change)
    added = [(panel, code) for panel in state.panels for code in _fill(state, seed, panel)]
    _refuse_lost_quorum(state)
    return canonical(
        {
            "protocol": PANEL_CHANGE_PROTOCOL,
            "draw_sha256": sha256(draw_bytes),
            "counter": len(change.earlier) + 1,
            "previous": sha256(change.earlier[-1]) if change.earlier else "",
            "void": sorted(change.void),
            "conflicts": sorted(change.conflicts),
            "unavailable": sorted(change.unavailable),
            "added": added,
            "panels": {
                panel: {"members": seats.members, "alternates": seats.alternates}
                for panel, seats in state.panels.items()
            },
            "digest": draw_digest(seat_rows(state.panels)),
        }
    )


def _state(inputs: PanelInputs, draw_bytes: bytes, change: PanelChange) -> _State:
    """The panels after the earlier changes, without those who leave now. Raises InputError."""
    panels, left, gone = read_panels(draw_bytes), set[tuple[str, str]](), set(change.unavailable)
    conflicts = {*inputs.conflicts, *change.conflicts}
    for earlier in change.earlier:
        content = json.loads(earlier)
        panels = read_panels(earlier)
        left |= {(panel, code) for panel, code, _reason in content["void"]}
        conflicts |= {(number, code, rule) for number, code, rule in content["conflicts"]}
        gone |= set(content["unavailable"])
    faults = []
    for panel, code, reason in change.void:
        if panel not in panels or code not in panels[panel].members or not reason.strip():
            text = gettext_noop("%(panel)s/%(expert)s: not a member, or no reason given.")
            faults.append(Message(text, {"panel": panel, "expert": code}))
    for code in sorted(set(change.unavailable) - set(inputs.experts)):
        faults.append(Message(gettext_noop("%(expert)s is not an expert of this draw."), {"expert": code}))
    numbers = {number for group in inputs.groups.values() for number in group}
    for number, code, rule in sorted(change.conflicts):
        if number not in numbers or code not in inputs.experts or not rule.strip():
            text = gettext_noop("%(number)s/%(expert)s: the conflict names an unknown application, expert or rule.")
            faults.append(Message(text, {"number": number, "expert": code}))
    if faults:
        raise InputError(faults)
    ending = {(panel, code) for panel, code, _reason in change.void}
    return _State(
        replace(inputs, conflicts=tuple(sorted(conflicts))),
        {
            panel: PanelSeats(
                [code for code in panels[panel].members if (panel, code) not in ending],
                [code for code in panels[panel].alternates if code not in gone],
            )
            for panel in sorted(panels)
        },
        left | ending,
        gone,
    )


def _fill(state: _State, seed: bytes, panel: str) -> list[str]:
    """Seat the alternates of this panel first, then others by ticket. Raises Shortage."""
    seats, missing = state.panels[panel], state.inputs.settings.size - len(state.panels[panel].members)
    if not missing:
        return []
    reserve, seats.alternates = seats.alternates, []
    taken = {code for other in state.panels.values() for code in (*other.members, *other.alternates)}
    taken |= state.unavailable | {code for own, code in state.left if own == panel}
    others = taken - set(seats.members)
    order = [*reserve, *(code for code in ticket_order(state.inputs, seed, panel) if code not in reserve)]
    found = list(walk(state.inputs, order, panel, seats, others, missing))
    seats.members += found
    seats.alternates = [code for code in reserve if code not in found]
    if len(found) < missing:
        line = ShortageLine(panel, missing - len(found), FIELD, {}, Message(REMEDIES[FIELD]))
        raise Shortage(ShortageReport((line,), (), ()))
    return found


def _refuse_lost_quorum(state: _State) -> None:
    """A conflict found later may leave too few members for an application; then somebody has to leave."""
    faults = []
    for panel, seats in state.panels.items():
        recusals = state.inputs.recusals(panel)
        for number in state.inputs.groups[panel]:
            able = sum(number not in recusals.get(code, ()) for code in seats.members)
            if able < state.inputs.settings.quorum:
                text = gettext_noop("%(number)s: only %(able)s members without a conflict; replace one of the others.")
                faults.append(Message(text, {"number": number, "able": able}))
    if faults:
        raise InputError(faults)
