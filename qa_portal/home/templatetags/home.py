"""Words of the home page."""

from datetime import datetime

from django import template
from django.utils import timezone

from submissions.deadlines import left_text

register = template.Library()


@register.filter
def time_left(due: datetime) -> str:
    """How long it is until a moment, in its two largest parts; "" when it has passed."""
    left = due - timezone.now()
    return left_text(left) if left.total_seconds() > 0 else ""
