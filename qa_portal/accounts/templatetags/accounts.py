"""Tags of the account pages: unmet duties, and browsers by name."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from qa_portal.accounts.queries import duty_of

register = template.Library()

# in this order: later browsers also carry the names of earlier ones
BROWSERS = (("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"),
            ("Chrome/", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
SYSTEMS = (("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
           ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip


@register.simple_tag(takes_context=True)
def account_duty(context: Any) -> str:
    """The name of the duty that keeps other pages closed: NEW_PASSWORD, ENROL, CONFIRM, or ""."""
    duty = duty_of(context["request"])
    return duty.name if duty else ""


@register.filter
def browser_name(user_agent: str) -> str:
    """A browser as people know it: “Edge, Windows”; what it says of itself where it is none of these."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return _(", ").join(part for part in (browser, system) if part) or user_agent[:60]
