#!/usr/bin/env python3
"""Rebuild the six print fonts from the unpacked Debian packages named in SOURCES.md.

usage: build_fonts.py UNPACKED_DIR OUT_DIR
UNPACKED_DIR is searched for the original files by name. Needs: fonttools.
A Noto collection takes about two minutes to subset: run this once, never at run time.
"""

import argparse
import hashlib
import shutil
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

MODIFIED = "2026-11-22"  # GPL-3 section 5(a): date of the modification
SIMPLIFIED_CHINESE = 2  # index of the SC face in the Noto CJK collections
RARE_FILE, RARE_FAMILY = "GWRareKai-Light.ttf", "GW Rare Kai"
DIGITS_FILE, DIGITS_FAMILY = "FandolSong-digits.otf", "FandolSong Digits"


def gbk() -> set[int]:
    """Every code point of GBK (20,902 Chinese characters and the symbols)."""
    found = set()
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            try:
                found.add(ord(bytes([lead, trail]).decode("gbk")))
            except UnicodeDecodeError:
                continue
    return found


def find(root: Path, name: str) -> Path:
    hits = sorted(root.rglob(name))
    if not hits:
        sys.exit(f"{name} not found under {root}: unpack its package first (SOURCES.md)")
    return hits[0]


def cut(font: TTFont, keep: set[int], features: list[str] | None, **options: object) -> None:
    opts = subset.Options()
    opts.name_IDs = ["*"]
    if features is not None:
        opts.layout_features = features
    for key, value in options.items():
        setattr(opts, key, value)
    tool = subset.Subsetter(opts)
    tool.populate(unicodes=keep)
    tool.subset(font)


def rename(font: TTFont, family: str, style: str, note: str) -> None:
    """Replace every name under which a program presents the font; keep the legal notices."""
    table = font["name"]
    postscript = f"{family.replace(' ', '')}-{style}"
    full = f"{family} {style}"
    # 0 copyright, 7 trademark, 8-9 makers, 11-14 addresses and licence stay as they are
    keep = {0, 7, 8, 9, 11, 12, 13, 14}
    version = str(table.getDebugName(5))
    table.names = [n for n in table.names if n.nameID in keep and n.platformID == 3 and n.langID == 0x409]
    values = {
        1: full if style != "Regular" else family,
        2: "Regular",
        3: f"{postscript};subset {MODIFIED}",
        4: full,
        5: f"{version}; subset",
        6: postscript,
        10: note,
        16: family,
        17: style,
    }
    for name_id, text in values.items():
        table.setName(text, name_id, 3, 1, 0x409)
    if "CFF " in font:
        cff = font["CFF "].cff
        cff.fontNames = [postscript]
        top = cff.topDictIndex[0]
        top.FullName, top.FamilyName = full, family


def noto(source: Path, target: Path) -> None:
    font = TTFont(source, fontNumber=SIMPLIFIED_CHINESE, lazy=True, recalcTimestamp=False)
    plane2 = {c for c in font.getBestCmap() if 0x20000 <= c <= 0x323AF}
    extra = {ord(c) for c in "㛃㐂䶮㎡㎏℃"} | set(range(0x20, 0x7F)) | set(range(0xA0, 0x100))
    cut(
        font,
        gbk() | plane2 | extra,
        ["halt", "chws", "kern", "locl", "vert", "ccmp", "tnum"],
        hinting=False,
        desubroutinize=False,
        notdef_outline=True,
        drop_tables=[*subset.Options().drop_tables, "VORG", "vhea", "vmtx", "BASE"],
    )
    font.save(target)


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("unpacked", type=Path)
    ap.add_argument("out", type=Path)
    ap.add_argument("--skip-noto", action="store_true", help="leave the two slow ones out")
    args = ap.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)

    fang = find(args.unpacked, "FandolFang-Regular.otf")
    for original in (fang, find(args.unpacked, "FandolKai-Regular.otf")):
        shutil.copyfile(original, args.out / original.name)

    font = TTFont(find(args.unpacked, "FandolSong-Regular.otf"), recalcTimestamp=False)
    cut(font, set(map(ord, "0123456789\u2014- ")) | {0x2005}, None)
    rename(
        font,
        DIGITS_FAMILY,
        "Regular",
        f"Modified {MODIFIED}: subset of FandolSong-Regular (digits, dash, space) for page numbers. "
        "GPL-3 with the font exception of the original.",
    )
    font.save(args.out / DIGITS_FILE)

    in_fang = set(TTFont(fang, lazy=True).getBestCmap())
    font = TTFont(find(args.unpacked, "LXGWWenKai-Light.ttf"), lazy=True, recalcTimestamp=False)
    cut(font, {c for c in font.getBestCmap() if c > 0x2E80 and c not in in_fang}, [], hinting=False)
    rename(
        font,
        RARE_FAMILY,
        "Light",
        f"Modified Version {MODIFIED}: characters missing from FandolFang only, renamed as the SIL "
        "Open Font License 1.1 requires. Original family and authors: see the copyright notice.",
    )
    font.save(args.out / RARE_FILE)

    if not args.skip_noto:
        noto(find(args.unpacked, "NotoSansCJK-Regular.ttc"), args.out / "NotoSansSC-Regular-GBK.otf")
        noto(find(args.unpacked, "NotoSerifCJK-Bold.ttc"), args.out / "NotoSerifSC-Bold-GBK.otf")

    for path in sorted(args.out.glob("*.[ot]tf")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        sys.stdout.write(f"{digest}  {path.stat().st_size:>9}  {path.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
