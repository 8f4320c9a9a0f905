"""What an entry looks like and how it is sealed. Pure functions: no database, no request."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

FIRST_HASH = "0" * 64
EMAIL = re.compile(r"([\w.+-])[\w.+-]*@([\w-]+(?:\.[\w-]+)+)")
MOBILE = re.compile(r"(?<![A-Za-z0-9_])(?<!\d\.)((?:\+?86[- ]?)?1[3-9]\d)[- ]?\d{4}[- ]?(\d{4})(?![A-Za-z0-9_]|\.\d)")
LANDLINE = re.compile(r"(?<![A-Za-z0-9_])(0\d{2,3}[-)）])\d{3,4}(\d{4})(?![A-Za-z0-9_]|\.\d)")
IDENTITY_CARD = re.compile(r"(?<![A-Za-z0-9_])(\d{6})(?:19|20)\d{8}(\d[\dXx])(?![A-Za-z0-9_])")
SURROGATE = re.compile("[\ud800-\udfff]")


def mask_personal(text: str) -> str:
    """Hide the middle of e-mail addresses, telephone and identity card numbers in a text."""
    text = EMAIL.sub(r"\1***@\2", text)
    text = MOBILE.sub(r"\1****\2", text)
    text = LANDLINE.sub(r"\1****\2", text)
    return IDENTITY_CARD.sub(r"\1**********\2", text)


def storable(text: str, limit: int | None = None) -> str:
    """A text that every database keeps unchanged: no NUL, no half characters, cut at `limit`."""
    return SURROGATE.sub("\ufffd", text.replace("\0", "\u2400"))[:limit]


def as_data(value: Any) -> Any:
    """A value as JSON that both databases return unchanged, with personal data masked.

    Amounts become texts, times ISO 8601 in UTC, rows their key. Raises TypeError for a float, which
    is never exact, and for what has no meaning outside the program.
    """
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return storable(mask_personal(value))
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | time | UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): as_data(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_data(part) for part in value]
    if isinstance(value, set | frozenset):
        return sorted((as_data(part) for part in value), key=str)
    if hasattr(value, "pk"):
        return as_data(value.pk)
    if type(value).__name__ == "__proxy__":  # a translated text that is not yet rendered
        return as_data(str(value))
    raise TypeError(f"{type(value).__name__} cannot be kept in the audit trail")


def canonical(fields: Iterable[tuple[str, Any]]) -> bytes:
    """The one way to write an entry as bytes."""
    return json.dumps(dict(fields), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def seal(key: bytes, content: bytes) -> str:
    """HMAC-SHA-256 of an entry; whoever lacks the key cannot make a new one."""
    return hmac.new(key, content, hashlib.sha256).hexdigest()
