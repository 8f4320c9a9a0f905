"""`/metrics`: who may read it, and that the figures are right."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import Error
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from qa_portal.accounts.models import User
from qa_portal.audit.operations import note_end, record
from qa_portal.core.checks import check_demonstration_people
from qa_portal.core.metrics import METHODS
from qa_portal.jobs.enums import JobState
from qa_portal.jobs.models import Job


def figures(client: Client, **kwargs: Any) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = client.get("/metrics", **kwargs).content.decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


# ------------------------------------------------------------------ who
TOKEN = "the-token-of-prometheus"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "headers", "address", "status"),
    [
        ("", {}, "127.0.0.1", 200),
        ("", {}, "::1", 200),
        ("", {}, "192.0.2.7", 404),
        ("", {}, "", 404),
        ("", {"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", 404),
        ("", {"Authorization": "Bearer "}, "192.0.2.7", 404),
        ("", {"Authorization": "Bearer x"}, "127.0.0.1", 404),
        (TOKEN, {"Authorization": f"Bearer {TOKEN}"}, "192.0.2.7", 200),
        (TOKEN, {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "192.0.2.9"}, "192.0.2.7", 200),
        (TOKEN, {"Authorization": f"Bearer {TOKEN[:-1]}"}, "127.0.0.1", 404),
        (TOKEN, {"Authorization": "Bearer \xe9"}, "127.0.0.1", 404),
        (TOKEN, {"Authorization": f"Basic {TOKEN}"}, "127.0.0.1", 404),
        (TOKEN, {"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", 404),
        (TOKEN, {}, "127.0.0.1", 200),
    ],
)
def test_who_may_read(
    client: Client, settings: Any, token: str, headers: dict[str, str], address: str, status: int
) -> None:
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", headers=headers, REMOTE_ADDR=address).status_code == status


@pytest.mark.django_db
def test_networks_are_a_setting(client: Client, settings: Any) -> None:
    settings.METRICS_NETWORKS = ["192.0.2.0/24"]
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 404


# ------------------------------------------------------------------ what
@pytest.mark.django_db
def test_requests_are_counted_under_the_name_of_their_view(client: Client) -> None:
    def count(view: str, status: str, method: str = "GET") -> float:
        labels = (("method", method), ("status", status), ("view", view))
        return figures(client).get(("portal_requests_total", labels), 0)

    before = count("healthz", "200"), count("none", "404"), count("healthz", "405", "OTHER")
    client.get("/healthz")
    client.get("/no-such-page-1/")
    client.get("/no-such-page-2/")
    client.generic("BREW", "/healthz")
    after = count("healthz", "200"), count("none", "404"), count("healthz", "405", "OTHER")
    assert [late - early for early, late in zip(before, after, strict=True)] == [1, 2, 1]
    assert "BREW" not in METHODS
    timed = figures(client)
    assert timed[("portal_request_seconds_count", (("view", "healthz"),))] >= 1
    assert "no-such-page" not in client.get("/metrics").content.decode()


def make_job(state: str, age: int) -> Job:
    at = timezone.now() - timedelta(seconds=age)
    running: dict[str, Any] = {"started_at": at, "heartbeat_at": at, "attempts": 1} if state == "running" else {}
    ended: dict[str, Any] = {"finished_at": at} if state == "succeeded" else {}
    return Job.objects.create(kind="x", title="x", state=state, language="en", created_at=at, **running, **ended)


@pytest.mark.django_db
def test_jobs_by_state_and_age(client: Client) -> None:
    for state, age in (("queued", 90), ("queued", 30), ("running", 20), ("succeeded", 900)):
        make_job(state, age)
    found = figures(client)
    counts = {state: found[("portal_jobs", (("state", state),))] for state in JobState.values}
    assert counts == {"queued": 2, "running": 1, "succeeded": 1, "failed": 0, "cancelled": 0}
    assert int(found[("portal_job_queue_age_seconds", ())]) in (90, 91)
    assert int(found[("portal_job_silence_seconds", ())]) in (20, 21)
    assert found[("portal_source_up", (("source", "jobs"),))] == 1


@pytest.mark.django_db
def test_the_anchor_of_the_audit_trail(client: Client, settings: Any, tmp_path: Path, staff_user: Any) -> None:
    settings.AUDIT_ANCHOR = tmp_path / "anchor.jsonl"
    for _number in range(3):
        record("test.done", staff_user, by=None)
    assert figures(client)[("portal_audit_anchored_entries", ())] == 0
    note_end(settings.AUDIT_ANCHOR)
    record("test.done", staff_user, by=None)
    found = figures(client)
    assert found[("portal_audit_entries", ())] == 4
    assert found[("portal_audit_anchored_entries", ())] == 3
    assert found[("portal_audit_anchor_age_seconds", ())] < 5
    assert json.loads(settings.AUDIT_ANCHOR.read_text())["sequence"] == 3


def test_figures_of_a_database_that_is_down_are_missing_not_zero(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError
    from django.db.models import QuerySet

    def down(*_args: Any, **_kwargs: Any) -> Any:
        raise OperationalError("connection refused")

    monkeypatch.setattr(QuerySet, "_fetch_all", down)
    found = figures(client)
    assert found[("portal_source_up", (("source", "jobs"),))] == 0
    assert ("portal_jobs", (("state", "queued"),)) not in found


# ------------------------------------------------------------------ a database that ran the demonstration
@pytest.mark.django_db
@pytest.mark.parametrize(("email", "is_active", "ids"), [
    ("staff@demo.example", True, ["core.E013"]),
    ("staff@demo.example", False, []),
    ("staff@example.com", True, []),
])  # fmt: skip
def test_people_of_the_demonstration_are_found(settings: Any, email: str, is_active: bool, ids: list[str]) -> None:
    User.objects.create_user(email, is_active=is_active)
    assert check_demonstration_people(databases=["default"]) == []
    settings.IS_DEMONSTRATION = False
    found = check_demonstration_people(databases=["default"])
    assert [one.id for one in found if isinstance(one, Error)] == ids
