"""The circular of a year, put together from statistics, settings and text blocks."""

from dataclasses import replace

from django.utils.safestring import SafeString, mark_safe

from qa_portal.campaigns.models import Campaign
from reports.circular import Circular, CircularSettings, build_circular, figures
from reports.circular.charts import applications_by_channel, applications_by_industry
from reports.circular.html import chart_svg, render_html
from reports.circular.parts import Figures
from reports.links import circular_links
from reports.models import TextBlock
from reports.statistics import CampaignStatistics, statistics_of
from submissions.enums import Industry


def circular_of(
    campaign: Campaign, statistics: CampaignStatistics | None = None, texts: dict[str, str] | None = None
) -> Circular:
    """The circular as the data stand now, with the saved texts or others to try.

    Raises TextError naming a text block that cannot be used.
    """
    statistics = statistics or statistics_of(campaign)
    settings = CircularSettings(
        document_number=campaign.document_number or None,
        signed_on=campaign.signed_on,
        printed_on=campaign.printed_on,
        cc_units=campaign.cc_units,
        # contracts, section 5: the industries that occur, all of them
        industries_named=len(Industry),
    )
    if campaign.main_recipients:
        settings = replace(settings, main_recipients=campaign.main_recipients)
    if texts is None:
        texts = dict(TextBlock.objects.filter(campaign=campaign).values_list("key", "text"))
    return build_circular({**statistics.as_json(), "context": statistics.context}, settings, texts)


def charts_of(statistics: CampaignStatistics) -> dict[str, SafeString]:
    """Inline SVG of the circular's two charts by the section of the statistics that they stand beside."""
    values = Figures({**statistics.as_json(), "context": statistics.context})
    charts = {"channels": applications_by_channel(values, 1), "industries": applications_by_industry(values, 2)}
    return {key: chart_svg(chart) for key, chart in charts.items() if chart}


def preview_of(campaign: Campaign) -> tuple[Circular, SafeString]:
    """The circular and its HTML for a page, every figure linked to its rows. Raises TextError."""
    document = circular_of(campaign)
    links = circular_links(campaign.year, {figure.name for figure in figures(document)})
    return document, mark_safe(render_html(document, links, standalone=False))  # noqa: S308 - escaped there


def try_texts(campaign: Campaign, texts: dict[str, str]) -> None:
    """Build the circular with other texts; raises TextError naming the text that cannot be used."""
    circular_of(campaign, texts=texts)
