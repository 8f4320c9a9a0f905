"""Is the process alive, and has it all that it needs? For load balancers and container health checks."""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import get_random_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.backoff import NoBackoff
from redis.retry import Retry

from qa_portal.core.policy import anyone, requires

log = logging.getLogger(__name__)
SECONDS_FOR_BROKER = 3


class NotReady(Exception):
    """A part answers, but not as it must."""


@requires(anyone)
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@requires(anyone)
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when all parts work; 503 with the names of those that do not. Reasons go to the log only."""
    missing = missing_parts()
    status = 503 if missing else 200
    return JsonResponse({"status": "not ready" if missing else "ready", "missing": missing}, status=status)


def missing_parts() -> list[str]:
    """Names of the parts that do not work now, in the order in which they are needed."""
    missing: list[str] = []
    for name, check in PARTS.items():
        if name == "migrations" and "database" in missing:
            continue
        try:
            check()
        except Exception as error:  # whatever a driver raises: the part is missing
            log.warning("not ready: %s (%s: %s)", name, type(error).__name__, error)
            missing.append(name)
    return missing


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


_migrated = False  # it stays true while this release runs


def _migrations() -> None:
    global _migrated
    if _migrated:
        return
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise NotReady(f"{len(waiting)} migrations wait; run manage.py migrate")
    _migrated = True


def _cache() -> None:
    key, value = "readyz", get_random_string(12)
    cache.set(f"{key}:{value}", value, 30)
    if cache.get(f"{key}:{value}") != value:
        raise NotReady("what was written is not read back")


def _broker() -> None:
    address = settings.CELERY_BROKER_URL
    if address.startswith(("redis:", "rediss:")):
        # asked directly: a server that takes connections and answers nothing must not keep us waiting
        with redis.Redis.from_url(address, socket_timeout=SECONDS_FOR_BROKER, retry=Retry(NoBackoff(), 0)) as server:
            server.ping()
        return
    with current_app.connection_for_write(address) as broker:
        broker.ensure_connection(max_retries=1, timeout=SECONDS_FOR_BROKER, interval_start=0.1)


def _storage() -> None:
    storage: Any = default_storage
    if isinstance(storage, FileSystemStorage):
        folder = Path(storage.location)
        while not folder.exists():  # it is made with the first file
            folder = folder.parent
        if not (folder.is_dir() and os.access(folder, os.W_OK)):
            raise NotReady(f"{folder} cannot be written")
    else:  # S3: the bucket is there and these keys may use it
        storage.connection.meta.client.head_bucket(Bucket=storage.bucket_name)


PARTS: dict[str, Callable[[], None]] = {
    "database": _database,
    "migrations": _migrations,
    "cache": _cache,
    "broker": _broker,
    "storage": _storage,
}
