"""Components of the pages: each tag is one look for one thing, on every page the same.

`{% load portal %}`, then see the component page (/components/) for every tag in every state. Tags used
once per table row build their markup in Python, because a template per cell makes long tables slow.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from qa_portal.core.templatetags.icons import icon

register = template.Library()
register.simple_tag(icon)

KINDS = ("ok", "wait", "bad", "neutral", "info")
NONE_MARK = "—"
MINUS = "\u2212"


# ------------------------------------------------------------------ figures
@register.filter
def dash(value: Any) -> Any:
    """— for what is missing (None or empty text); 0 stays 0."""
    return NONE_MARK if value is None or value == "" else value


@register.filter
def money(value: Decimal | int | None, places: int | None = None) -> str:
    """1278900 → “1,278,900”, -12.5 → “−12.5”, None → “—”; `places` fixes the decimals shown."""
    if value is None or value == "":
        return NONE_MARK
    number = Decimal(value)
    text = f"{number:,f}" if places is None else f"{number:,.{places}f}"
    if places is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", MINUS)


@register.filter
def signed(value: Decimal | int | None) -> str:
    """A change with its sign: 6 → “+6”, -2 → “−2”, 0 → “0”, None → “—”."""
    text = money(value)
    return f"+{text}" if value is not None and value != "" and value > 0 else text


# ------------------------------------------------------------------ addresses
def url_with(request: HttpRequest, *, drop: Iterable[str] = (), **changes: Any) -> str:
    """The address of this page with some query parameters set (or dropped when None)."""
    query = request.GET.copy()
    for name in drop:
        query.pop(name, None)
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    text = query.urlencode()
    return f"{request.path}?{text}" if text else request.path


@register.simple_tag
def asset(path: str) -> str:
    """Address of a static file; falls back to the plain one so that an error page never fails."""
    try:
        return static(path)
    except ValueError:
        from django.conf import settings

        return f"{settings.STATIC_URL}{path}"


# ------------------------------------------------------------------ page
@register.simple_block_tag
def page_header(
    content: str, title: Any, *, count: Any = None, unit: Any = "", lead: Any = "", badge: Any = ""
) -> SafeString:
    """The one h1 of a page, with an optional count, a lead sentence, a badge, and actions as content."""
    return mark_safe(  # noqa: S308 - rendered by the template engine
        render_to_string(
            "components/page_header.html",
            {
                "title": title,
                "count": count,
                "unit": unit,
                "lead": lead,
                "badge": badge,
                "actions": mark_safe(content.strip()),  # noqa: S308 - rendered by the template engine
            },
        )
    )


@register.simple_tag
def breadcrumbs(*parts: Any) -> SafeString:
    """The way to this page: label, address, label, address, …, label of the page itself."""
    links, last = [], parts[-1]
    for label, url in zip(parts[:-1:2], parts[1:-1:2], strict=True):
        links.append((url, label))
    return format_html(
        '<nav class="crumbs" aria-label="{}"><ol>{}<li aria-current="page">{}</li></ol></nav>',
        _("Breadcrumb"),
        format_html_join("", '<li><a href="{}">{}</a></li>', links),
        last,
    )


@register.simple_tag(takes_context=True)
def section_nav(context: Any, *parts: Any, label: Any = "") -> SafeString:
    """Links between the pages of one section: label, address, label, address; this page is marked."""
    path = context["request"].path
    return format_html(
        '<nav class="section-nav" aria-label="{}"><ul>{}</ul></nav>',
        label or _("Pages of this section"),
        format_html_join(
            "",
            '<li><a href="{}"{}>{}</a></li>',
            (
                (url, mark_safe(' aria-current="page"') if url.partition("?")[0] == path else "", text)
                for text, url in zip(parts[::2], parts[1::2], strict=True)
            ),
        ),
    )


# ------------------------------------------------------------------ state
@register.simple_tag
def status_badge(kind: str, label: Any, icon_name: str = "") -> SafeString:
    """A state as icon, word and colour; `kind` is ok, wait, bad, neutral or info."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of state: {kind}")
    return format_html('<span class="badge-state is-{}">{}<span>{}</span></span>', kind, icon(icon_name or kind), label)


@register.simple_block_tag
def notice(content: str, kind: str = "info", *, title: Any = "", live: bool = False) -> SafeString:
    """A box that says something of a kind (ok, wait, bad, neutral, info); `live` announces it."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of notice: {kind}")
    role = ("alert" if kind == "bad" else "status") if live else ""
    return format_html(
        '<div class="notice is-{}"{}>{}<div class="notice-body">{}{}</div></div>',
        kind,
        format_html(' role="{}"', role) if role else "",
        icon("warning" if kind == "wait" else kind),
        format_html('<p class="notice-title">{}</p>', title) if title else "",
        mark_safe(content.strip()),  # noqa: S308 - rendered by the template engine
    )


@register.filter
def message_kind(tags: str) -> str:
    """Kind of notice for the level of a Django message."""
    levels = {"success": "ok", "warning": "wait", "error": "bad", "debug": "neutral"}
    return next((levels[tag] for tag in (tags or "").split() if tag in levels), "info")


@register.simple_tag
def progress(value: int, maximum: int, label: Any) -> SafeString:
    """How much is done: a native progress bar with its words, “6 / 9”."""
    return format_html(
        '<div class="meter"><span class="meter-label">{label}</span>'
        '<progress value="{value}" max="{top}" aria-label="{label}">{value} / {maximum}</progress>'
        '<span class="meter-text">{value} / {maximum}</span></div>',
        label=label,
        value=value,
        maximum=maximum,
        top=maximum or 1,
    )


@register.inclusion_tag("components/empty_state.html")
def empty_state(title: Any, text: Any = "", *, action: Any = "", url: str = "", match: bool = False) -> dict[str, Any]:
    """Why nothing is here and what to do; `match=True` when a filter left nothing over."""
    return {"title": title, "text": text, "action": action, "url": url, "icon": "search" if match else "file"}


# ------------------------------------------------------------------ figures on a page
@register.simple_tag
def stat_card(
    label: Any,
    value: Any,
    *,
    url: str = "",
    unit: Any = "",
    share: Any = "",
    numerator: Any = None,
    denominator: Any = None,
    note: Any = "",
) -> SafeString:
    """A figure that opens its rows, with numerator and denominator. Stands inside `<dl class="stats">`."""
    shown = format_html(
        '<span class="stat-number">{}</span>{}',
        dash(value),
        format_html('<span class="stat-unit">{}</span>', unit) if unit else "",
    )
    if url:
        shown = format_html(
            '<a class="stat-link" href="{}">{}<span class="visually-hidden"> {}</span></a>',
            url,
            shown,
            _("Open the rows: %(label)s") % {"label": label},
        )
    base = ""
    if numerator is not None:
        base = format_html('<span class="stat-base">{} / {}</span>', numerator, dash(denominator))
    return format_html(
        '<div class="stat"><dt>{}</dt><dd>{}{}{}{}</dd></div>',
        label,
        shown,
        format_html('<span class="stat-share">{}</span>', share) if share else "",
        base,
        format_html('<span class="stat-note">{}</span>', note) if note else "",
    )


@register.simple_tag
def facts(pairs: Mapping[Any, Any] | Iterable[tuple[Any, Any]]) -> SafeString:
    """A definition list of (label, value); a missing value is —."""
    rows = pairs.items() if isinstance(pairs, Mapping) else pairs
    return format_html(
        '<dl class="facts">{}</dl>',
        format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", ((label, dash(value)) for label, value in rows)),
    )


# ------------------------------------------------------------------ tables
@register.simple_block_tag
def table_region(content: str, label: Any, *, tall: bool = False) -> SafeString:
    """A labelled region in which a wide table scrolls by touch, wheel and keyboard.

    `tall` lets it scroll down as well, so that the sticky header stays in sight.
    """
    return format_html(
        '<div class="table-region{}" role="region" aria-label="{}" tabindex="0">{}</div>',
        " is-tall" if tall else "",
        label,
        mark_safe(content.strip()),  # noqa: S308 - rendered by the template engine
    )


@register.simple_tag(takes_context=True)
def sort_header(
    context: Any,
    field: str,
    label: Any,
    *,
    number: bool = False,
    default: str = "",
    first: str = "",
    param: str = "sort",
) -> SafeString:
    """A column heading that sorts; the link keeps the other parameters and starts on page one.

    `default` is the order of the page without the parameter; `first="-"` begins with descending.
    """
    request: HttpRequest = context["request"]
    current = request.GET.get(param) or default
    ascending, descending = current == field, current == f"-{field}"
    target = f"-{field}" if ascending else field if descending else f"{first}{field}"
    state = "ascending" if ascending else "descending" if descending else ""
    return format_html(
        '<th scope="col"{}{}><a class="sort" href="{}">{}{}</a></th>',
        mark_safe(' class="num"') if number else "",
        format_html(' aria-sort="{}"', state) if state else "",
        url_with(request, drop=("page",), **{param: target}),
        label,
        icon(state or "sortable"),
    )


@register.inclusion_tag("components/filter_chips.html", takes_context=True)
def filter_chips(context: Any, chips: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The filters in force: mappings with `name` (parameter), `label`, `text`, optional `value`.

    Each chip links to the page without it; `value` removes one of several values of a parameter.
    """
    request: HttpRequest = context["request"]
    shown = []
    for chip in chips:
        query = request.GET.copy()
        query.pop("page", None)
        kept = [v for v in query.getlist(chip["name"]) if "value" in chip and v != str(chip["value"])]
        query.setlist(chip["name"], kept)
        text = query.urlencode()
        shown.append({**chip, "url": f"{request.path}?{text}" if text else request.path})
    names = {"page", *(chip["name"] for chip in chips)}
    return {"chips": shown, "clear_url": url_with(request, drop=names)}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Any, page: Page) -> dict[str, Any]:
    """Pages of a list; keeps the other parameters. Says “1–50 of 145” even when there is one page."""
    request: HttpRequest = context["request"]
    numbers = [
        {"number": n, "url": url_with(request, page=n) if isinstance(n, int) else "", "here": n == page.number}
        for n in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    return {
        "page": page,
        "numbers": numbers if page.has_other_pages() else [],
        "previous_url": url_with(request, page=page.number - 1) if page.has_previous() else "",
        "next_url": url_with(request, page=page.number + 1) if page.has_next() else "",
    }


# ------------------------------------------------------------------ forms
@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: Any, takes_focus: bool = True) -> dict[str, Any]:
    """All errors of bound forms on top of the page, each linking to its field in the same words."""
    errors: list[dict[str, Any]] = []
    for form in forms:
        if not getattr(form, "is_bound", False):  # no form on this page, or not sent yet
            continue
        form.has_error_summary = True  # crispy then does not repeat the errors of the whole form
        errors += [{"text": text, "label": "", "url": ""} for text in form.non_field_errors()]
        for bound in form:
            anchor = f"{bound.auto_id}_0" if bound.use_fieldset else bound.auto_id
            errors += [
                {"text": text, "label": "" if bound.is_hidden else bound.label, "url": f"#{anchor}"}
                for text in bound.errors
            ]
    return {"errors": errors, "takes_focus": takes_focus}


@register.simple_tag
def error_prefix(*forms: Any) -> str:
    """“Error: ” for the title of a page whose form was refused."""
    refused = any(getattr(form, "is_bound", False) and form.errors for form in forms)
    return _("Error: ") if refused else ""
