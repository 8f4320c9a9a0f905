"""Panels: grouped by field, quorum after recusal, drawn by a walk that can be followed with a pencil."""

import json
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.assignment.messages import InputError
from reviews.assignment.panels import (
    PanelInputs,
    PanelSettings,
    best_panels,
    group_applications,
    make_panel_draw,
    make_panel_manifest,
    read_panels,
)
from reviews.assignment.shortage import Shortage
from reviews.assignment.tickets import canonical, draw_digest, draw_seed, sha256, tickets
from reviews.assignment.verify_draw import verify
from tests.reviews.assignment.builders import BUREAU, COMMITMENTS, INSPECTOR, SECRETS


def panel_year(seed: int = 1, *, experts: int = 24, panels: int = 2, share: float = 1, size: int = 4) -> PanelInputs:
    """Panels of four with a quorum of three; about one pair in twelve is in conflict."""
    chance = random.Random(seed)  # noqa: S311 - a year, not a draw
    groups = {f"P{one}": [f"2020-{10 * one + place:04d}" for place in range(3)] for one in range(1, panels + 1)}
    codes = [f"E{place:03d}" for place in range(experts)]
    return PanelInputs.build(
        groups,
        experts={code: f"O{chance.randrange(experts * 2 // 3)}" for code in codes},
        pairs=[(panel, code, chance.randint(1, 100)) for panel in groups for code in codes if chance.random() < share],
        conflicts=[(n, c, "C1") for group in groups.values() for n in group for c in codes if chance.random() < 0.08],
        settings=PanelSettings(size=size, quorum=size - 1),
    )


def drawn(inputs: PanelInputs, value: str = "2020123") -> tuple[bytes, bytes, bytes]:
    manifest = make_panel_manifest(
        inputs, campaign=2020, counter=1, reason="", commitments=COMMITMENTS, beacon="lottery issue 2020123"
    )
    return inputs.to_bytes(), manifest, make_panel_draw(inputs, manifest, SECRETS, value)


def failed(files: tuple[bytes, bytes, bytes]) -> list[str]:
    return [check.name for check in verify(*files) if not check.passed]


def assert_panel_rules(inputs: PanelInputs, members: dict[str, list[str]]) -> None:
    """Invariant 14, and one panel per expert, one expert per organisation."""
    clashes = {(number, code) for number, code, _rule in inputs.conflicts}
    seats = [code for codes in members.values() for code in codes]
    assert len(set(seats)) == len(seats)
    for panel, codes in members.items():
        assert len(codes) == inputs.settings.size
        assert set(codes) <= set(inputs.match[panel])
        assert len({inputs.experts[code] for code in codes}) == len(codes)
        for number in inputs.groups[panel]:
            assert sum((number, code) not in clashes for code in codes) >= inputs.settings.quorum


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from((1.0, 0.6)))
def test_panels_keep_every_rule_by_walk_and_by_solver(seed: int, share: float) -> None:
    inputs = panel_year(seed, share=share, experts=24 if share == 1 else 16)
    try:
        files = drawn(inputs)
    except Shortage as shortage:
        found = shortage.report
    else:
        found = None
    if found is not None:
        assert found.missing > 0
        return
    assert_panel_rules(inputs, {panel: seats.members for panel, seats in read_panels(files[2]).items()})
    assert failed(files) == []


def test_the_walk_with_a_pencil() -> None:
    """In ticket order; passed over: used, of an organisation that sits already, one recusal too many."""
    inputs = panel_year(2)
    seed = draw_seed(sha256(drawn(inputs)[1]), BUREAU, INSPECTOR, "2020123")
    content = json.loads(drawn(inputs)[2])
    assert content["method"] == "walk"
    clashes = {(number, code) for number, code, _rule in inputs.conflicts}
    used: set[str] = set()
    reasons: Counter[str] = Counter()
    for panel in ("P1", "P2"):
        luck = tickets(seed, "panel-v1", [(panel, code) for code in inputs.experts], 64)
        taken: list[str] = []
        skipped = []
        for _ticket, code in sorted(zip(luck, inputs.experts, strict=True)):
            beside = [*taken, code]
            recused = [sum((number, one) in clashes for one in beside) for number in inputs.groups[panel]]
            mine = any((number, code) in clashes for number in inputs.groups[panel])
            if code in used:
                skipped.append([code, "used"])
            elif inputs.experts[code] in [inputs.experts[one] for one in taken]:
                skipped.append([code, "organisation"])
            elif mine and max(recused) > 1:
                skipped.append([code, "recusal"])
            else:
                taken.append(code)
            if len(taken) == 4:
                break
        row = content["panels"][panel]
        assert row["members"] == taken
        assert row["skipped"][: len(skipped)] == skipped
        assert len(row["alternates"]) == 2
        reasons.update(reason for _code, reason in row["skipped"])
        used |= set(taken)
    assert set(reasons) == {"used", "organisation", "recusal"}


def test_alternates_are_nobody_s_members_and_differ() -> None:
    panels = read_panels(drawn(panel_year(3))[2])
    everybody = [code for seats in panels.values() for code in (*seats.members, *seats.alternates)]
    assert len(set(everybody)) == len(everybody) == 2 * (4 + 2)


def test_a_small_pool_is_drawn_by_the_least_sum_of_tickets() -> None:
    inputs = panel_year(5, experts=11)
    files = drawn(inputs)
    assert json.loads(files[2])["method"] == "solver"
    assert failed(files) == []


def test_hundred_values_give_hundred_panels_and_the_same_value_the_same() -> None:
    inputs = panel_year(1)
    digests = {json.loads(drawn(inputs, f"value {one}")[2])["digest"] for one in range(100)}
    assert len(digests) == 100
    assert drawn(inputs) == drawn(PanelInputs.read(inputs.to_bytes()))


def exchange(content: dict[str, Any], *, which: int) -> None:
    """A member gives way to the first alternate, with the right digest."""
    row = content["panels"]["P1"]
    row["members"][which], row["alternates"][0] = row["alternates"][0], row["members"][which]
    content["digest"] = draw_digest(
        (panel, f"{kind}{place}", code)
        for panel, one in content["panels"].items()
        for kind, key in (("M", "members"), ("A", "alternates"))
        for place, code in enumerate(one[key], start=1)
    )


@pytest.mark.parametrize(("experts", "which"), [(24, 0), (24, 3), (11, 0), (11, 2)])
def test_a_member_put_in_by_hand_is_detected(experts: int, which: int) -> None:
    inputs, manifest, draw = drawn(panel_year(9, experts=experts))
    content = json.loads(draw)
    assert content["method"] == ("walk" if experts == 24 else "solver")
    exchange(content, which=which)
    assert failed((inputs, manifest, canonical(content))) != []
    assert "digest" not in failed((inputs, manifest, canonical(content)))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda c: c["panels"]["P1"]["members"].pop(), "panels: every rule is kept"),
        (lambda c: c["panels"].pop("P2"), "panels: every rule is kept"),
        (lambda c: c["panels"]["P1"]["skipped"].pop(), "panels: alternates and those passed over"),
        (lambda c: c.update(method="solver"), "panels: the method follows from the rule"),
        (lambda c: c.update(digest="0"), "digest"),
        (lambda c: c.update(beacon_value="2020124"), "panels: follow from the tickets"),
    ],
)
def test_changed_files_of_panels_are_detected(change: Any, name: str) -> None:
    inputs, manifest, draw = drawn(panel_year(3))
    content = json.loads(draw)
    change(content)
    assert name in failed((inputs, manifest, canonical(content)))


def test_the_best_panels_keep_the_rules_and_count_recusals() -> None:
    """Compared with every choice of one small panel."""
    from itertools import combinations

    inputs = panel_year(4, experts=9, panels=1, size=3)
    clashes = {(number, code) for number, code, _rule in inputs.conflicts}

    def value(codes: Any) -> int:
        recusals = sum((number, code) in clashes for number in inputs.groups["P1"] for code in codes)
        return sum(inputs.match["P1"][code] for code in codes) - 200 * recusals

    def is_legal(codes: Any) -> bool:
        sides = [sum((number, code) in clashes for code in codes) for number in inputs.groups["P1"]]
        return len({inputs.experts[code] for code in codes}) == 3 and max(sides) <= 1

    best = best_panels(inputs)
    assert_panel_rules(inputs, best)
    assert value(best["P1"]) == max(value(codes) for codes in combinations(inputs.experts, 3) if is_legal(codes))


def test_panels_that_cannot_be_filled_say_where_and_how_many() -> None:
    inputs = PanelInputs.build(
        {"P1": ["2020-0001"], "P2": ["2020-0002"]},
        experts={f"E{place}": f"O{place}" for place in range(5)},
        pairs=[(panel, f"E{place}", 50) for panel in ("P1", "P2") for place in range(5)],
        settings=PanelSettings(size=3, quorum=3),
    )
    with pytest.raises(Shortage) as caught:
        best_panels(inputs)
    assert caught.value.report.missing == 1
    assert [line.rule for line in caught.value.report.lines] == ["used"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"groups": {}}, "There are no applications to assign."),
        ({"groups": {"P1": ["2020-0001"], "P2": ["2020-0001"]}}, "2020-0001 stands in two panels."),
        ({"pairs": [("P1", "E9", 5)]}, "P1/E9: unknown, listed twice, or no match from 1 to 100."),
        ({"pairs": [("P1", "E1", 5)] * 2}, "P1/E1: unknown, listed twice, or no match from 1 to 100."),
        ({"conflicts": [("2020-0009", "E1", "C1")]},
         "2020-0009/E1: the conflict names an unknown application, expert or rule."),
        ({"settings": PanelSettings(size=3, quorum=4)}, "The quorum must lie between 1 and the size of the panel."),
        ({"experts": {"E|1": "O1"}}, "“E|1” cannot be used as a code."),
    ],
)  # fmt: skip
def test_contradictions_of_panels_are_named(changes: dict[str, Any], message: str) -> None:
    given_: dict[str, Any] = {"groups": {"P1": ["2020-0001"]}, "experts": {"E1": "O1"}, "pairs": [("P1", "E1", 5)]}
    with pytest.raises(InputError) as caught:
        PanelInputs.build(**(given_ | changes))
    assert message in [str(one) for one in caught.value.messages]


@settings(max_examples=60)
@given(st.lists(st.sampled_from("ABCDE"), min_size=1, max_size=80), st.integers(2, 12))
def test_groups_hold_each_application_once_and_large_fields_stay_apart(names: list[str], size: int) -> None:
    fields = {f"2020-{place:04d}": name for place, name in enumerate(names)}
    groups = group_applications(fields, size=size)
    assert sorted(number for group in groups.values() for number in group) == sorted(fields)
    assert list(groups) == [f"P{place:02d}" for place in range(1, len(groups) + 1)]
    counts = Counter(names)
    for group in groups.values():
        inside = {fields[number] for number in group}
        assert len(inside) == 1 or all(2 * counts[name] < size for name in inside)
        assert 0 < len(group) <= size * 3 // 2
    assert group_applications(dict(reversed(fields.items())), size=size) == groups
