"""The print fonts: roles, coverage, widths, and a fontconfig that knows no other font.

Fontconfig replaces a missing glyph by any font it knows. It is therefore given the vendored folder
only, and every character is looked up beforehand in the fonts of its role.
"""

from __future__ import annotations

import functools
import hashlib
import os
import stat
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from .fonts import FONT_FOLDER

# CSS family -> file; the style sheet of the PDF names these families.
FILES = {
    "GWFang": "FandolFang-Regular.otf",  # 仿宋
    "GWKai": "FandolKai-Regular.otf",  # 楷体
    "GWHei": "NotoSansSC-Regular-GBK.otf",  # 黑体, charts
    "GWSong": "FandolSong-digits.otf",  # 宋体, page numbers
    "GWBiao": "NotoSerifSC-Bold-GBK.otf",  # stands in for 小标宋
    "GWRare": "GWRareKai-Light.ttf",  # characters that Fandol lacks
}
# Role of a text -> families that may draw it, in order; the style sheet has the same lists.
CHAINS = {
    "body": ("GWFang", "GWRare", "GWHei"),
    "kai": ("GWKai", "GWRare", "GWHei"),
    "hei": ("GWHei", "GWRare"),
    "title": ("GWBiao", "GWRare", "GWHei"),
}
# Font names inside the PDF, without the subset prefix; also the only ones allowed there.
PDF_NAMES = ("GWFang", "GWKai", "GWHei", "GWSong", "GWBiao-Bold", "GWRare-Light", "Noto-Sans-CJK-SC")

CONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


_reading = threading.Lock()  # the caches below are filled once, whichever thread comes first


def font_path(family: str) -> Path:
    """The file of a CSS family."""
    return FONT_FOLDER / FILES[family]


def _read_advances(family: str) -> dict[int, float]:
    from fontTools.ttLib import TTFont

    with TTFont(font_path(family), lazy=True) as font:
        widths, em = font["hmtx"], font["head"].unitsPerEm
        return {code: widths[glyph][0] / em for code, glyph in font.getBestCmap().items()}


_advances: dict[str, dict[int, float]] = {}


def advances(family: str) -> Mapping[int, float]:
    """The code points that a font can draw, each with its width in em."""
    with _reading:
        if family not in _advances:
            _advances[family] = _read_advances(family)
        return _advances[family]


def missing(text: str, role: str) -> list[str]:
    """Characters of `text` that no font of the role draws, each once, in order of appearance."""
    chain = CHAINS[role]
    return [char for char in dict.fromkeys(text) if not any(ord(char) in advances(family) for family in chain)]


def width_pt(text: str, role: str, size_pt: float, letter_spacing_pt: float = 0.0) -> float:
    """The width of a line of `text` in points; a layout length, not a figure."""
    total = 0.0
    for char in text:
        tables = (advances(family) for family in CHAINS[role])
        total += next((table[ord(char)] for table in tables if ord(char) in table), 0.0) * size_pt + letter_spacing_pt
    return total


def _private_folder() -> Path:
    """A folder of this user alone for the font cache: shared by processes where it is safe to."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    shared = Path(tempfile.gettempdir()) / f"circular-fonts-{user}"
    try:
        shared.mkdir(mode=0o700, exist_ok=True)
        found = shared.lstat()
    except OSError:
        return _own_folder()
    safe = stat.S_ISDIR(found.st_mode) and found.st_uid == user and not found.st_mode & 0o077
    return shared if safe else _own_folder()


@functools.cache
def _own_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="circular-fonts-"))


def private_fontconfig() -> Path:
    """The path of a configuration that names only the vendored fonts; written if it is not there."""
    absent = [name for name in FILES.values() if not (FONT_FOLDER / name).is_file()]
    if absent:
        raise FileNotFoundError(f"fonts of the circular are missing: {', '.join(absent)}")
    folder = _private_folder()
    content = CONFIG.format(fonts=escape(str(FONT_FOLDER)), cache=escape(str(folder / "cache")))
    config = folder / f"fonts-{hashlib.sha256(content.encode()).hexdigest()[:16]}.conf"
    if not config.is_file():
        fresh = folder / f"{config.name}.{os.getpid()}-{threading.get_ident()}"
        fresh.write_text(content, encoding="utf-8")
        fresh.replace(config)
    return config
