"""Small pieces that only the bureau's pages need."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qa_portal.campaigns.models import Campaign
from qa_portal.core.templatetags.icons import icon
from qa_portal.core.templatetags.portal import NONE_MARK, breadcrumbs, money, status_badge
from reports.circular import LABELS
from reviews.enums import Result

register = template.Library()
REMOVED_LABELS = {
    "application": lambda: _("Applications"),
    "expert": lambda: _("Experts"),
    "review": lambda: _("Reviews"),
    "decision": lambda: _("Decisions"),
}


@register.simple_tag
def year_crumbs(campaign: Campaign, *parts: Any) -> SafeString:
    """Home, the year, then label, address, …, label of the page itself; without parts the year is the page."""
    year = _("Year %(year)s") % {"year": campaign.year}
    home = (_("Home"), reverse("home"))
    if not parts:
        return breadcrumbs(*home, year)
    return breadcrumbs(*home, year, reverse("reports:overview", kwargs={"year": campaign.year}), *parts)


@register.simple_tag
def result_badge(result: str) -> SafeString:
    """The result of the review by its code; "" is not decided yet."""
    if result not in Result.values:
        return status_badge("wait", _("Not decided yet"))
    return status_badge("neutral" if result == Result.NOT_SELECTED else "ok", dict(Result.choices)[result])


@register.filter
def in_words(points: int | None) -> str:
    """A change in percentage points as a sentence says it: “up 6 points”, “down 12 points”, “unchanged”."""
    if points is None:
        return NONE_MARK
    if points == 0:
        return _("unchanged")
    text = (
        ngettext("up %(points)s percentage point", "up %(points)s percentage points", points)
        if points > 0
        else ngettext("down %(points)s percentage point", "down %(points)s percentage points", -points)
    )
    return text % {"points": abs(points)}


@register.filter
def explained(problem: Any) -> str:
    """What a problem, finding or error says: its English msgid in the active language, places filled.

    Takes the JSON of an import problem (`message`, `params`), a finding (`message`) or a CircularError.
    """
    if isinstance(problem, Mapping):
        msgid, params = problem["message"], problem.get("params", {})
    else:
        msgid, params = getattr(problem, "msgid", None) or problem.message, getattr(problem, "params", {})
        if key := getattr(problem, "key", ""):
            params = {**params, "key": LABELS.get(key, key)}  # people know a text by its label
    text = _(msgid)
    return text % params if params else text


@register.filter
def grades(results: Mapping[str, int]) -> list[tuple[str, int]]:
    """Numbers by result as (label, number), in the order of the results."""
    return [(str(one.label), results[one.value]) for one in Result if one.value in results]


@register.filter
def removed_rows(removed: Mapping[str, int]) -> list[tuple[str, int]]:
    """What a replaced year lost, as (label, number); rows that hang on these are left out."""
    return [(label(), removed[name]) for name, label in REMOVED_LABELS.items() if removed.get(name)]


@register.simple_tag
def export_links(url: str, count: int, query: str = "") -> SafeString:
    """The list as Excel and CSV, with the number of rows on each button."""
    kinds = (("xlsx", _("Excel"), "btn-primary"), ("csv", _("CSV"), "btn-outline-primary"))
    return format_html_join(
        "",
        '<a class="btn {}" href="{}.{}{}">{}<span>{}</span></a>',
        (
            (
                look,
                url,
                ending,
                query,
                icon("download"),
                _("%(form)s (%(count)s)") % {"form": name, "count": money(count)},
            )
            for ending, name, look in kinds
        ),
    )


@register.simple_tag
def figure_link(url: str, value: Any, label: str) -> SafeString:
    """A number that opens its rows; its name for assistive technology says which rows."""
    return format_html(
        '<a class="figure-link" href="{}">{}<span class="visually-hidden"> {}</span></a>', url, value, label
    )
