"""Hashes of the protocol "draw-v1": commitments, seed, tickets, digest.

All hashes are lower-case hexadecimal SHA-256. A ticket is the beginning of an HMAC, so anybody can
recompute it with the standard library; the pattern (pool, algorithm and source fixed before the value
exists) is that of RFC 3797.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from typing import Any

LOTTERY_BITS = 40
SHORTLIST_BITS = 32
PANEL_BITS = 64

Pair = tuple[str, str]


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def canonical(content: Any) -> bytes:
    """JSON as the protocol hashes it: UTF-8, keys sorted, no spaces."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def new_secret() -> str:
    """32 random bytes in hexadecimal, as the bureau and the inspector each keep one until the draw."""
    return secrets.token_hex(32)


def commitment(secret: str) -> str:
    """What is published of a secret beforehand. Raises ValueError unless it is 64 hexadecimal digits."""
    data = bytes.fromhex(secret)
    if len(data) != 32 or data.hex() != secret:
        raise ValueError("a secret is 32 bytes as 64 lower-case hexadecimal digits")
    return sha256(data)


def draw_seed(manifest_sha256: str, bureau: str, inspector: str, beacon_value: str) -> bytes:
    """Seed of the lottery: one honest source of the three is enough to make it unpredictable."""
    return hashlib.sha256("|".join(["seed-v1", manifest_sha256, bureau, inspector, beacon_value]).encode()).digest()


def shortlist_seed(inputs_sha256: str) -> bytes:
    """Seed of the tickets that settle ties of the shortlist: it follows from the inputs alone."""
    return hashlib.sha256(f"shortlist-v1|{inputs_sha256}".encode()).digest()


def tickets(seed: bytes, label: str, pairs: Iterable[Pair], bits: int) -> list[int]:
    """First `bits` bits of HMAC-SHA256(seed, "label|first|second") for each pair, in their order."""
    shift, digest, encoded = 64 - bits, hmac.digest, f"{label}|"
    return [
        int.from_bytes(digest(seed, f"{encoded}{first}|{second}".encode(), "sha256")[:8], "big") >> shift
        for first, second in pairs
    ]


def draw_digest(pairs: Iterable[Iterable[str]]) -> str:
    """Digest of a draw: its sorted lines "number|expert"; panels have "panel|seat|expert"."""
    return sha256("\n".join(sorted("|".join(pair) for pair in pairs)).encode())
