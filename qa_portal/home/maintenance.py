"""Maintenance: while a file lies in VAR_DIR, everybody gets one plain page. No database is needed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

# Asked by the machines that watch the portal; static files are served before this middleware.
OPEN_PATHS = ("/healthz", "/readyz", "/metrics")
RETRY_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Under way now, until a known time or not."""

    until: datetime | None = None

    @property
    def retry_after(self) -> int:
        """Seconds after which it makes sense to come again; at least a minute."""
        if self.until is None:
            return RETRY_SECONDS
        return max(60, int((self.until - timezone.now()).total_seconds()))


def maintenance_file() -> Path:
    return Path(settings.VAR_DIR) / "maintenance.json"


def current_maintenance() -> Maintenance | None:
    """The maintenance under way, None when there is none. A file that cannot be read still counts."""
    try:
        text = maintenance_file().read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        return Maintenance(datetime.fromisoformat(json.loads(text)["until"]))
    except (ValueError, KeyError, TypeError):
        return Maintenance()


def start_maintenance(until: datetime | None) -> None:
    """Show the page from the next request on."""
    file = maintenance_file()
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps({"until": until.isoformat() if until else None}), encoding="utf-8")
    fresh.replace(file)


def end_maintenance() -> bool:
    """Open the portal again; False if it was open."""
    is_there = maintenance_file().exists()
    maintenance_file().unlink(missing_ok=True)
    return is_there


class MaintenanceMiddleware:
    """Answers 503 with the page while maintenance is under way; stands before sessions and database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in OPEN_PATHS or request.path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        maintenance = current_maintenance()
        if maintenance is None:
            return self.get_response(request)
        page = render_to_string("maintenance.html", {"until": maintenance.until})
        headers = {"Retry-After": str(maintenance.retry_after), "Cache-Control": "no-store"}
        return HttpResponse(page, status=503, headers=headers)
