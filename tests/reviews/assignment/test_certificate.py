"""A draw that anybody can check: accepted as it is, refused after any change of any file."""

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reviews.assignment import verify_draw
from reviews.assignment.drawing import Commitments, Secrets, drawn_pairs, make_draw, make_manifest, make_shortlist
from reviews.assignment.inputs import Expert, Inputs
from reviews.assignment.messages import InputError
from reviews.assignment.planning import forecast, lottery_places, make_plan
from reviews.assignment.tickets import canonical, commitment, draw_digest, new_secret, sha256
from reviews.assignment.verify_draw import Unreadable, verify
from reviews.assignment.watching import Watch
from tests.reviews.assignment.builders import COMMITMENTS, SECRETS, Certificate, certificate, roomy_year
from tests.reviews.assignment.test_flow import assert_rules

SCRIPT = Path(verify_draw.__file__)


@pytest.fixture(scope="module")
def made() -> Certificate:
    return certificate()


def failed(inputs: bytes, manifest: bytes, draw: bytes, changes: Any = ()) -> list[str]:
    return [check.name for check in verify(inputs, manifest, draw, changes) if not check.passed]


def changed(data: bytes, change: Any) -> bytes:
    """The same file after `change(content)`, in canonical form again."""
    content = json.loads(data)
    change(content)
    return canonical(content)


def test_the_draw_is_accepted_and_keeps_every_rule(made: Certificate) -> None:
    """Invariants 1, 2, 4, 5."""
    assert failed(*made[:3]) == []
    assert len(verify(*made[:3])) == 18
    assert_rules(made.plan.inputs, drawn_pairs(made.draw))
    shortlist = {tuple(pair) for pair in json.loads(made.manifest)["shortlist"]}
    assert len(shortlist) == 12 * 2 * 3
    assert set(drawn_pairs(made.draw)) <= shortlist


def test_every_legal_single_swap_is_refused(made: Certificate) -> None:
    """Invariant 10: a pair for another of the same application, or two experts exchanged, with the right digest."""
    pairs = drawn_pairs(made.draw)
    shortlist = [tuple(pair) for pair in json.loads(made.manifest)["shortlist"]]
    swaps = [
        sorted([*(pair for pair in pairs if pair != old), new])
        for old, new in itertools.product(pairs, shortlist)
        if new not in pairs and new[0] == old[0]
    ]
    for (a, e), (b, f) in itertools.combinations(pairs, 2):
        swaps.append(sorted([*(pair for pair in pairs if pair not in ((a, e), (b, f))), (a, f), (b, e)]))
    listed = sorted(shortlist)
    inputs = json.loads(made.inputs)
    seed = verify_draw.seed_of(sha256(made.manifest), json.loads(made.draw)["secrets"], "2020123")
    _first, second = verify_draw.tasks_of(inputs, made.inputs, listed, seed)  # type: ignore[arg-type]
    legal = [swap for swap in swaps if swap != pairs and not second.faults(swap)]
    assert len(legal) > 50
    assert [swap for swap in legal if second.proof(swap)[0]] == []
    worst = legal[0]
    forged = changed(made.draw, lambda draw: draw.update(pairs=worst, digest=draw_digest(worst)))
    assert failed(made.inputs, made.manifest, forged) == ["draw: follows from tickets and matches"]


def swap_in_shortlist(manifest: dict[str, Any]) -> None:
    """One candidate less, another one instead: E-codes that stand beside each other in the pool."""
    number = manifest["shortlist"][0][0]
    mine = [code for one, code in manifest["shortlist"] if one == number]
    other = next(code for place in range(2, 25) if (code := f"E{place:03d}") not in mine)
    manifest["shortlist"][0] = [number, other]
    manifest["shortlist"].sort()


TAMPERINGS: dict[str, tuple[str, Any, str]] = {
    "a match": ("inputs", lambda c: c["pairs"][3].__setitem__(2, 1), "inputs hash"),
    "a conflict": ("inputs", lambda c: c["conflicts"].pop(), "inputs hash"),
    "a load": ("inputs", lambda c: c["experts"]["E001"].update(max=9), "inputs hash"),
    "the number of seats": ("inputs", lambda c: c["applications"]["2020-0001"].update(k=1), "inputs hash"),
    "the shortlist": ("manifest", swap_in_shortlist, "manifest hash"),
    "the counter": ("manifest", lambda c: c.update(counter=2), "manifest hash"),
    "the public value to be read": ("manifest", lambda c: c.update(beacon="another"), "manifest hash"),
    "the commitment": ("manifest", lambda c: c["commitments"].update(bureau=commitment("33" * 32)), "manifest hash"),
    "the secret of the bureau": ("draw", lambda c: c["secrets"].update(bureau="33" * 32), "commitment of the bureau"),
    "the secret of the inspector": (
        "draw", lambda c: c["secrets"].update(inspector="no hexadecimal"), "commitment of the inspector",
    ),
    "the public value": ("draw", lambda c: c.update(beacon_value="2020124"), "draw: follows from tickets and matches"),
    "the digest": ("draw", lambda c: c.update(digest="0" * 64), "digest"),
    "a drawn pair": ("draw", lambda c: c["pairs"].pop(), "draw: every rule is kept"),
    "a pair drawn twice": ("draw", lambda c: c["pairs"].append(c["pairs"][0]), "draw: every rule is kept"),
    "a pair in conflict": (
        "draw", lambda c: c["pairs"].__setitem__(0, ["2020-0001", "E001"]), "no pair in conflict is eligible",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERINGS)
def test_a_changed_file_is_detected(made: Certificate, what: str) -> None:
    name, change, expected = TAMPERINGS[what]
    files = made._asdict()
    files[name] = changed(files[name], change)
    assert expected in failed(files["inputs"], files["manifest"], files["draw"])


def resealed(made: Certificate, inputs: bytes, manifest: dict[str, Any]) -> Certificate:
    """All hashes made right again after a change, as a forger with every secret would."""
    manifest_bytes = canonical(manifest | {"inputs_sha256": sha256(inputs)})
    return Certificate(inputs, manifest_bytes, make_draw(inputs, manifest_bytes, SECRETS, "2020123"), made.plan)


def test_a_shortlist_made_by_hand_is_refused_though_every_hash_is_right(made: Certificate) -> None:
    manifest = json.loads(made.manifest)
    swap_in_shortlist(manifest)
    names = failed(*resealed(made, made.inputs, manifest)[:3])
    assert len(names) == 1
    assert names[0] in ("shortlist: every rule is kept", "shortlist: follows from tickets and matches")


def test_an_assignment_may_not_be_called_a_draw(made: Certificate) -> None:
    manifest = json.loads(made.manifest) | {"mode": "assignment"}
    assert failed(*resealed(made, made.inputs, manifest)[:3]) == ["named for what it is"]


def test_a_second_draw_without_a_reason_is_refused(made: Certificate) -> None:
    manifest = json.loads(made.manifest) | {"counter": 2}
    assert failed(*resealed(made, made.inputs, manifest)[:3]) == ["a further draw has a reason"]
    assert failed(*certificate(counter=2, reason="an expert was listed twice")[:3]) == []


def test_a_tie_is_called_a_tie() -> None:
    """Without tickets several choices are cheapest; the proof says so instead of calling one of them right."""
    price = {(number, code): 1 for number in ("A", "B") for code in ("E1", "E2")}
    task = verify_draw.Task(price, {"A": 1, "B": 1}, {"E1": "O1", "E2": "O2"}, {"E1": (0, 1), "E2": (0, 1)}, 1)
    assert task.proof([("A", "E1"), ("B", "E2")]) == (True, False)


def both_ways(*edges: tuple[int, int]) -> list[verify_draw.Arc]:
    return [arc for number, (a, b) in enumerate(edges) for arc in ((a, b, 0, number), (b, a, 0, number))]


@pytest.mark.parametrize(
    ("nodes", "arcs", "expected"),
    [
        (3, [], False),
        (3, both_ways((0, 1), (1, 2)), False),  # there and back is no cycle
        (3, both_ways((0, 1), (1, 2), (2, 0)), True),
        (2, both_ways((0, 1), (0, 1)), True),  # there on one edge, back on another
        (3, [(0, 1, 0, 0), (1, 2, 0, 1), (2, 0, 0, 2)], True),
        (3, [(0, 1, 0, 0), (1, 2, 0, 1), (0, 2, 0, 2)], False),
        (4, [*both_ways((0, 1), (1, 2)), (3, 0, 0, 9), (2, 3, 0, 8)], True),
        (4, [*both_ways((0, 1), (2, 3)), (1, 2, 0, 9)], False),
    ],
)
def test_what_counts_as_a_free_cycle(nodes: int, arcs: list[verify_draw.Arc], expected: bool) -> None:
    assert verify_draw.has_cycle(nodes, arcs) is expected


def test_the_same_secrets_and_manifest_give_the_same_draw_whatever_the_order_of_rows(made: Certificate) -> None:
    """Invariant 9."""
    content = json.loads(made.inputs)
    shuffled = Inputs.build(
        applications={n: row["k"] for n, row in reversed(content["applications"].items())},
        experts={c: made_expert(row) for c, row in reversed(content["experts"].items())},
        pairs=[tuple(pair) for pair in reversed(content["pairs"])],
        conflicts=[tuple(row) for row in reversed(content["conflicts"])],
        settings=made.plan.inputs.settings,
    )
    assert shuffled.to_bytes() == made.inputs
    assert make_draw(shuffled, made.manifest, SECRETS, "2020123") == made.draw


def made_expert(row: dict[str, Any]) -> Expert:
    return Expert(row["org"], row["min"], row["max"])


def test_a_hundred_public_values_give_a_hundred_draws(made: Certificate) -> None:
    """Invariant 11."""
    digests = {
        json.loads(make_draw(made.plan.inputs, made.manifest, SECRETS, f"value {one}"))["digest"] for one in range(100)
    }
    assert len(digests) == 100


def test_pairs_of_an_expert_without_a_seat_can_go_without_changing_the_draw(made: Certificate) -> None:
    """Invariant 3: the tickets of the others stay the same, so does their choice."""
    inputs, seed = made.plan.inputs, b"s" * 32
    shortlist = inputs.places_of([(n, c) for n, c in json.loads(made.manifest)["shortlist"]])
    drawn = inputs.code_pairs(lottery_places(inputs, shortlist, seed, Watch()))
    seated = {code for _number, code in drawn}
    idle = next(inputs.codes[one] for one in inputs.expert_of[shortlist] if inputs.codes[one] not in seated)
    kept = [place for place in shortlist if inputs.codes[inputs.expert_of[place]] != idle]
    assert len(kept) < len(shortlist)
    assert inputs.code_pairs(lottery_places(inputs, np.array(kept), seed, Watch())) == drawn


@pytest.mark.parametrize(
    ("secrets", "value", "message"),
    [
        (Secrets("33" * 32, SECRETS.inspector), "1", "The secret of the bureau is not the one committed to."),
        (Secrets(SECRETS.bureau, "short"), "1", "The secret of the inspector is not the one committed to."),
        (SECRETS, " 1", "Give the public value as it was published, without spaces around it."),
        (SECRETS, "", "Give the public value as it was published, without spaces around it."),
    ],
)
def test_a_draw_needs_the_promised_secrets_and_the_public_value(
    made: Certificate, secrets: Secrets, value: str, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        make_draw(made.plan.inputs, made.manifest, secrets, value)
    assert [str(one) for one in caught.value.messages] == [message]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"counter": 0}, "The draws of a campaign are counted from 1."),
        ({"counter": 2}, "A further draw needs a reason."),
        ({"beacon": " "}, "Name the public value that will be read."),
        (
            {"commitments": Commitments("11" * 32, "11" * 32)},
            "Bureau and inspector each commit to a secret of their own.",
        ),
        (
            {"commitments": Commitments("short", "11" * 32)},
            "Bureau and inspector each commit to a secret of their own.",
        ),
    ],
)
def test_a_manifest_promises_everything_beforehand(made: Certificate, changes: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {
        "campaign": 2020, "counter": 1, "reason": "", "commitments": COMMITMENTS, "beacon": "issue 1",
    }  # fmt: skip
    with pytest.raises(InputError) as caught:
        make_manifest(made.plan.inputs, [], **(given | changes))
    assert [str(one) for one in caught.value.messages] == [message]


def test_a_manifest_of_other_inputs_is_refused(made: Certificate) -> None:
    other = make_plan(roomy_year(seed=2)).inputs
    with pytest.raises(InputError, match="other inputs"):
        make_draw(other, made.manifest, SECRETS, "1")
    with pytest.raises(InputError, match="protocol"):
        make_draw(other, b"{}", SECRETS, "1")


def test_settings_that_cannot_be_kept_make_no_shortlist() -> None:
    with pytest.raises(InputError, match="make a plan first"):
        make_shortlist(roomy_year(experts=6, applications=9))


def test_one_candidate_a_seat_is_drawn_and_proved_as_an_assignment() -> None:
    made = certificate(roomy_year(ratio=1))
    assert json.loads(made.manifest)["mode"] == "assignment"
    assert failed(*made[:3]) == []
    assert sorted(map(tuple, json.loads(made.manifest)["shortlist"])) == drawn_pairs(made.draw)


def test_fixed_pairs_stay_and_the_rest_is_drawn() -> None:
    content = json.loads(roomy_year().to_bytes())
    inputs = Inputs.build(
        applications={number: row["k"] for number, row in content["applications"].items()},
        experts={code: made_expert(row) for code, row in content["experts"].items()},
        pairs=[tuple(pair) for pair in content["pairs"]],
        fixed=[("2020-0001", "E005"), ("2020-0002", "E005")],
    )
    made = certificate(inputs)
    assert failed(*made[:3]) == []
    drawn = drawn_pairs(made.draw)
    assert sum(number == "2020-0001" for number, _code in drawn) == 1
    assert {("2020-0001", "E005"), ("2020-0001", "E006")}.isdisjoint(drawn)
    assert sum(code == "E005" for _number, code in drawn) <= 1  # three at most, two are fixed


def test_the_forecast_counts_trial_draws() -> None:
    rows = forecast(roomy_year(applications=6, experts=12), trials=30)
    assert [row.ratio for row in rows] == [3, 2, 1]
    assert [row.is_draw for row in rows] == [True, True, False]
    assert rows[2].largest_share == 1
    assert rows[0].largest_share < 1
    assert rows[0].match <= rows[1].match <= rows[2].match <= 1


def test_new_secrets_differ() -> None:
    assert new_secret() != new_secret()
    assert len(bytes.fromhex(new_secret())) == 32


# ------------------------------------------------------------------ the program on its own
def run_alone(*arguments: str) -> subprocess.CompletedProcess[str]:
    """As an inspector would: nothing of the portal, no packages."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), *arguments], capture_output=True, text=True, check=False
    )


def written(folder: Path, made: Certificate) -> list[str]:
    paths = []
    for name in ("inputs", "manifest", "draw"):
        path = folder / f"{name}.json"
        path.write_bytes(getattr(made, name))
        paths.append(str(path))
    return paths


def test_the_program_says_its_verdict_in_both_languages(made: Certificate, tmp_path: Path) -> None:
    paths = written(tmp_path, made)
    answer = run_alone(*paths)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.splitlines()[-1] == "VALID: every check passed. 核验通过"
    (tmp_path / "draw.json").write_bytes(changed(made.draw, lambda draw: draw.update(digest="0" * 64)))
    answer = run_alone(*paths)
    assert answer.returncode == 1
    assert [line for line in answer.stdout.splitlines() if line.startswith("FAIL")] == [
        f"FAIL digest  结果摘要一致: {'0' * 64}"
    ]
    assert answer.stdout.splitlines()[-1] == "NOT VALID: see FAIL above. 核验未通过"


def test_the_program_tests_itself() -> None:
    answer = run_alone("--self-test")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith("self-test passed 自检通过: ")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"protocol":"draw-v1","protocol":"draw-v1"}'])
def test_files_that_are_none_end_with_one_line(made: Certificate, tmp_path: Path, content: str) -> None:
    paths = written(tmp_path, made)
    Path(paths[1]).write_text(content, encoding="utf-8")
    answer = run_alone(*paths)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith("cannot be checked 无法核验: ")
    assert answer.stderr.count("\n") == 1


def test_usage_and_a_missing_file(tmp_path: Path) -> None:
    assert run_alone().returncode == 2
    assert run_alone("--help").returncode == 2
    assert run_alone(*(str(tmp_path / name) for name in "abc")).returncode == 2


def test_a_key_that_stands_twice_is_refused(made: Certificate) -> None:
    """Two programs could read two different values from it."""
    with pytest.raises(Unreadable, match="twice"):
        verify(made.inputs, made.manifest, made.draw[:-1] + b',"digest":"0"}')


def test_the_checker_imports_nothing_but_the_standard_library() -> None:
    lines = [line for line in SCRIPT.read_text(encoding="utf-8").splitlines() if line.startswith(("import ", "from "))]
    names = {line.split()[1].split(".")[0] for line in lines}
    assert names <= set(sys.stdlib_module_names)
    assert len(names) > 5
