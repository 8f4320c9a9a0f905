"""The summary table of a recommending unit."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from qa_portal.core.exports import Row, RowExport
from submissions.recommending.summary import Summary


class SummaryExport(RowExport):
    """推荐汇总表: what a unit recommends in a year, in its own order; the digest stands below."""

    columns = {
        "place": _("Place"),
        "number": _("Application number"),
        "title": _("Project"),
        "applicant_name": _("Applicant"),
        "industry": _("Industry"),
        "opinion": _("Opinion"),
    }

    def __init__(self, name: str, summary: Summary) -> None:
        self.name = name
        self.summary = summary

    def rows(self) -> Iterator[Row]:
        for one in self.summary.rows:
            yield one.place, one.number, one.title, one.applicant, one.industry_label, one.opinion
        yield None, None, f"SHA-256 {self.summary.digest}", None, None, None
