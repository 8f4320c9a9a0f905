"""A small own set of icons, drawn on a 24 × 24 grid, used inline: no font, no sprite, no request.

An icon never stands alone: it is hidden from assistive technology and its word stands beside it.
"""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

ICONS: dict[str, str] = {
    "ok": '<circle cx="12" cy="12" r="9"/><path d="m8 12.5 2.7 2.7L16 9.5"/>',
    "wait": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.5l3.5 2"/>',
    "bad": '<circle cx="12" cy="12" r="9"/><path d="m9 9 6 6m0-6-6 6"/>',
    "neutral": '<circle cx="12" cy="12" r="9"/><path d="M8 12h8"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v6m0-9.5v.5"/>',
    "warning": '<path d="M12 4 2.8 20h18.4zM12 10v4.5m0 2.5v.5"/>',
    "lock": '<path d="M5 11h14v9H5zM8 11V8a4 4 0 0 1 8 0v3"/>',
    "ascending": '<path d="M12 19V5m-5 5 5-5 5 5"/>',
    "descending": '<path d="M12 5v14m-5-5 5 5 5-5"/>',
    "sortable": '<path d="m8 10 4-4 4 4M8 14l4 4 4-4"/>',
    "close": '<path d="m6 6 12 12M18 6 6 18"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "download": '<path d="M12 4v11m-5-5 5 5 5-5M4 20h16"/>',
    "upload": '<path d="M12 15V4M7 9l5-5 5 5M4 20h16"/>',
    "print": '<path d="M7 8V3h10v5M7 17H3V8h18v9h-4M7 14h10v7H7z"/>',
    "down": '<path d="m6 9 6 6 6-6"/>',
    "left": '<path d="m15 6-6 6 6 6"/>',
    "right": '<path d="m9 6 6 6-6 6"/>',
    "file": '<path d="M6 3h8l4 4v14H6zM14 3v4h4"/>',
    "edit": '<path d="M4 20h4L19 9l-4-4L4 16z"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 21c0-4.5 3.5-7 8-7s8 2.5 8 7"/>',
    "sign_out": '<path d="M14 4H5v16h9m-4-8h11m-4-4 4 4-4 4"/>',
    "help": '<circle cx="12" cy="12" r="9"/><path d="M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8m0 3v.4"/>',
    "bell": '<path d="M6 16v-5a6 6 0 0 1 12 0v5l2 2H4zM10 21h4"/>',
    "calendar": '<path d="M4 6h16v14H4zM4 10h16M8 3v5m8-5v5"/>',
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """The icon `name` as inline SVG; KeyError for a name outside the set."""
    return format_html(
        '<svg class="icon" width="16" height="16" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"'
        ' focusable="false">{}</svg>',
        mark_safe(ICONS[name]),  # noqa: S308 - constants of this file
    )
