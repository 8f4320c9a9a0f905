"""`/healthz` and `/readyz`: what a load balancer is told, and what it is not."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from qa_portal.core import health

NAMES = ["database", "migrations", "cache", "broker", "storage"]


def ready(client: Client) -> tuple[int, Any]:
    response = client.get("/readyz")
    return response.status_code, json.loads(response.content)


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)


def test_alive_without_a_database(client: Client) -> None:
    """No `db` fixture: pytest-django fails every query. Probes carry no cookie, so no session is looked up."""
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


@pytest.mark.django_db
def test_ready(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    assert ready(client) == (200, {"status": "ready", "missing": []})
    with django_assert_num_queries(1):  # migrations that were there stay there
        assert ready(client) == (200, {"status": "ready", "missing": []})


@pytest.mark.django_db
def test_a_waiting_migration_is_missing(client: Client) -> None:
    MigrationRecorder(connection).migration_qs.filter(app="jobs").delete()
    assert ready(client) == (503, {"status": "not ready", "missing": ["migrations"]})


def test_without_a_database(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """The test runner refuses queries here, as a server that is down would."""
    with caplog.at_level(logging.WARNING, "qa_portal.core.health"):
        assert ready(client) == (503, {"status": "not ready", "missing": ["database"]})
    assert [record.args[0] for record in caplog.records if record.name == "qa_portal.core.health"] == ["database"]


@pytest.mark.django_db
def test_a_cache_and_a_broker_that_are_down(client: Client, settings: Any) -> None:
    """The answer names the parts; where they are and how to sign in there stays in the log."""
    address = "redis://:S3NTINEL@127.0.0.1:1/0"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": address},
    }
    settings.CELERY_BROKER_URL = address
    assert ready(client) == (503, {"status": "not ready", "missing": ["cache", "broker"]})
    assert b"S3NTINEL" not in client.get("/readyz").content


@pytest.mark.django_db
def test_a_folder_of_files_that_cannot_be_written(client: Client, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "no-folder").touch()
    settings.MEDIA_ROOT = tmp_path / "no-folder" / "files"
    assert ready(client) == (503, {"status": "not ready", "missing": ["storage"]})


@pytest.mark.django_db
def test_a_bucket_that_does_not_answer(client: Client, settings: Any) -> None:
    options = {
        "bucket_name": "files", "endpoint_url": "http://127.0.0.1:1", "location": "portal", "region_name": "x",
        "access_key": "a", "secret_key": "S3NTINEL",
    }  # fmt: skip
    settings.STORAGES = {
        **settings.STORAGES, "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options},
    }  # fmt: skip
    assert ready(client) == (503, {"status": "not ready", "missing": ["storage"]})


def test_the_parts_are_these() -> None:
    assert list(health.PARTS) == NAMES


@pytest.mark.parametrize("method", ["post", "put", "delete"])
@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/metrics"])
def test_nothing_but_reading(client: Client, address: str, method: str) -> None:
    assert getattr(client, method)(address).status_code == 405
