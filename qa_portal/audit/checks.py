"""What must be right before the portal runs with real data."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def check_audit_key(**_kwargs: Any) -> list[CheckMessage]:
    """Entries are sealed with a key of their own outside the demonstration."""
    if settings.AUDIT_KEY:
        return []
    return [
        Error(
            "AUDIT_KEY is not set: entries of the audit trail cannot be sealed.",
            hint="Set AUDIT_KEY to at least 32 random characters, other than SECRET_KEY, and keep it.",
            id="audit.E001",
        )
    ]
