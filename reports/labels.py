"""What the figures of the statistics are called on screen."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qa_portal.organisations.enums import Channel
from reports.statistics import figure_path
from reviews.enums import GRADES
from submissions.enums import Industry

LABELS: dict[str, Any] = {
    "applications.total": _("Applications"),
    "applications.strategic": _("Strategic emerging industries"),
    "applications.international_advanced": _("International advanced level"),
    "applications.domestic_leading": _("Domestic leading level"),
    "applications.new_sales_yi": _("New sales"),
    "applications.new_profit_yi": _("New profit"),
    "applications.energy_saving_yi": _("Energy and consumption saving"),
    "applications.forex_yi_usd": _("Foreign exchange saved and earned"),
    "results.total": _("Winners"),
    "results.high_end": _("Winners: high-end products"),
    "results.private": _("Winners: private enterprises"),
    "results.specialised": _("Winners: specialised enterprises"),
    "results.bottleneck": _("Winners: bottleneck technology"),
    "results.digital": _("Winners: digital technologies"),
    "sme.applications": _("Applications of SMEs"),
    "sme.results": _("Winners: SMEs"),
    "not_selected.total": _("Not selected"),
}


def figure_label(name: str) -> str:
    """Name of a figure, or of any printed value of it, in the active language."""
    path = figure_path(name)
    if path in LABELS:
        return str(LABELS[path])
    group, _dot, value = path.rpartition(".")
    if group == "applications.by_channel":
        return gettext("Channel: %(value)s") % {"value": Channel.by_term()[value].label}
    if group == "applications.by_industry":
        return gettext("Industry: %(value)s") % {"value": Industry.by_term()[value].label}
    if group == "applications.by_district":
        return gettext("Recommended by: %(value)s") % {"value": value}
    if group == "not_selected.by_reason":
        return gettext("Not selected: %(value)s") % {"value": value}
    grade = next((one for one in GRADES if one.term == value), None)
    if grade and group == "results.by_grade":
        return str(grade.label)
    if grade and group == "sme.by_grade":
        return gettext("SMEs: %(value)s") % {"value": grade.label}
    return path
