"""推荐汇总表: what a unit recommends in a year, in its own order, with a digest that a seal can refer to."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.template.loader import render_to_string

from qa_portal.campaigns.models import Campaign
from qa_portal.core.pdf import render_pdf
from qa_portal.organisations.models import Organisation
from submissions.enums import Industry, State
from submissions.models import Application, Submission

MAKE_SUMMARY, SUMMARY_FILE = "make_recommendation_summary", "recommendation_summary"
STYLE = Path(__file__).with_name("summary.css")
# Given up: its place in the quota and in the order is free again
GIVEN_UP = (State.WITHDRAWN, State.REFUSED)


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One recommended application. `digest` is that of its latest submission, "" for an imported one."""

    key: int
    place: int
    number: str
    title: str
    applicant: str
    industry: str
    opinion: str
    digest: str

    @property
    def industry_label(self) -> str:
        return str(dict(Industry.choices).get(self.industry, ""))


@dataclass(frozen=True, slots=True)
class Summary:
    """The table as it stands now."""

    unit: Organisation
    campaign: Campaign
    rows: tuple[SummaryRow, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over year, unit and all rows in canonical JSON: whatever is changed later gives another one."""
        content = {"year": self.campaign.year, "unit": self.unit.name, "rows": self.covered}
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def covered(self) -> list[dict[str, Any]]:
        """The rows as they are kept with a sealed letter."""
        return [asdict(one) for one in self.rows]


def recommended_by(unit: Any, campaign: Campaign) -> QuerySet[Application]:
    """The applications that take a place in the unit's order and quota of the year."""
    found = Application.objects.filter(campaign=campaign, recommending_unit=unit.pk, recommendation__isnull=False)
    return found.exclude(state__in=(*GIVEN_UP, State.PENDING_RECOMMENDATION, State.RETURNED, State.NOT_RECOMMENDED))


def summary_of(unit: Organisation, campaign: Campaign) -> Summary:
    """The table of a unit in a year: one query."""
    last = Submission.objects.filter(application=OuterRef("pk")).order_by("-serial")
    rows = (
        recommended_by(unit, campaign)
        .order_by("recommendation__place", "number")
        .annotate(last_digest=Subquery(last.values("digest")[:1]))
        .values_list(
            "pk", "recommendation__place", "number", "title", "applicant_name", "industry", "recommendation__opinion",
            "last_digest",
        )
    )  # fmt: skip
    made = (
        SummaryRow(key, place, number or "", title, applicant, industry, opinion, last or "")
        for key, place, number, title, applicant, industry, opinion, last in rows
    )
    return Summary(unit, campaign, tuple(made))


def summary_pdf(summary: Summary, *, now: datetime) -> bytes:
    """The table on A4 with a place for the seal. Raises Refusal where the system cannot set pages."""
    body = render_to_string("recommending/summary_pdf.html", {"summary": summary, "now": now})
    return render_pdf(body, style=STYLE.read_text(encoding="utf-8"), title=f"{summary.campaign.year} {summary.unit}")
