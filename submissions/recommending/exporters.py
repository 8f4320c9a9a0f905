"""The summary table of a recommending unit."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from qa_portal.core.exports import Row, RowExport
from submissions.enums import State
from submissions.models import Application


class SummaryExport(RowExport):
    """推荐汇总表: what a unit recommends in a year, in its own order."""

    columns = {
        "place": _("Place"),
        "number": _("Application number"),
        "title": _("Project"),
        "applicant_name": _("Applicant"),
        "opinion": _("Opinion"),
        "state": _("State"),
    }

    def __init__(self, name: str, applications: QuerySet[Any]) -> None:
        self.name = name
        self.applications: QuerySet[Application] = applications

    def rows(self) -> Iterator[Row]:
        rows = self.applications.filter(recommendation__isnull=False).order_by("recommendation__place", "number")
        labels = dict(State.choices)
        for place, number, title, applicant, opinion, state in rows.values_list(
            "recommendation__place", "number", "title", "applicant_name", "recommendation__opinion", "state"
        ).iterator(chunk_size=2_000):
            yield place, number, title, applicant, opinion, str(labels[state])
