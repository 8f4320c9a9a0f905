"""Builds the circular of a year from its statistics, its settings and the drafter's texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from . import wording
from .charts import applications_by_channel, applications_by_industry
from .content import Block, Chart, Circular, Imprint, Inline, Item, Paragraph, Section, Subsection
from .markup import clean, parse, parse_heading
from .parts import Figures
from .texts import DEFAULT_TEXTS, MAX_PROBLEMS, MAX_STEPS, NEEDS, complete

ORDINALS = "一二三四五六七八九十"
BUREAU = "上海市市场监督管理局"


@dataclass(frozen=True, slots=True)
class CircularSettings:
    """What the bureau sets per year; `document_number` None and dates None while it is a draft."""

    document_number: str | None = None
    signed_on: date | None = None
    printed_on: date | None = None
    main_recipients: str = "各区市场监管局，临港新片区市场监管局，各控股（集团）公司、总公司，各有关单位："
    cc_units: str = ""
    mark: str = f"{BUREAU}文件"
    issuer: str = BUREAU
    document_prefix: str = "沪市监质发"
    note: str = "（此件公开发布）"
    printed_by: str = f"{BUREAU}办公室"
    sealed: bool = True
    industries_named: int = 6  # most industries named in one sentence
    as_declared: bool = False  # 据申报 before the benefits, which the applicants declare
    high_end_change: bool = False  # the change clause after the share of high-end products


def build_circular(statistics: Mapping[str, Any], settings: CircularSettings, texts: Mapping[str, str]) -> Circular:
    """The circular of `statistics["year"]`.

    `statistics` is the dict of contracts.md, 3, with the extra key `context`. `texts` overrides the
    defaults of `texts.DEFAULT_TEXTS`. Raises TextError naming the text block that cannot be used.
    """
    build = _Builder(Figures(statistics), settings, complete(texts))
    year = build.figures.count("year")
    return Circular(
        year=year,
        mark=clean(settings.mark),
        document_number=clean(settings.document_number or "") or f"{settings.document_prefix}〔{year}〕　号",
        title=((f"{clean(settings.issuer)}关于",), (build.figures.bound("year"), "年上海市重点产品质量攻关情况的通报")),
        addressee=_addressee(settings.main_recipients),
        blocks=build.blocks(),
        issuer=clean(settings.issuer),
        signed_on=settings.signed_on,
        note=clean(settings.note),
        imprint=Imprint(_copies(settings.cc_units), clean(settings.printed_by), settings.printed_on),
        sealed=settings.sealed,
    )


def _addressee(recipients: str) -> str:
    return clean(recipients).rstrip("：:。") + "："


def _copies(units: str) -> str | None:
    """抄送：…。 (GB/T 9704-2012, 7.4.2), None without units."""
    named = clean(units).removeprefix("抄送：").rstrip("。")
    return f"抄送：{named}。" if named else None


class _Builder:
    """Assembles the blocks in the order of the 2020 circular; numbers sections, items and charts."""

    def __init__(self, figures: Figures, settings: CircularSettings, texts: Mapping[str, str]) -> None:
        self.figures = figures
        self.settings = settings
        self.texts = texts
        self.charts = 0

    def text(self, key: str) -> Inline:
        """A text block, parsed; a default that would not be true this year is left out."""
        untrue = key in NEEDS and not self.figures.count(NEEDS[key]) and self.texts[key] == DEFAULT_TEXTS[key]
        if untrue:
            return ()
        return parse(self.texts[key], self.figures.statistics, key)

    def heading(self, key: str) -> str:
        """A heading of the texts."""
        return parse_heading(self.texts[key], key)

    def clause(self, key: str) -> Inline:
        """A text that continues a sentence: without the marks that the sentence brings itself."""
        return parse(clean(self.texts[key]).strip("，。"), self.figures.statistics, key)

    def blocks(self) -> tuple[Block, ...]:
        """Every block of the body."""
        basis = self.text("basis")
        sme = [("sme", self.sme())] if self.figures.count("applications.total") else []
        sections = [
            ("problems", [*sme, *self.narrative("problem", MAX_PROBLEMS)]),
            ("steps", self.narrative("step", MAX_STEPS)),
        ]
        kept = [(name, parts) for name, parts in sections if any(text for _key, text in parts)]
        return (
            *((Paragraph(basis),) if basis else ()),
            Section("一、", self.heading("overview_heading")),
            Subsection("（一）", self.heading("applications_heading")),
            *self.applications(),
            Subsection("（二）", self.heading("results_heading")),
            *self.results(),
            *(
                block
                for ordinal, (name, parts) in zip("二三", kept, strict=False)
                for block in self.section(f"{ordinal}、", name, parts)
            ),
        )

    # -------------------------------------------------------------------------- 一

    def applications(self) -> list[Block]:
        """一(一): items on channels, industries, levels and benefits, the charts after the first two."""
        f = self.figures
        if not f.count("applications.total"):
            return [Paragraph(wording.channels(f, (), ()))]
        channel_chart, channel_reference = self.chart(applications_by_channel)
        industry_chart, industry_reference = self.chart(applications_by_industry)
        channels = wording.channels(f, channel_reference, self.clause("channels_clause"))
        channels += wording.active_districts(f) + self.text("districts_text")
        several = sum(1 for block in f.value("applications.by_channel").values() if block["count"]) > 1
        strategic = f.count("applications.strategic.count") * 2 > f.count("applications.total")
        return number(
            [
                (self.claim("channels_heading", several, "申报渠道情况。"), channels, channel_chart),
                (
                    self.claim("industries_heading", strategic, "申报领域情况。"),
                    wording.industries(
                        f,
                        industry_reference,
                        self.clause("industry_scheme"),
                        self.clause("industries_clause") if strategic else (),
                        self.settings.industries_named,
                    ),
                    industry_chart,
                ),
                (self.heading("levels_heading"), wording.levels(f, self.text("levels_text")), None),
                (
                    self.claim("benefits_heading", f.amount("applications.new_profit_yi") >= 0, "申报项目效益情况。"),
                    wording.benefits(f, self.text("benefits_text"), self.settings.as_declared),
                    None,
                ),
            ]
        )

    def results(self) -> list[Block]:
        """一(二): the opening paragraph, and four items when there are results."""
        f = self.figures
        opening = Paragraph(wording.results(f))
        if not f.count("results.total"):
            return [opening]

        def won(*names: str) -> bool:
            return any(f.count(f"results.{name}.count") for name in names)

        return [
            opening,
            *number(
                [
                    (
                        self.claim("high_end_heading", won("high_end"), "高端制造产品质量攻关情况。"),
                        wording.high_end(f, self.text("high_end_text"), self.settings.high_end_change),
                        None,
                    ),
                    (
                        self.claim(
                            "enterprises_heading", won("private", "specialised"), "民营企业、专精特新企业质量攻关情况。"
                        ),
                        wording.enterprises(f, self.text("enterprises_text")),
                        None,
                    ),
                    (
                        self.claim("bottleneck_heading", won("bottleneck"), "“卡脖子”产品质量改进情况。"),
                        wording.bottleneck(f, self.text("bottleneck_text")),
                        None,
                    ),
                    (
                        self.claim("digital_heading", won("digital"), "数字化技术应用情况。"),
                        wording.digital(f, self.clause("digital_clause")),
                        None,
                    ),
                ]
            ),
        ]

    def claim(self, key: str, holds: bool, neutral: str) -> str:
        """The drafter's heading where the figures bear it out, else a neutral one."""
        return self.heading(key) if holds else neutral

    def chart(self, make: Callable[[Figures, int], Chart | None]) -> tuple[Chart | None, Inline]:
        """The next chart and its mention （见图N）; nothing for a chart of nothing."""
        chart = make(self.figures, self.charts + 1)
        if chart is None:
            return None, ()
        self.charts += 1
        return chart, (f"（见图{chart.number}）",)

    # -------------------------------------------------------------------------- 二, 三

    def sme(self) -> Inline:
        """二(一)."""
        text = self.text("sme_text") if self.figures.count("sme.applications") else ()
        return wording.sme(self.figures, self.clause("sme_clause")) + text

    def narrative(self, name: str, most: int) -> list[tuple[str, Inline]]:
        """The numbered text blocks `name`_1 to `name`_`most`."""
        return [(f"{name}_{n}", self.text(f"{name}_{n}_text")) for n in range(1, most + 1)]

    def subheading(self, key: str) -> str:
        """The heading of a subsection of 二 or 三."""
        if key == "sme":
            filed = bool(self.figures.count("sme.applications"))
            return self.claim("sme_heading", filed, "中小企业参与质量攻关有待加强。")
        return self.heading(f"{key}_heading")

    def section(self, ordinal: str, name: str, parts: list[tuple[str, Inline]]) -> list[Block]:
        """A section with an introduction and run-in subsections; empty ones are left out."""
        kept = [(key, text) for key, text in parts if text]
        intro = self.text(f"{name}_intro")
        return [
            Section(ordinal, self.heading(f"{name}_heading")),
            *((Paragraph(intro),) if intro else ()),
            *(Subsection(f"（{ORDINALS[n]}）", self.subheading(key), text) for n, (key, text) in enumerate(kept)),
        ]


def number(items: list[tuple[str, Inline, Chart | None]]) -> list[Block]:
    """Items 1．, 2．… with their charts; an item without text is left out."""
    blocks: list[Block] = []
    ordinal = 0
    for heading, content, chart in items:
        if not content:
            continue
        ordinal += 1
        blocks.append(Item(f"{ordinal}．", heading, content))
        if chart is not None:
            blocks.append(chart)
    return blocks
