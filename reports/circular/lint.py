"""Wording lint of the circular: slips of language and form, found on its plain text.

An error stops the issue of the circular; a warning may be accepted by name. Whether names of winners
and units equal the database is not checked here: this package knows no database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from .content import Chart, Circular, block_content, block_heading, plain, plain_block
from .errors import gettext_noop as _
from .markup import loose_digits

ERROR, WARNING = "error", "warning"
AROUND = 12  # characters of context on either side of a finding
ALIKE = 0.85  # a cited title at least this similar to a known one is taken for a misspelt one


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: `rule` names it, `kind` is error or warning, `message` an English msgid."""

    rule: str
    kind: str
    message: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern that is looked for in each passage."""

    name: str
    kind: str
    pattern: re.Pattern[str]
    message: str


@dataclass(frozen=True, slots=True)
class CitedTitle:
    """A document the circular may cite, with its years of validity where they are known."""

    name: str
    first_year: int | None = None
    last_year: int | None = None


def _rule(name: str, kind: str, pattern: str, message: str) -> Rule:
    return Rule(name, kind, re.compile(pattern), message)


RULES = (
    _rule("increase_in_points", WARNING, r"增长[0-9.]+个?百分点", _("Write 提高N个百分点, not 增长.")),
    _rule("points_without_measure", ERROR, r"[0-9]百分点", _("Write N个百分点.")),
    _rule("share_of_share", WARNING, r"占比[\u4e00-\u9fff]{1,10}的[0-9]", _("Write 占…的N%, not 占比….")),
    _rule("share_without_de", WARNING, r"占成果总数[0-9]", _("Write 占成果总数的N%.")),
    _rule("together_twice", ERROR, r"共为[^，。；]{1,8}共", _("共 stands twice in one clause: write 共为企业新增.")),
    _rule("number_in_all", WARNING, r"数量共[0-9]", _("Write 共N项, not 数量共N项.")),
    _rule("reduce", WARNING, r"减低", _("Write 降低.")),
    _rule("although_stop", ERROR, r"尽管[^。]*。但", _("Write 尽管…，但 within one sentence.")),
    _rule("only_twice", WARNING, r"并仅[^。；]*，仅", _("Write 仅 once.")),
    _rule("seen_from", WARNING, r"从[^，。；]{1,20}来看(?![，。])", _("A comma is missing after 从…来看.")),
    _rule(
        "bare_verb",
        WARNING,
        r"。(?:有力|充分|有效|进一步)?(?:推动|促进|体现|反映|带动|提升|保障|诠释)了",
        _("A sentence starts with a bare verb: join it to the one before, or add a subject."),
    ),
    _rule(
        "listed_quotations", WARNING, r"”、“|》、《", _("No 、 between neighbouring quotations or titles (GB/T 15834).")
    ),
    _rule(
        "document_number_form",
        ERROR,
        r"[(（\[【［][12][0-9]{3}[)）\]】］]第?[0-9]+号|〔[0-9]{4}〕(?:第|0)",
        _("Write a document number as 〔2020〕461号, without 第 or a leading zero."),
    ),
    _rule(
        "date_form",
        ERROR,
        r"年0[0-9]月|月0[0-9]日|[12][0-9]{3}[-/.][0-9]{1,2}[-/.][0-9]{1,2}",
        _("Write a date as 2020年9月21日."),
    ),
    _rule(
        "zero",
        ERROR,
        r"(?<![0-9.])0(?:项|个|[%％])|占0(?![0-9.])",
        _("Do not boast with zero: leave it out, or write 没有…."),
    ),
    _rule(
        "forex_currency",
        WARNING,
        r"创汇[0-9.]+[万亿]?(?:元|人民币)",
        _("Foreign exchange stands in 元 beside totals in 美元: check the currency."),
    ),
    _rule(
        "without_base",
        WARNING,
        r"(?:仅|普遍|相对)[^，。；占]*[0-9]+[项个](?![^。；]*占)",
        _("A number is praised or blamed without its base: add 占…的N%."),
    ),
)
MIXED = (
    ("mixed_percent", "%", "％", _("% and ％ are mixed: use one.")),
    ("mixed_brackets", "（", "(", _("（） and () are mixed: use one.")),
)
ITEM_NUMBERS = (re.compile(r"^[0-9]+．"), re.compile(r"^[0-9]+\.(?![0-9])"))
CITED = re.compile(r"《([^《》]+)》")
TITLES = (
    CitedTitle("中共中央　国务院关于开展质量提升行动的指导意见", 2017),
    CitedTitle("开展质量提升行动的实施方案", 2018),
    CitedTitle("中国制造2025", 2015, 2025),
    CitedTitle("中国制造2025上海行动纲要", 2016, 2025),
    CitedTitle("上海市质量提升三年行动计划（2021—2023）", 2021, 2023),
    CitedTitle("上海市促进中小企业发展条例"),
)


def passages(circular: Circular) -> list[str]:
    """The texts of the circular in reading order, one for each paragraph."""
    return [
        *(plain(line) for line in circular.title),
        circular.addressee,
        *(plain_block(block) for block in circular.blocks),
        circular.note,
        circular.imprint.copies or "",
    ]


def check_wording(circular: Circular) -> list[Finding]:
    """Every finding, in reading order; those on the document as a whole come last."""
    found: list[Finding] = []
    for text in passages(circular):
        found += check_text(text, circular.year)
    return [*found, *_mixed(circular), *_loose(circular), *_charts(circular), *_formal(circular)]


def check_text(text: str, year: int | None = None) -> list[Finding]:
    """Findings in one passage; `year` allows the years of cited documents to be checked."""
    found = [
        (match.start(), Finding(rule.name, rule.kind, rule.message, _excerpt(text, match.start(), match.end())))
        for rule in RULES
        for match in rule.pattern.finditer(text)
    ]
    for match in CITED.finditer(text):
        found += [(match.start(), finding) for finding in _cited(match[1], match[0], year)]
    return [finding for _at, finding in sorted(found, key=lambda pair: pair[0])]


def _excerpt(text: str, start: int, end: int) -> str:
    return text[max(0, start - AROUND) : end + AROUND]


def _cited(name: str, excerpt: str, year: int | None) -> Iterator[Finding]:
    known = next((title for title in TITLES if title.name == name), None)
    if known is None:
        if any(SequenceMatcher(None, title.name, name).ratio() >= ALIKE for title in TITLES):
            yield Finding("cited_title", ERROR, _("The title cited is not the exact title of the document."), excerpt)
        return
    late = known.last_year is not None and year is not None and year > known.last_year
    if late or (known.first_year is not None and year is not None and year < known.first_year):
        yield Finding(
            "cited_out_of_time", WARNING, _("The document cited is not in force in the year of the circular."), excerpt
        )


def _mixed(circular: Circular) -> Iterator[Finding]:
    whole = "\n".join(passages(circular))
    for name, one, other, message in MIXED:
        if one in whole and other in whole:
            at = whole.index(other)
            yield Finding(name, ERROR, message, _excerpt(whole, at, at + 1))
    texts = passages(circular)
    forms = [next((text for text in texts if form.match(text)), None) for form in ITEM_NUMBERS]
    if all(forms):
        yield Finding("mixed_item_numbers", ERROR, _("1． and 1. are mixed: use one."), str(forms[1])[:AROUND])


def _loose(circular: Circular) -> Iterator[Finding]:
    """Digits that are neither bound to a figure nor marked as quoted."""
    for block in circular.blocks:
        content = block.caption if isinstance(block, Chart) else block_content(block)
        text = "".join(part if isinstance(part, str) else "□" for part in content)
        heading = "" if isinstance(block, Chart) else getattr(block, "heading", "")
        for number in loose_digits(heading + "\n" + text):
            yield Finding(
                "loose_digit", ERROR, _("A number is neither bound to a figure nor marked as quoted."), number
            )


def _charts(circular: Circular) -> Iterator[Finding]:
    before = ""
    for block in circular.blocks:
        if isinstance(block, Chart):
            if not plain(block.caption).strip():
                yield Finding("chart_without_caption", WARNING, _("A chart has no caption."), f"图{block.number}")
            if not re.search(rf"图{block.number}(?![0-9])", before):
                yield Finding(
                    "chart_not_named", WARNING, _("The text before a chart does not name it."), block_heading(block)
                )
        else:
            before += plain_block(block)


def _formal(circular: Circular) -> Iterator[Finding]:
    """Document number and dates; while they are not set there is nothing to find."""
    number = circular.document_number
    if re.search(r"[0-9]号", number) and not re.fullmatch(r"[^0-9第]+〔[0-9]{4}〕[1-9][0-9]*号", number):
        yield Finding(
            "document_number_form",
            ERROR,
            _("Write a document number as 〔2020〕461号, without 第 or a leading zero."),
            number,
        )
    signed, printed = circular.signed_on, circular.imprint.printed_on
    if signed and printed and printed < signed:
        yield Finding(
            "printed_before_signed", ERROR, _("The circular is printed before it is signed."), circular.printed_text
        )
