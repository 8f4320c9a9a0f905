"""Settings with which signing in would be unsafe, refused before anything starts."""

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def check_second_factor(**_kwargs: Any) -> list[CheckMessage]:
    """Only the demonstration may do without a second factor."""
    if settings.IS_DEMONSTRATION or settings.SECOND_FACTOR_REQUIRED:
        return []
    return [
        Error(
            "The second factor of bureau, expert and administrator accounts is switched off.",
            hint="Remove SECOND_FACTOR_REQUIRED; only the demonstration may switch it off.",
            id="accounts.E001",
        )
    ]


@register
def check_cache(**_kwargs: Any) -> list[CheckMessage]:
    """Failed tries and used codes are counted in the cache: all processes must see one."""
    if "locmem" not in str(settings.CACHES["default"]["BACKEND"]).lower():
        return []
    processes = os.environ.get("WEB_CONCURRENCY", "")
    if settings.IS_DEMONSTRATION and not (processes.isdigit() and int(processes) > 1):
        return []
    return [
        Error(
            "Failed sign-ins are counted in the memory of each process: locks would not hold.",
            hint="Set REDIS_URL, for example redis://127.0.0.1:6379/0.",
            id="accounts.E002",
        )
    ]
