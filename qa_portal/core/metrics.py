"""Figures for Prometheus: requests counted in each web process, the rest read when asked.

With `PROMETHEUS_MULTIPROC_DIR` set, as `gunicorn.conf.py` does, the processes of one server add up.
Apps contribute what only the database knows with `register_gauges`.

Who may read them: whoever sends METRICS_TOKEN as a bearer token, and without a token a machine of
METRICS_NETWORKS that connects directly. A request that came through a proxy needs the token. Everybody
else gets the 404 of an address that does not exist.
"""

import hmac
import ipaddress
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from qa_portal.core.policy import anyone, requires

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNKNOWN_VIEW = "none"  # no address of the portal: one value, whatever is asked for

REQUESTS = Counter("portal_requests_total", "Requests answered.", ["view", "method", "status"])
SECONDS = Histogram(
    "portal_request_seconds", "Time to answer a request.", ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)  # fmt: skip


# ------------------------------------------------------------------ counting requests
class MetricsMiddleware:
    """Counts each request under the name of its view, so that addresses do not become labels."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        view = (match.view_name if match else "") or UNKNOWN_VIEW
        method = request.method if request.method in METHODS else "OTHER"
        REQUESTS.labels(view, method, response.status_code).inc()
        SECONDS.labels(view).observe(time.perf_counter() - begun)
        return response


# ------------------------------------------------------------------ figures of the apps
@dataclass(frozen=True, slots=True)
class Gauge:
    """One figure; `values` pairs the values of `labels` with a number."""

    name: str
    help: str
    values: tuple[tuple[tuple[str, ...], float], ...]
    labels: tuple[str, ...] = ()


Source = Callable[[], Iterable[Gauge]]
_sources: dict[str, Source] = {}


def register_gauges(name: str, source: Source) -> None:
    """Ask `source` at every scrape; an app calls this once, in `AppConfig.ready`."""
    _sources[name] = source


class _Sources:
    """The figures of all apps. A source that cannot reach the database is told as down, not as zero."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("portal_source_up", "Whether these figures could be read.", labels=["source"])
        for name, source in sorted(_sources.items()):
            try:
                gauges = list(source())
            except DatabaseError:
                gauges = []
                up.add_metric([name], 0)
            else:
                up.add_metric([name], 1)
            yield from map(_family, gauges)
        yield up


def _family(gauge: Gauge) -> GaugeMetricFamily:
    family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
    for labels, value in gauge.values:
        family.add_metric(labels, value)
    return family


# ------------------------------------------------------------------ the page
@requires(anyone)
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures, for those who may read them."""
    if not may_read_metrics(request):
        raise Http404
    registry: Any = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    own = CollectorRegistry()
    own.register(_Sources())
    response = HttpResponse(generate_latest(registry) + generate_latest(own), content_type=CONTENT_TYPE_LATEST)
    response["Cache-Control"] = "no-store"
    return response


def may_read_metrics(request: HttpRequest) -> bool:
    """The right token, or a direct connection from a network of METRICS_NETWORKS."""
    scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    if given:
        expected = settings.METRICS_TOKEN
        return bool(expected) and scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), expected.encode())
    if request.headers.get("X-Forwarded-For"):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in settings.METRICS_NETWORKS)
