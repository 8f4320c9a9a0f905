"""Files of the table of applications."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from qa_portal.campaigns.models import Campaign
from qa_portal.core.enums import TermChoices
from qa_portal.core.exports import Row, RowExport
from qa_portal.organisations.enums import Channel, District, Ownership, SizeClass
from reviews.enums import Result
from submissions.enums import HighEndCategory, Industry, Level
from submissions.models import Application

CHUNK = 2_000
YES_NO = {True: "是", False: "否"}
# Column (key → fixed header) and how a stored code is written; headers are those of the import format.
COLUMNS: dict[str, tuple[str, Any]] = {
    "number": ("申报编号", None),
    "title": ("项目名称", None),
    "applicant_name": ("申报单位", None),
    "applicant__uscc": ("统一社会信用代码", None),
    "channel": ("推荐渠道", Channel),
    "recommending_unit__name": ("推荐单位", None),
    "district": ("所在区", District),
    "ownership": ("企业性质", Ownership),
    "size_class": ("企业规模", SizeClass),
    "specialised": ("专精特新", YES_NO),
    "bottleneck": ("卡脖子", YES_NO),
    "industry": ("产业领域", Industry),
    "high_end_category": ("高端制造类别", HighEndCategory),
    "digital_technologies": ("数字化技术", None),
    "new_sales": ("新增销售额", None),
    "new_profit": ("新增利润", None),
    "energy_saving": ("节能降耗", None),
    "forex": ("节汇创汇", None),
    "level": ("水平评价", Level),
    "decision__result": ("评审结果", Result),
    "decision__not_selected_reason": ("未入选原因", None),
}


def _writer(kind: Any) -> Any:
    """How a value of this kind is written: terms for codes, 是/否 for flags."""
    if isinstance(kind, type) and issubclass(kind, TermChoices):
        terms = {one.value: one.term for one in kind}
        return lambda value: terms.get(value, "")
    if isinstance(kind, dict):
        return kind.get
    return lambda value: value.normalize() if hasattr(value, "normalize") else value


class ApplicationExport(RowExport):
    """Every field of the import format, so that the file can be imported again, without the reviews."""

    columns = {key: header for key, (header, _kind) in COLUMNS.items()}

    def __init__(self, campaign: Campaign, applications: QuerySet[Application]) -> None:
        self.name, self.about = f"{campaign.year}年申报项目", campaign
        self.applications = applications

    def rows(self) -> Iterator[Row]:
        writers = [_writer(kind) for _header, kind in COLUMNS.values()]
        for row in self.applications.values_list(*COLUMNS).iterator(chunk_size=CHUNK):
            yield tuple(write(value) for write, value in zip(writers, row, strict=True))
