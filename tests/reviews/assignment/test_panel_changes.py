"""After the draw of panels: alternates first, then the next tickets; the other panels stay."""

import json
from typing import Any

import pytest

from reviews.assignment.messages import InputError
from reviews.assignment.panel_changes import PanelChange, substitute_members
from reviews.assignment.panels import PanelInputs, PanelSettings, read_panels
from reviews.assignment.shortage import Shortage
from reviews.assignment.tickets import canonical
from reviews.assignment.verify_draw import verify
from tests.reviews.assignment.test_panels import assert_panel_rules, drawn, panel_year

Files = tuple[bytes, bytes, bytes]


@pytest.fixture(scope="module")
def files() -> Files:
    return drawn(panel_year(2))


def after(files: Files, **changes: Any) -> bytes:
    return substitute_members(*files, PanelChange(**changes))


def failed(files: Files, *changes: bytes) -> list[str]:
    return [check.name for check in verify(*files, changes) if not check.passed]


def members_of(data: bytes) -> dict[str, list[str]]:
    return {panel: seats.members for panel, seats in read_panels(data).items()}


def test_every_member_is_replaced_by_an_alternate_if_the_rules_allow(files: Files) -> None:
    """An alternate kept the rules beside all members, so also beside the rest of them."""
    inputs, before = PanelInputs.read(files[0]), read_panels(files[2])
    for panel, seats in before.items():
        for code in seats.members:
            change = after(files, void=[(panel, code, "declined")])
            now = read_panels(change)
            assert json.loads(change)["added"] == [[panel, seats.alternates[0]]]
            assert set(now[panel].members) == {*seats.members, seats.alternates[0]} - {code}
            assert now[panel].alternates == seats.alternates[1:]
            assert {one: now[one].members for one in now if one != panel} == {
                one: before[one].members for one in before if one != panel
            }
            assert_panel_rules(inputs, members_of(change))
            assert failed(files, change) == []


def test_changes_follow_each_other_until_nobody_is_left(files: Files) -> None:
    inputs = PanelInputs.read(files[0])
    earlier: list[bytes] = []
    seen: set[str] = set()
    with pytest.raises(Shortage) as caught:
        for _ in range(30):
            code = members_of(earlier[-1] if earlier else files[2])["P1"][0]
            assert code not in seen
            seen.add(code)
            earlier.append(after(files, void=[("P1", code, "declined")], unavailable=[code], earlier=list(earlier)))
            assert_panel_rules(inputs, members_of(earlier[-1]))
    assert (caught.value.report.missing, caught.value.report.lines[0].number) == (1, "P1")
    assert len(earlier) > 3
    assert failed(files, *earlier) == []
    assert "change 1: follows the one before" in failed(files, *earlier[1:])


def test_a_conflict_found_later_counts_for_the_quorum() -> None:
    """Three members, a quorum of two: a second conflict with one application makes one of the two leave."""
    inputs = PanelInputs.build(
        {"P1": ["2020-0001", "2020-0002"]},
        experts={f"E{place:02d}": f"O{place}" for place in range(12)},
        pairs=[("P1", f"E{place:02d}", 50) for place in range(12)],
        settings=PanelSettings(size=3, quorum=2),
    )
    files = drawn(inputs)
    first, second, _third = members_of(files[2])["P1"]
    found = [("2020-0001", first, "C5")]
    change = after(files, conflicts=found)
    assert json.loads(change)["added"] == []
    found.append(("2020-0001", second, "C5"))
    with pytest.raises(InputError, match="2020-0001: only 1 members without a conflict"):
        after(files, conflicts=found)
    with pytest.raises(InputError, match="2020-0001: only 1 members without a conflict"):
        after(files, conflicts=found[1:], earlier=[change])
    change = after(files, conflicts=found, void=[("P1", second, "C5")])
    assert second not in members_of(change)["P1"]
    assert failed(files, change) == []


@pytest.mark.parametrize(
    ("alter", "name"),
    [
        (lambda c: c["added"][0].__setitem__(1, "E000"), "change 1: follows from the tickets"),
        (lambda c: c["panels"]["P2"]["members"].reverse(), "change 1: everything else stayed"),
        (lambda c: c["void"][0].__setitem__(2, ""), "change 1: only members left, with a reason"),
        (lambda c: c.update(digest="0"), "change 1: digest"),
        (lambda c: c.update(counter=2), "change 1: follows the one before"),
    ],
)
def test_a_forged_change_of_panels_is_detected(files: Files, alter: Any, name: str) -> None:
    content = json.loads(after(files, void=[("P1", members_of(files[2])["P1"][0], "declined")]))
    alter(content)
    assert failed(files, canonical(content)) == [name]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"void": [("P1", "E999", "declined")]}, "P1/E999: not a member, or no reason given."),
        ({"unavailable": ["E999"]}, "E999 is not an expert of this draw."),
        ({"conflicts": [("2020-9999", "E001", "C1")]},
         "2020-9999/E001: the conflict names an unknown application, expert or rule."),
    ],
)  # fmt: skip
def test_a_change_that_does_not_fit_the_panels_is_refused(files: Files, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        after(files, **changes)
    assert [str(one) for one in caught.value.messages] == [message]
