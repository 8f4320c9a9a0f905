"""Settings and texts of the demonstration years.

2020 is the published circular with its slips mended; 2019 is invented, like its data.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ..builder import CircularSettings

FOLDER = Path(__file__).resolve().parent


@cache
def _read(year: int) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / f"{year}.json").read_text(encoding="utf-8"))
    return content


def demo_years() -> list[int]:
    """The years with demonstration texts, ascending."""
    return sorted(int(path.stem) for path in FOLDER.glob("*.json"))


def load_demo(year: int) -> tuple[CircularSettings, dict[str, str]]:
    """Settings and texts of a demonstration year."""
    content = _read(year)
    settings: dict[str, Any] = {
        key: date.fromisoformat(value) if key.endswith("_on") else value for key, value in content["settings"].items()
    }
    return CircularSettings(**settings), dict(content["texts"])
