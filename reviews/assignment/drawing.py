"""The draw itself: shortlist, manifest, lottery, and the files by which anybody can check it.

First the shortlist, as many times the seats as the ratio says, by match. Its hash, the commitments and
the public value to be read are published in the manifest. When that value exists, the secrets are
opened and the lottery runs inside the shortlist by tickets alone.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reviews.assignment.inputs import Inputs, as_inputs
from reviews.assignment.messages import InputError, Message, gettext_noop
from reviews.assignment.network import Infeasible
from reviews.assignment.planning import ASSIGNMENT, DRAW, lottery_places, shortlist_places
from reviews.assignment.tickets import Pair, canonical, commitment, draw_digest, draw_seed, sha256
from reviews.assignment.watching import Watch

PROTOCOL = "draw-v1"
PROGRAM = "qa-portal assignment 1"  # of the algorithm: a change that could alter a result raises it


@dataclass(frozen=True, slots=True)
class Commitments:
    """SHA-256 of each secret, published before the public value exists."""

    bureau: str
    inspector: str


@dataclass(frozen=True, slots=True)
class Secrets:
    """The 32 bytes of each party in hexadecimal, opened after the public value exists."""

    bureau: str
    inspector: str


def make_shortlist(inputs: Inputs | bytes, watch: Watch | None = None) -> list[Pair]:
    """The candidates of every application, sorted; unique for these inputs. Raises InputError if impossible."""
    inputs, watch = as_inputs(inputs), watch or Watch()
    watch.step(0, 1, gettext_noop("Making the shortlist"))
    try:
        return inputs.code_pairs(shortlist_places(inputs, watch))
    except Infeasible:
        raise InputError([Message(gettext_noop("These settings cannot be kept; make a plan first."))]) from None


def make_manifest(
    inputs: Inputs | bytes,
    shortlist: Sequence[Pair],
    *,
    campaign: int,
    counter: int,
    reason: str,
    commitments: Commitments,
    beacon: str,
) -> bytes:
    """The content of manifest.json; its SHA-256 is what gets published before the public value exists.

    `counter` is 1 for the first draw of a campaign; each further one has a published `reason`.
    `beacon` names the public value (lottery issue, beacon round, with a rule if it fails). Raises InputError.
    """
    inputs = as_inputs(inputs)
    content = {
        "protocol": PROTOCOL,
        "mode": DRAW if inputs.settings.shortlist_ratio > 1 else ASSIGNMENT,
        "inputs_sha256": inputs.sha256,
        "shortlist": sorted(shortlist),
    } | manifest_head(campaign, counter, reason, commitments, beacon)
    return canonical(content)


def manifest_head(campaign: int, counter: int, reason: str, commitments: Commitments, beacon: str) -> dict[str, Any]:
    """What the manifests of draws and of panels have in common. Raises InputError."""
    faults = []
    if counter < 1:
        faults.append(Message(gettext_noop("The draws of a campaign are counted from 1.")))
    if counter > 1 and not reason.strip():
        faults.append(Message(gettext_noop("A further draw needs a reason.")))
    if not beacon.strip():
        faults.append(Message(gettext_noop("Name the public value that will be read.")))
    both = (commitments.bureau, commitments.inspector)
    if not all(len(one) == 64 and set(one) <= set("0123456789abcdef") for one in both) or both[0] == both[1]:
        faults.append(Message(gettext_noop("Bureau and inspector each commit to a secret of their own.")))
    if faults:
        raise InputError(faults)
    return {
        "campaign": campaign,
        "counter": counter,
        "reason": reason.strip(),
        "commitments": {"bureau": both[0], "inspector": both[1]},
        "beacon": beacon.strip(),
        "program": PROGRAM,
    }


def opened_seed(manifest_bytes: bytes, manifest: dict[str, Any], secrets: Secrets, beacon_value: str) -> bytes:
    """The seed, once secrets and public value are known. Raises InputError if a secret is not the promised one."""
    faults = []
    texts = {
        "bureau": gettext_noop("The secret of the bureau is not the one committed to."),
        "inspector": gettext_noop("The secret of the inspector is not the one committed to."),
    }
    for who, text in texts.items():
        try:
            is_promised = commitment(getattr(secrets, who)) == manifest["commitments"][who]
        except ValueError:
            is_promised = False
        if not is_promised:
            faults.append(Message(text))
    if not beacon_value.strip() or beacon_value != beacon_value.strip():
        faults.append(Message(gettext_noop("Give the public value as it was published, without spaces around it.")))
    if faults:
        raise InputError(faults)
    return draw_seed(sha256(manifest_bytes), secrets.bureau, secrets.inspector, beacon_value)


def read_manifest(manifest_bytes: bytes, inputs_sha256: str, protocol: str = PROTOCOL) -> dict[str, Any]:
    """The manifest of exactly these inputs. Raises InputError."""
    try:
        manifest = json.loads(manifest_bytes)
        is_known = manifest["protocol"] == protocol
        belongs = manifest["inputs_sha256"] == inputs_sha256
    except (ValueError, KeyError, TypeError):
        is_known = belongs = False
    if not is_known:
        raise InputError([Message(gettext_noop("This is not a manifest of this protocol."))])
    if not belongs:
        raise InputError([Message(gettext_noop("The manifest belongs to other inputs."))])
    return dict(manifest)


def make_draw(
    inputs: Inputs | bytes,
    manifest_bytes: bytes,
    secrets: Secrets,
    beacon_value: str,
    watch: Watch | None = None,
) -> bytes:
    """The content of draw.json: the drawn pairs and what proves them. Raises InputError."""
    inputs, watch = as_inputs(inputs), watch or Watch()
    manifest = read_manifest(manifest_bytes, inputs.sha256)
    seed = opened_seed(manifest_bytes, manifest, secrets, beacon_value)
    watch.step(0, 1, gettext_noop("Drawing by tickets"))
    try:
        shortlist = np.sort(inputs.places_of([(number, code) for number, code in manifest["shortlist"]]))
        drawn = inputs.code_pairs(lottery_places(inputs, shortlist, seed, watch))
    except (KeyError, Infeasible):
        raise InputError(
            [Message(gettext_noop("The shortlist of the manifest does not follow from the inputs."))]
        ) from None
    return draw_file(manifest_bytes, secrets, beacon_value, {"pairs": drawn, "digest": draw_digest(drawn)})


def draw_file(manifest_bytes: bytes, secrets: Secrets, beacon_value: str, result: dict[str, Any]) -> bytes:
    """A result together with the opened secrets, as published."""
    opened = {
        "manifest_sha256": sha256(manifest_bytes),
        "secrets": {"bureau": secrets.bureau, "inspector": secrets.inspector},
        "beacon_value": beacon_value,
    }
    return canonical(opened | result)


def drawn_pairs(draw_bytes: bytes) -> list[Pair]:
    """The pairs of a draw.json, sorted."""
    return sorted((number, code) for number, code in json.loads(draw_bytes)["pairs"])
