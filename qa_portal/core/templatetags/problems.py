"""Errors of imported tables in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext

register = template.Library()


@register.filter
def problem_text(problem: Mapping[str, Any]) -> str:
    """What is wrong, from the JSON of a problem: its msgid in the active language with its values."""
    text = gettext(problem["message"])
    return text % problem["params"] if problem["params"] else text
