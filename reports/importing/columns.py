"""The format of each column of the import contract."""

import re
from decimal import Decimal
from functools import lru_cache

from django.utils.translation import gettext_noop

from qa_portal.campaigns.models import Criterion
from qa_portal.core.importing.columns import Column, Parse, choice, decimal, listed, text, yes_no
from qa_portal.core.importing.problems import CellError, shown
from qa_portal.organisations.enums import Channel, District, Ownership, SizeClass
from qa_portal.organisations.rules import InvalidUscc, normalise_uscc
from reviews.enums import Result
from submissions.enums import HighEndCategory, Industry, Level
from submissions.models import AMOUNT_PLACES

NUMBER = re.compile(r"(\d{4})-\d{4}")


def amount(*, negative: bool = False) -> Parse:
    """万元 or 万美元."""

    def parse(cell: str) -> Decimal:
        value = decimal(cell, places=AMOUNT_PLACES)
        if value < 0 and not negative:
            raise CellError(gettext_noop('"%(value)s" is negative'), value=shown(cell))
        return value

    return parse


def application_number(cell: str) -> str:
    """`YYYY-NNNN`: a year holds at most 10,000 applications."""
    if not cell:
        raise CellError(gettext_noop("is required"))
    if not NUMBER.fullmatch(cell) or not cell.isascii():
        raise CellError(gettext_noop('"%(value)s" is not of the form YYYY-NNNN'), value=shown(cell))
    return cell


USCC_PROBLEMS = {
    "length": gettext_noop('"%(value)s" is not a credit code: 18 characters are needed'),
    "characters": gettext_noop('"%(value)s" is not a credit code: it holds characters that none has'),
    "check": gettext_noop('"%(value)s" is not a credit code: the check character is wrong'),
}


def uscc(cell: str) -> str:
    """统一社会信用代码, normalised to half-width upper case."""
    if not cell:
        raise CellError(gettext_noop("is required"))
    try:
        return normalise_uscc(cell)
    except InvalidUscc as error:
        raise CellError(USCC_PROBLEMS[error.reason], value=shown(cell)) from None


def points_for(criterion: Criterion) -> Parse:
    """Points of one criterion: 0 to its maximum, on its step."""

    @lru_cache(maxsize=1_000)  # few different values in very many rows
    def parse(cell: str) -> Decimal:
        value = decimal(cell, places=2)
        if value < 0 or value > criterion.maximum:
            raise CellError(
                gettext_noop('"%(value)s" is not between 0 and the maximum of %(maximum)s'),
                value=shown(cell),
                maximum=f"{criterion.maximum.normalize():f}",
            )
        if value % criterion.step:
            raise CellError(
                gettext_noop('"%(value)s" is not a multiple of %(step)s'),
                value=shown(cell),
                step=f"{criterion.step.normalize():f}",
            )
        return value

    return parse


APPLICATION_COLUMNS = (
    Column("申报编号", "number", application_number),
    Column("项目名称", "title", text(200, required=True)),
    Column("申报单位", "applicant_name", text(200, required=True)),
    Column("统一社会信用代码", "uscc", uscc),
    Column("推荐渠道", "channel", choice(Channel)),
    Column("推荐单位", "recommending_unit", text(200)),
    Column("所在区", "district", choice(District)),
    Column("企业性质", "ownership", choice(Ownership)),
    Column("企业规模", "size_class", choice(SizeClass)),
    Column("专精特新", "specialised", yes_no),
    Column("卡脖子", "bottleneck", yes_no),
    Column("产业领域", "industry", choice(Industry)),
    Column("高端制造类别", "high_end_category", choice(HighEndCategory, required=False)),
    Column("数字化技术", "digital_technologies", listed(text(500))),
    Column("新增销售额", "new_sales", amount()),
    Column("新增利润", "new_profit", amount(negative=True)),
    Column("节能降耗", "energy_saving", amount()),
    Column("节汇创汇", "forex", amount()),
    Column("水平评价", "level", choice(Level, required=False)),
    Column("评审结果", "result", choice(Result, required=False)),
    Column("未入选原因", "not_selected_reason", text(200)),
)


def review_columns(criteria: list[Criterion]) -> tuple[Column, ...]:
    """Columns of `reviews` for the score sheet of the year; points are keyed by the criterion itself."""
    return (
        Column("申报编号", "number", application_number),
        Column("专家编号", "expert", text(20, required=True)),
        *(Column(one.name, f"points:{one.position}", points_for(one)) for one in criteria),
        Column("水平评价", "level", choice(Level, required=False)),
        Column("评语", "comment", text(20_000, lines=True)),
    )
