"""The drafter's sentences: keys, Chinese labels, and defaults that are true of any year.

An empty text leaves its sentence out; a subsection with neither text nor figure is left out with its
heading. The syntax of the texts is in `markup`. Keys that end in `_clause` are joined to the sentence
before them with ， and carry no end mark; keys that end in `_heading` carry the end mark 。.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .errors import TextError, gettext_noop

MAX_PROBLEMS = 4  # of the second section, after the one on SMEs
MAX_STEPS = 5  # of the third section


@dataclass(frozen=True, slots=True)
class TextBlock:
    """One text the drafter may edit; `label` is shown on the form.

    `needs` is the path of a count without which the default would not be true: the default is then
    left out. A text of the drafter always stands.
    """

    key: str
    label: str
    default: str = ""
    needs: str = ""


_FIXED = (
    TextBlock(
        "basis",
        "开头段（依据、组织单位）",
        "根据《中共中央　国务院关于开展质量提升行动的指导意见》（中发〔2017〕24号）和市委、市政府"
        "《开展质量提升行动的实施方案》（沪委〔2018〕2号）有关“实施质量攻关工程”“强化质量技术攻关”的要求，"
        "市市场监管局和市经济信息化委联合组织开展了{year}年上海市重点产品质量攻关（以下简称质量攻关）工作，"
        "现将有关情况通报如下：",
    ),
    TextBlock("overview_heading", "第一部分标题", "总体情况"),
    TextBlock("applications_heading", "申报情况标题", "申报情况"),
    TextBlock("channels_heading", "申报渠道小标题", "申报渠道多样。"),
    TextBlock("channels_clause", "申报渠道评价（接在占比之后）"),
    TextBlock("districts_text", "区级组织推动情况（接在积极区名单之后）"),
    TextBlock("industries_heading", "产业领域小标题", "申报领域聚焦战略性新兴产业。"),
    TextBlock("industry_scheme", "产业分类名称", "战略性新兴产业"),
    TextBlock("industries_clause", "产业领域评价（接在领域名单之后）"),
    TextBlock("levels_heading", "水平评价小标题", "申报项目质量创新突出。"),
    TextBlock("levels_text", "质量创新评价", "一批项目在产品质量、创新程度、技术难度等方面表现突出。"),
    TextBlock("benefits_heading", "质量效益小标题", "申报项目质量效益显著。"),
    TextBlock("benefits_text", "质量效益评价", "质量攻关已经成为企业降低成本、提高效益的重要途径。"),
    TextBlock("results_heading", "成果情况标题", "成果情况"),
    TextBlock("high_end_heading", "高端制造小标题", "高端制造产品质量攻关成效突出。"),
    TextBlock("high_end_text", "高端制造事例"),
    TextBlock("enterprises_heading", "民营、专精特新小标题", "民营企业、专精特新企业质量攻关成效显著。"),
    TextBlock("enterprises_text", "民营、专精特新事例"),
    TextBlock("bottleneck_heading", "“卡脖子”小标题", "“卡脖子”装备产品质量改进成果丰硕。"),
    TextBlock("bottleneck_text", "“卡脖子”事例"),
    TextBlock("digital_heading", "数字化技术小标题", "数字化技术应用于质量改进日益广泛。"),
    TextBlock("digital_clause", "数字化技术评价（接在占比之后）"),
    TextBlock("problems_heading", "第二部分标题", "存在问题"),
    TextBlock(
        "problems_intro",
        "存在问题引言",
        "尽管本年度本市重点产品质量攻关工作取得较好成效，但也还存在一些需改进之处：",
        needs="results.total",
    ),
    TextBlock("sme_heading", "中小企业问题小标题", "中小企业质量改进能力有待强化。"),
    TextBlock("sme_clause", "中小企业评价（接在申报数之后）"),
    TextBlock("sme_text", "中小企业问题分析", "中小企业质量改进能力还有待进一步提升。"),
)

_PROBLEMS = (
    (
        "质量攻关培育指导工作还需细化。",
        "部分申报项目因材料不完善，缺少有效证明材料，未能充分体现质量攻关的创新点、技术难度和成效；"
        "部分申报项目攻关内容与质量关联度不强，未能充分体现质量提升。",
        "not_selected.total",
    ),
    (
        "质量攻关成果应用有待深化。",
        "部分项目成果的质量技术方法未进一步在行业复制推广，企业质量攻关成果与行业质量提升的联动还不够紧密。",
        "results.total",
    ),
)

_NEXT = (
    TextBlock("steps_heading", "第三部分标题", "下一步工作要求"),
    TextBlock(
        "steps_intro",
        "下一步工作引言（可引用现行规划）",
        "为推动引导更多企业提升产品质量水平，建议各单位深入开展以下工作：",
    ),
)

_STEPS = (
    (
        "加强中小企业质量攻关引导。",
        "根据《上海市促进中小企业发展条例》的要求，加快完善市区二级中小企业质量孵化机制。加强质量攻关政策引导，"
        "推动区域中小企业加强质量攻关。",
        "",
    ),
    (
        "加强质量攻关培训指导。",
        "充分发挥行业组织、科研院所、技术机构作用，持续加强对企业质量攻关的培训指导工作，"
        "提高各行业、区域质量攻关的覆盖面、针对性、有效性。",
        "",
    ),
    (
        "支撑质量提升行动。",
        "加强优秀质量攻关成果经验的总结提炼和宣传推广，以质量攻关促进产品质量提升，进而提高企业质量竞争力、"
        "推动高质量发展。",
        "",
    ),
)


def _numbered(name: str, label: str, shipped: tuple[tuple[str, str, str], ...], most: int) -> tuple[TextBlock, ...]:
    blocks: list[TextBlock] = []
    for number in range(1, most + 1):
        heading, text, needs = shipped[number - 1] if number <= len(shipped) else ("", "", "")
        blocks.append(TextBlock(f"{name}_{number}_heading", f"{label}{number}小标题", heading))
        blocks.append(TextBlock(f"{name}_{number}_text", f"{label}{number}内容", text, needs))
    return tuple(blocks)


TEXT_BLOCKS: tuple[TextBlock, ...] = (
    *_FIXED,
    *_numbered("problem", "其他问题", _PROBLEMS, MAX_PROBLEMS),
    *_NEXT,
    *_numbered("step", "工作要求", _STEPS, MAX_STEPS),
)
DEFAULT_TEXTS: dict[str, str] = {block.key: block.default for block in TEXT_BLOCKS}
NEEDS: dict[str, str] = {block.key: block.needs for block in TEXT_BLOCKS if block.needs}
LABELS: dict[str, str] = {block.key: block.label for block in TEXT_BLOCKS}


def complete(texts: Mapping[str, str]) -> dict[str, str]:
    """`texts` with the defaults for the keys it lacks; TextError for a key that does not exist."""
    for key in texts:
        if key not in DEFAULT_TEXTS:
            raise TextError(gettext_noop("There is no text block “%(key)s”."), key)
    return {**DEFAULT_TEXTS, **texts}
