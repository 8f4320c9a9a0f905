"""Settings with which jobs would be lost, refused before anything starts."""

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register
def check_broker(**_kwargs: Any) -> list[CheckMessage]:
    """Messages in memory reach only a worker in the same process, and are not for production."""
    errors: list[CheckMessage] = []
    if settings.CELERY_BROKER_URL.startswith("memory:"):
        if _web_processes() > 1:
            errors.append(_error("E001", "With several web processes jobs need a broker that all can reach."))
        if not settings.IS_DEMONSTRATION:
            errors.append(_error("E002", "In production jobs need a broker outside the web process."))
    elif "locmem" in settings.CACHES["default"]["BACKEND"].lower():
        errors.append(_error("E003", "Web and workers need one cache for progress and cancelling."))
    return errors


def _web_processes() -> int:
    value = os.environ.get("WEB_CONCURRENCY", "")
    return int(value) if value.isdigit() else 1


def _error(number: str, text: str) -> Error:
    return Error(text, hint="Set REDIS_URL, for example redis://127.0.0.1:6379/0.", id=f"jobs.{number}")
