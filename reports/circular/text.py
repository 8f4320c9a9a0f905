"""The circular as plain text, in the order of the printed one."""

from __future__ import annotations

from .content import Chart, Circular, block_heading, plain, plain_block, spoken_share


def render_text(circular: Circular) -> str:
    """One line per paragraph; a chart is its caption followed by a line for each bar."""
    lines = [circular.mark, "", circular.document_number, ""]
    lines += [plain(line) for line in circular.title]
    lines += ["", circular.addressee]
    for block in circular.blocks:
        lines += _chart(block) if isinstance(block, Chart) else [plain_block(block)]
    lines += ["", circular.issuer, circular.signed_text]
    lines += ["", circular.note] if circular.note else []
    imprint = circular.imprint
    lines += ["", *([imprint.copies] if imprint.copies else []), f"{imprint.printed_by}　{circular.printed_text}"]
    return "\n".join(lines) + "\n"


def _chart(chart: Chart) -> list[str]:
    rows = [
        f"　　{row.label}：{row.count}{chart.unit}" + (f"，占{spoken_share(row)}" if spoken_share(row) else "")
        for row in chart.rows
    ]
    return [block_heading(chart), *rows]
