"""A year in preparation in which nothing is missing, and what its pages post."""

from datetime import UTC, date, datetime
from typing import Any

from qa_portal.campaigns.models import Campaign
from tests.factories import CampaignFactory, RecommendingUnitFactory

NOW = datetime(2021, 3, 1, 2, tzinfo=UTC)  # 10:00 in Shanghai
DATES: dict[str, Any] = {
    "call_issued_on": date(2021, 3, 8),
    "filing_opens_at": datetime(2021, 4, 1, 1, tzinfo=UTC),
    "filing_closes_at": datetime(2021, 5, 31, 9, tzinfo=UTC),
    "recommendation_closes_at": datetime(2021, 6, 22, 9, tzinfo=UTC),
    "review_opens_at": datetime(2021, 7, 12, 1, tzinfo=UTC),
    "review_closes_at": datetime(2021, 7, 23, 9, tzinfo=UTC),
}


def prepared(year: int = 2021, **fields: Any) -> Campaign:
    """A complete year in preparation, with one unit that takes part."""
    RecommendingUnitFactory()
    return CampaignFactory(year=year, **DATES | {"call_notice": "2021年度申报通知", "is_in_preparation": True} | fields)


def begun(year: int = 2021, **fields: Any) -> Campaign:
    """The same with its call published."""
    return prepared(year, **{"is_in_preparation": False, "call_published_at": NOW} | fields)


def posted(form: Any, **changes: Any) -> dict[str, Any]:
    """What a browser posts of a shown settings form, with some fields changed."""
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if isinstance(value, bool):
            if value:
                data[bound.html_name] = "on"
        elif value is not None:
            data[bound.html_name] = (
                bound.field.widget.format_value(value)
                if hasattr(bound.field.widget, "format_value") and not isinstance(value, list)
                else value
            )
    for row in getattr(form, "rows", None).rows if hasattr(form, "rows") else ():
        for column in ("key", "place", "name", "maximum", "step", "anchors"):
            data[f"row-{row.number}-{column}"] = getattr(row, column)
    data = {key: value for key, value in data.items() if value is not None}
    return {**data, **{key: value for key, value in changes.items() if value is not None}}
