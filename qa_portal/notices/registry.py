"""The texts of notices: kept by key, so that each person reads them in the own language."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class NoticeText:
    """`text` has %(name)s for each parameter; `kind` is the look (ok, wait, bad, neutral, info)."""

    key: str
    text: Any
    kind: str


_texts: dict[str, NoticeText] = {}


def register_text(key: str, text: Any, *, kind: str = "info") -> None:
    """State a text that `notify` may send. Raises ValueError for a key that is taken."""
    if key in _texts:
        raise ValueError(f"notice text {key} is registered twice")
    _texts[key] = NoticeText(key, text, kind)


def find_text(key: str) -> NoticeText | None:
    """The text of a key; None when the release that knew it is gone."""
    return _texts.get(key)
