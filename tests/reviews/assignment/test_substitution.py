"""After the draw: free seats go to the next tickets, and nothing else moves."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.assignment.drawing import drawn_pairs
from reviews.assignment.inputs import Expert, Inputs
from reviews.assignment.messages import InputError
from reviews.assignment.shortage import Shortage
from reviews.assignment.substitution import Change, read_change, substitute
from reviews.assignment.tickets import canonical, draw_digest, draw_seed, sha256, tickets
from reviews.assignment.verify_draw import verify
from tests.reviews.assignment.builders import BUREAU, INSPECTOR, Certificate, certificate, roomy_year


@pytest.fixture(scope="module")
def made() -> Certificate:
    return certificate()


def after(made: Certificate, **changes: Any) -> bytes:
    return substitute(made.plan.inputs, made.manifest, made.draw, Change(**changes))


def failed(made: Certificate, *changes: bytes) -> list[str]:
    return [check.name for check in verify(*made[:3], changes) if not check.passed]


def next_by_ticket(made: Certificate, ended: tuple[str, str], ring: set[tuple[str, str]]) -> str:
    """With a pencil: the smallest ticket among those who may take this one seat."""
    number, inputs = ended[0], made.plan.inputs
    held = set(drawn_pairs(made.draw)) - {ended}
    unit = dict(zip(inputs.codes, inputs.organisations, strict=True))
    units = {unit[code] for one, code in held if one == number}
    full = [code for code in inputs.codes if sum(code == other for _n, other in held) >= 3]
    free = sorted((n, c) for n, c in ring - held - {ended} if n == number and unit[c] not in units and c not in full)
    luck = tickets(draw_seed(sha256(made.manifest), BUREAU, INSPECTOR, "2020123"), "draw-v1", free, 40)
    return min(zip(luck, free, strict=True))[1][1]


def test_each_seat_goes_to_the_next_ticket_and_only_its_application_changes(made: Certificate) -> None:
    """Invariant 13, for every pair of the draw."""
    shortlist = {(number, code) for number, code in json.loads(made.manifest)["shortlist"]}
    pairs = drawn_pairs(made.draw)
    for number, code in pairs:
        change = after(made, void=[(number, code, "declined")])
        found = read_change(change)
        substitute_code = next_by_ticket(made, (number, code), shortlist)
        assert found.added == ((number, substitute_code),)
        assert found.pairs == tuple(sorted({*pairs, (number, substitute_code)} - {(number, code)}))
        assert failed(made, change) == []


@settings(max_examples=15)
@given(st.sets(st.integers(0, 23), min_size=1, max_size=6), st.integers(0, 2))
def test_many_seats_at_once(places: set[int], extra: int) -> None:
    made = certificate()
    pairs = drawn_pairs(made.draw)
    void = [(*pairs[place], "C4") for place in sorted(places)]
    change = after(made, void=void, extra={"2020-0003": extra})
    found = read_change(change)
    assert len(found.added) == len(void) + extra
    touched = {number for number, _code, _reason in void} | ({"2020-0003"} if extra else set())
    assert {number for number, _code in found.added} == touched
    assert [pair for pair in found.pairs if pair[0] not in touched] == [
        pair for pair in pairs if pair[0] not in touched
    ]
    assert not {(number, code) for number, code, _reason in void} & set(found.pairs)
    assert failed(made, change) == []


def test_changes_follow_each_other(made: Certificate) -> None:
    """Who declined once is not asked again; an expert who left takes nothing more."""
    first_pair = drawn_pairs(made.draw)[0]
    first = after(made, void=[(*first_pair, "declined")])
    added = read_change(first).added[0]
    second = after(made, void=[(*added, "declined")], unavailable=[added[1]], earlier=[first])
    third = after(made, extra={first_pair[0]: 1}, earlier=[first, second])
    gone = {first_pair, added}
    assert not gone & set(read_change(third).pairs)
    assert sum(number == first_pair[0] for number, _code in read_change(third).pairs) == 3
    assert failed(made, first, second, third) == []
    assert "change 1: follows the one before" in failed(made, second)
    assert "change 2: follows the one before" in failed(made, first, third)


def test_a_barred_pair_is_passed_over(made: Certificate) -> None:
    pair = drawn_pairs(made.draw)[0]
    usual = read_change(after(made, void=[(*pair, "declined")])).added[0]
    change = after(made, void=[(*pair, "declined")], barred=[usual])
    assert usual not in read_change(change).pairs
    assert len(read_change(change).added) == 1
    assert failed(made, change) == []


def test_outside_the_shortlist_only_when_it_is_used_up() -> None:
    """Two candidates for the only seat: then the other eligible experts follow, again by ticket."""
    inputs = Inputs.build(
        applications={"2020-0001": 1},
        experts={f"E{place}": Expert(f"O{place}", 0, 1) for place in range(6)},
        pairs=[("2020-0001", f"E{place}", 10 * place + 10) for place in range(6)],
    )
    made = certificate(inputs.with_settings(shortlist_ratio=2))
    shortlist = {(number, code) for number, code in json.loads(made.manifest)["shortlist"]}
    assert shortlist == {("2020-0001", "E4"), ("2020-0001", "E5")}
    pair = drawn_pairs(made.draw)[0]
    first = after(made, void=[(*pair, "declined")])
    assert set(read_change(first).added) == shortlist - {pair}
    last = read_change(first).added[0]
    second = after(made, void=[(*last, "declined")], earlier=[first])
    everybody = {("2020-0001", f"E{place}") for place in range(6)} - shortlist
    assert read_change(second).added == (("2020-0001", next_by_ticket(made, pair, everybody)),)
    assert failed(made, first, second) == []
    unavailable = [code for _number, code in everybody]
    with pytest.raises(Shortage) as caught:
        after(made, void=[(*last, "declined")], unavailable=unavailable, earlier=[first])
    assert caught.value.report.missing == 1


def two_of_six(cap: int, value: str) -> Certificate:
    """Two seats; three organisations with two experts each, all of them on the shortlist."""
    inputs = Inputs.build(
        applications={"2020-0001": 2},
        experts={f"E{place}": Expert(f"O{place // 2}", 0, 2) for place in range(6)},
        pairs=[("2020-0001", f"E{place}", 50) for place in range(6)],
    )
    return certificate(inputs.with_settings(organisation_cap=cap), value=value)


def test_the_next_ticket_is_passed_over_if_its_organisation_has_a_seat() -> None:
    passed_over = 0
    for value in range(12):
        made = two_of_six(1, f"value {value}")
        seed = draw_seed(sha256(made.manifest), BUREAU, INSPECTOR, f"value {value}")
        ended, kept = drawn_pairs(made.draw)
        others = [("2020-0001", f"E{place}") for place in range(6) if f"E{place}" not in (ended[1], kept[1])]
        order = [pair for _ticket, pair in sorted(zip(tickets(seed, "draw-v1", others, 40), others, strict=True))]
        allowed = [pair for pair in order if int(pair[1][1]) // 2 != int(kept[1][1]) // 2]
        passed_over += allowed[0] != order[0]
        change = after(made, void=[(*ended, "declined")])
        assert read_change(change).added == (allowed[0],)
        assert failed(made, change) == []
    assert passed_over > 0


def test_a_pair_that_holds_is_not_chosen_again() -> None:
    """Two experts of one organisation may sit together here, so only the pair itself keeps it from coming twice."""
    for value in range(12):
        made = two_of_six(2, f"value {value}")
        ended, kept = drawn_pairs(made.draw)
        change = after(made, void=[(*ended, "declined")])
        added = read_change(change).added
        assert not {kept, ended} & set(added)
        assert read_change(change).pairs == tuple(sorted({kept, *added}))
        assert failed(made, change) == []


def test_a_forged_change_is_detected(made: Certificate) -> None:
    pair = drawn_pairs(made.draw)[0]
    honest = json.loads(after(made, void=[(*pair, "declined")]))
    inputs, held = made.plan.inputs, {tuple(one) for one in honest["pairs"]}
    taken = {code for number, code in held if number == pair[0]}
    wished = next(
        c for c in reversed(inputs.codes) if c not in taken and (pair[0], c) in {tuple(p) for p in shortlist_of(made)}
    )
    pairs = sorted([*(held - {tuple(honest["added"][0])}), (pair[0], wished)])
    forged = honest | {"added": [[pair[0], wished]], "pairs": pairs, "digest": draw_digest(pairs)}
    assert failed(made, canonical(forged)) == ["change 1: follows from tickets and matches"]
    quiet = honest | {"pairs": honest["pairs"][1:]}
    assert failed(made, canonical(quiet)) == ["change 1: everything else stayed"]
    unfounded = honest | {"void": [[*pair, " "]]}
    assert failed(made, canonical(unfounded)) == ["change 1: only pairs that held ended, with a reason"]
    assert failed(made, canonical(honest | {"digest": "0"})) == ["change 1: digest"]


def shortlist_of(made: Certificate) -> list[list[str]]:
    rows: list[list[str]] = json.loads(made.manifest)["shortlist"]
    return rows


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"void": [("2020-0001", "E001", "declined")]}, "2020-0001/E001: not a pair that holds, or no reason given."),
        ({"unavailable": ["E999"]}, "E999 is not an expert of this draw."),
        ({"extra": {"2020-9999": 1}}, "2020-9999 is not an application of this draw."),
        ({"extra": {"2020-0001": -1}}, "The number of additional seats cannot be negative."),
    ],
)
def test_a_change_that_does_not_fit_is_refused(made: Certificate, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        after(made, **changes)
    assert [str(one) for one in caught.value.messages] == [message]


def test_a_pair_that_holds_is_not_barred_but_ended(made: Certificate) -> None:
    pair = drawn_pairs(made.draw)[0]
    with pytest.raises(InputError, match="end it to bar it"):
        after(made, barred=[pair])
    with pytest.raises(InputError, match="no reason given"):
        after(made, void=[(*pair, " ")])


def test_other_files_are_no_changes(made: Certificate) -> None:
    with pytest.raises(InputError):
        read_change(made.draw)
    with pytest.raises(InputError, match="other inputs"):
        substitute(roomy_year(seed=5), made.manifest, made.draw, Change())
