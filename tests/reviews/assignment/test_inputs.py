"""The inputs: one canonical form whatever the order, and errors that name what is wrong."""

import json
import random
from typing import Any

import pytest

from reviews.assignment.candidates import candidate_lists, lots
from reviews.assignment.inputs import Expert, Inputs, Settings, as_inputs
from reviews.assignment.messages import InputError, Message
from reviews.assignment.tickets import commitment, draw_digest, sha256, tickets
from tests.reviews.assignment.builders import roomy_year

PARTS: dict[str, Any] = {
    "applications": {"2020-0002": 1, "2020-0001": 2},
    "experts": {"E2": Expert("组织2", 0, 2), "E1": Expert("O1", 1, 2), "E3": Expert("O3", 0, 1)},
    "pairs": [("2020-0002", "E2", 7), ("2020-0001", "E2", 100), ("2020-0001", "E1", 1), ("2020-0002", "E1", 9)],
    "conflicts": [("2020-0002", "E1", "C4"), ("2020-0002", "E1", "C1")],
}


def test_the_canonical_form_byte_by_byte() -> None:
    """A pair in conflict is gone; everything is sorted; Chinese stands as it is."""
    inputs = Inputs.build(**PARTS)
    assert inputs.to_bytes().decode() == (
        '{"applications":{"2020-0001":{"k":2},"2020-0002":{"k":1}},'
        '"conflicts":[["2020-0002","E1","C1"],["2020-0002","E1","C4"]],'
        '"experts":{"E1":{"max":2,"min":1,"org":"O1"},"E2":{"max":2,"min":0,"org":"组织2"},'
        '"E3":{"max":1,"min":0,"org":"O3"}},'
        '"pairs":[["2020-0001","E1",1],["2020-0001","E2",100],["2020-0002","E2",7]],'
        '"settings":{"org_cap":1,"score_floor":0,"shortlist_ratio":3}}'
    )
    assert inputs.sha256 == sha256(inputs.to_bytes())


def test_the_hash_does_not_depend_on_the_order_of_the_rows() -> None:
    expected = Inputs.build(**PARTS).sha256
    for seed in range(20):
        chance = random.Random(seed)  # noqa: S311
        shuffled = {}
        for name, part in PARTS.items():
            rows = list(part.items()) if isinstance(part, dict) else list(part)
            chance.shuffle(rows)
            shuffled[name] = dict(rows) if isinstance(part, dict) else rows
        assert Inputs.build(**shuffled).sha256 == expected


def test_what_is_read_is_what_was_written() -> None:
    inputs = roomy_year()
    again = Inputs.read(inputs.to_bytes())
    assert again.to_bytes() == inputs.to_bytes()
    assert again.code_pairs(again.places_of([("2020-0001", "E002")])) == [("2020-0001", "E002")]
    with pytest.raises(KeyError):
        again.places_of([("2020-0001", "E001")])  # in conflict
    assert as_inputs(inputs) is inputs


def test_inputs_longer_than_one_chunk_are_whole_json() -> None:
    codes = [f"E{place:04d}" for place in range(700)]
    inputs = Inputs.build(
        applications={f"2020-{place:04d}": 1 for place in range(150)},
        experts={code: Expert(code, 0, 9) for code in codes},
        pairs=((f"2020-{place:04d}", code, 50) for place in range(150) for code in codes),
    )
    assert len(list(inputs.chunks())) == 4  # head, twice up to 100,000 pairs, settings
    assert len(json.loads(inputs.to_bytes())["pairs"]) == 105_000
    assert inputs.sha256 == sha256(inputs.to_bytes())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"applications": {}}, "There are no applications to assign."),
        ({"applications": {"2020|1": 1}}, "“2020|1” cannot be used as a code."),
        ({"applications": {"2020-0001": -1}}, "2020-0001: the number of experts must be 0 or more, not -1."),
        ({"applications": {"2020-0001": True}}, "2020-0001: the number of experts must be 0 or more, not True."),
        ({"experts": {"E1": Expert("O 1", 0, 1)}}, "“O 1” cannot be used as a code."),
        ({"experts": {"E1": Expert("O1", 3, 2)}}, "E1: the loads 3 to 2 are not a range."),
        ({"pairs": [("2020-0001", "E9", 5)]}, "2020-0001/E9: unknown application or expert, or no whole score."),
        ({"pairs": [("2020-0001", "E1", 5.5)]}, "2020-0001/E1: unknown application or expert, or no whole score."),
        ({"pairs": [("2020-0001", "E1", 101)]}, "2020-0001/E1: the match must lie between 1 and 100."),
        ({"pairs": [("2020-0001", "E1", 0)]}, "2020-0001/E1: the match must lie between 1 and 100."),
        ({"pairs": [("2020-0001", "E1", 5)] * 2}, "2020-0001/E1: the pair is listed twice."),
        (
            {"conflicts": [("2020-0009", "E1", "C1")]},
            "2020-0009/E1: the conflict names an unknown application, expert or rule.",
        ),
        ({"settings": Settings(organisation_cap=0)}, "The limit of experts of one organisation must be at least 1."),
        ({"settings": Settings(shortlist_ratio=0)}, "The number of candidates per seat must be at least 1."),
        ({"settings": Settings(score_floor=101)}, "The smallest match must lie between 0 and 100."),
        ({"fixed": [("2020-0002", "E1")]}, "2020-0002/E1: a pair in conflict cannot be fixed."),
        ({"fixed": [("2020-0002", "E7")]}, "2020-0002/E7: the fixed pair is not known."),
        ({"fixed": [("2020-0002", "E2"), ("2020-0002", "E3")]}, "2020-0002: more experts are fixed than it has seats."),
    ],
)
def test_contradictions_are_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        Inputs.build(**(PARTS | changes))
    assert message in [str(one) for one in caught.value.messages]


def test_at_most_twenty_errors_are_listed() -> None:
    with pytest.raises(InputError) as caught:
        Inputs.build(**(PARTS | {"pairs": [(f"2021-{place}", "E1", 5) for place in range(90)]}))
    assert len(caught.value.messages) == 20


@pytest.mark.parametrize("data", [b"", b"[]", b'{"settings":{}}', b"\xff", b'{"applications":{"1":{"k":"x"}}}'])
def test_a_file_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        Inputs.read(data)


def test_another_spelling_of_the_same_inputs_is_refused() -> None:
    """Otherwise two files with different hashes would mean the same draw."""
    content = json.loads(Inputs.build(**PARTS).to_bytes())
    with pytest.raises(InputError, match="canonical"):
        Inputs.read(json.dumps(content).encode())


def test_a_fixed_pair_takes_its_seat_load_and_organisation() -> None:
    experts = {"E1": Expert("O1", 1, 2), "E2": Expert("O1", 0, 2), "E3": Expert("O3", 0, 1)}
    pairs = [(number, code, 50) for number in ("2020-0001", "2020-0002") for code in experts]
    inputs = Inputs.build(
        applications={"2020-0001": 2, "2020-0002": 1}, experts=experts, pairs=pairs, fixed=[("2020-0001", "E1")]
    )
    content = json.loads(inputs.to_bytes())
    assert content["applications"] == {"2020-0001": {"k": 1}, "2020-0002": {"k": 1}}
    assert content["experts"]["E1"] == {"max": 1, "min": 0, "org": "O1"}
    assert [pair[:2] for pair in content["pairs"] if pair[0] == "2020-0001"] == [["2020-0001", "E3"]]
    assert content["fixed"] == [["2020-0001", "E1"]]
    assert Inputs.read(inputs.to_bytes()).fixed == (("2020-0001", "E1"),)


# ------------------------------------------------------------------ hashes
def test_hashes_of_the_protocol() -> None:
    """Fixed values: whoever changes one makes every published draw unverifiable."""
    seed = bytes(range(32))
    assert tickets(seed, "draw-v1", [("2020-0001", "E0001")], 40) == [13166840773]
    assert commitment("00" * 32) == "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
    assert draw_digest([("b", "1"), ("a", "2")]) == sha256(b"a|2\nb|1")
    for wrong in ("00" * 31, "AA" * 32, "zz" * 32):
        with pytest.raises(ValueError):
            commitment(wrong)


def test_a_message_is_translated_with_the_messages_inside_it() -> None:
    message = Message("%(rule)s of %(n)s", {"rule": Message("load"), "n": 3})
    assert str(message) == "load of 3"
    assert message.translated({"load": "负荷", "%(rule)s of %(n)s": "%(n)s的%(rule)s"}.__getitem__) == "3的负荷"


# ------------------------------------------------------------------ candidate lists
def test_half_of_a_candidate_list_are_the_best_and_half_are_lots() -> None:
    matches = {f"E{place:03d}": place % 100 + 1 for place in range(400)}
    rows = list(candidate_lists([("2020-0001", matches)], "2020|1", per_application=50))
    codes = [code for _number, code, _score in rows]
    assert codes == sorted(set(codes))
    assert len(codes) == 50
    # four experts have each match: the best 25 are those from 95 up, and one more
    assert sum(matches[code] >= 95 for code in codes) >= 24
    lot = dict(zip(sorted(matches), lots("2020|1", "2020-0001", 400), strict=True))
    ordered = sorted(matches, key=lambda code: (-matches[code], lot[code]))
    assert set(ordered[:25]) <= set(codes)
    others = sorted(ordered[25:], key=lambda code: lot[code])[:25]
    assert set(codes) == {*ordered[:25], *others}
    assert list(candidate_lists([("2020-0001", dict(reversed(matches.items())))], "2020|1")) == rows
    assert list(candidate_lists([("2020-0001", matches)], "2020|2")) != rows


def test_a_short_list_stays_whole() -> None:
    assert list(candidate_lists([("2020-0001", {"E2": 5, "E1": 9})], "s")) == [
        ("2020-0001", "E1", 9),
        ("2020-0001", "E2", 5),
    ]
