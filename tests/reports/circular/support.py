"""Statistics, circulars and the format checker for the tests of the circular."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from reports.circular import Circular, CircularSettings, build_circular
from reports.circular.content import Block, Chart, Item, Paragraph, Section, Subsection
from reports.circular.demo import load_demo
from reports.circular.fontset import PDF_NAMES

DATA = Path(__file__).parent / "data"
CHECKER = Path(__file__).parents[2] / "gbt9704_check.py"
REFERENCE = (DATA / "circular_2020.txt").read_text(encoding="utf-8")
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
CONTEXT = {
    "active_districts": ["闵行", "崇明", "奉贤", "青浦"],
    "result_high_end_categories": ["船舶海工", "航空航天", "汽车零部件", "电气装备", "医疗设备", "其他高端制造"],
    "result_digital_technologies": ["仿真分析试验", "数字在线检测", "AI智能算法"],
    "forex_leading_category": "船舶海工",
    "previous_year": True,
}
SENTENCE = "质量攻关项目围绕重点产品的质量提升，系统分析关键问题，形成可复制推广的经验做法，有关单位要认真总结。"


def statistics(year: int = 2020, **changes: Any) -> dict[str, Any]:
    """The statistics of a reference year; `changes` are dotted paths with __ for the dot."""
    found: dict[str, Any] = json.loads((DATA / f"statistics_{year}.json").read_text(encoding="utf-8"))
    found["context"] = copy.deepcopy(CONTEXT)
    for path, value in changes.items():
        *parents, last = path.split("__")
        node = found
        for key in parents:
            node = node[key]
        node[last] = value
    return found


def demo_circular(year: int = 2020, **changes: Any) -> Circular:
    """The circular of a demonstration year."""
    settings, texts = load_demo(year)
    return build_circular(statistics(year, **changes), settings, texts)


def plain_circular(found: dict[str, Any], **settings: Any) -> Circular:
    """A circular with the default texts only."""
    return build_circular(found, CircularSettings(**settings), {})


def share(count: int, base: int, places: int) -> str | None:
    """A share as contracts.md, 3, prints it."""
    if not base:
        return None
    exact = Fraction(count * 100, base)
    quantum = Decimal(1).scaleb(-places)
    value = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(quantum, ROUND_HALF_UP)
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def empty_statistics(year: int = 2021) -> dict[str, Any]:
    """A year without a single application."""

    def nothing(node: Any, key: str = "") -> Any:
        if isinstance(node, dict):
            return {name: nothing(value, name) for name, value in node.items()}
        if key in ("share", "change_points", "share_of_results"):
            return None
        return 0 if isinstance(node, int) else "0"

    found: dict[str, Any] = nothing(json.loads((DATA / "statistics_2020.json").read_text(encoding="utf-8")))
    found["year"] = year
    found["applications"]["by_district"] = {}
    found["not_selected"]["by_reason"] = {}
    found["context"] = {
        "active_districts": [],
        "result_high_end_categories": [],
        "result_digital_technologies": [],
        "forex_leading_category": None,
        "previous_year": False,
    }
    return found


def with_body(circular: Circular, paragraphs: int, *, charts: bool, name: str = "") -> Circular:
    """`circular` with a body of so many items; `name` stands in the first of them."""
    drawings = [block for block in circular.blocks if isinstance(block, Chart)] if charts else []
    blocks: list[Block] = [
        Paragraph(("根据有关要求，现将有关情况通报如下：",)),
        Section("一、", "总体情况"),
        Subsection("（一）", "申报情况"),
    ]
    for number in range(1, paragraphs + 1):
        blocks.append(Item(f"{number}．", "申报情况良好。", (name + SENTENCE if number == 1 else SENTENCE,)))
        if drawings and number in (1, 4):
            blocks.append(drawings.pop(0))
    blocks += [*drawings, Section("二、", "下一步工作要求"), Paragraph((SENTENCE,))]
    return replace(circular, blocks=tuple(blocks))


def check_format(pdf: bytes, folder: Path, *options: str) -> tuple[list[str], int]:
    """The names of the requirements of GB/T 9704-2012 that the PDF fails, and how many were measured."""
    path = folder / "circular.pdf"
    path.write_bytes(pdf)
    run = subprocess.run(
        [sys.executable, str(CHECKER), str(path), "--figure-values", "--fonts", ",".join(PDF_NAMES), *options],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    assert run.returncode in (0, 1), run.stderr
    *lines, summary = run.stdout.splitlines()
    failed = [line.split(":")[0].removeprefix("FAIL ") for line in lines if line.startswith("FAIL")]
    assert (run.returncode == 0) == (not failed)
    return failed, int(summary.split("/")[1].split()[0])


def is_subsequence(wanted: list[str], given: list[str]) -> bool:
    """True when `wanted` stands in `given` in order, other things between allowed."""
    rest = iter(given)
    return all(any(one == other for other in rest) for one in wanted)
