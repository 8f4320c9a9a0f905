"""Real processes: a worker killed with `kill -9`, and the embedded server from boot to SIGTERM."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection

from qa_portal.audit.models import AuditEvent
from qa_portal.audit.queries import Finding, verify_trail
from qa_portal.jobs.enums import JobState
from qa_portal.jobs.models import Job
from qa_portal.jobs.operations import enqueue
from tests.conftest import free_port, wait_for_port
from tests.production.conftest import REQUIRED
from tests.qa_portal.jobs.demo.tasks import EFFECT

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
Start = Callable[..., "subprocess.Popen[bytes]"]


def database_url() -> str:
    """The test database, for another process."""
    data = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{data['NAME']}"
    host = data["HOST"].replace("/", "%2F")
    password = f":{data['PASSWORD']}" if data["PASSWORD"] else ""
    port = f":{data['PORT']}" if data["PORT"] else ""
    if host.startswith("%2F") or not host:
        return f"postgres://{data['USER']}{password}@/{data['NAME']}?host={host}"
    return f"postgres://{data['USER']}{password}@{host}{port}/{data['NAME']}"


@pytest.fixture
def start(process_env: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Start `python -m module …` or `manage.py …` on the test database; ended after the test."""
    processes: list[subprocess.Popen[bytes]] = []
    env = {**process_env, "DJANGO_SETTINGS_MODULE": "tests.qa_portal.jobs.worker_settings",
           "DATABASE_URL": database_url(), "PYTHONUNBUFFERED": "1"}  # fmt: skip

    def start(*arguments: str, **more_env: str) -> "subprocess.Popen[bytes]":
        with (tmp_path / f"output-{len(processes)}").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, *arguments], cwd=django_settings.BASE_DIR, env={**env, **more_env},
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def output(tmp_path: Path) -> Callable[[int], str]:
    """What the process of that number, from 0, has written."""
    return lambda number: (tmp_path / f"output-{number}").read_text()


def wait_until(condition: Callable[[], Any], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def state_of(job: Job) -> tuple[str, int, int]:
    """State, attempts and effects."""
    job.refresh_from_db()
    return job.state, job.attempts, AuditEvent.objects.filter(action=EFFECT, object_id=str(job.pk)).count()


def get(port: int, path: str) -> HTTPResponse:
    return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10)


# ------------------------------------------------------------------ workers on Redis
@pytest.mark.redis
def test_a_worker_killed_in_the_middle_leaves_one_effect(
    start: Start, redis_url: str, owner: Any, tmp_path: Path
) -> None:
    """kill -9 in the transaction of the effect; the next worker's sweep puts the job back."""
    worker = ("-m", "celery", "-A", "qa_portal", "worker", "--pool=solo", "--loglevel=WARNING")
    started = tmp_path / "started"
    params = {"tenths": 600, "slow_first": True, "started": str(started)}
    job = enqueue("demo.effect", by=owner, params=params, title="x")
    start("-m", "celery", "-A", "qa_portal", "beat", "-S", "celery.beat:Scheduler", REDIS_URL=redis_url)
    first = start(*worker, REDIS_URL=redis_url)
    wait_until(started.exists)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert state_of(job) == (JobState.RUNNING, 1, 0)
    start(*worker, REDIS_URL=redis_url)
    wait_until(lambda: state_of(job)[0] == JobState.SUCCEEDED)
    assert state_of(job) == (JobState.SUCCEEDED, 2, 1)
    assert verify_trail([]) == Finding(2)


@pytest.mark.redis
def test_a_worker_killed_after_its_commit_does_not_do_it_again(
    start: Start, redis_url: str, owner: Any, tmp_path: Path
) -> None:
    worker = ("-m", "celery", "-A", "qa_portal", "worker", "--pool=solo", "--loglevel=WARNING")
    started = tmp_path / "started"
    params = {"tenths": 600, "started": str(started)}
    job = enqueue("demo.commit_then_linger", by=owner, params=params, title="x")
    start("-m", "celery", "-A", "qa_portal", "beat", "-S", "celery.beat:Scheduler", REDIS_URL=redis_url)
    first = start(*worker, REDIS_URL=redis_url)
    wait_until(started.exists)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    start(*worker, REDIS_URL=redis_url)
    later = enqueue("demo.effect", by=owner, title="x")
    wait_until(lambda: state_of(later)[0] == JobState.SUCCEEDED)
    assert state_of(job) == (JobState.SUCCEEDED, 1, 1)


# ------------------------------------------------------------------ the embedded server
@pytest.fixture
def port() -> int:
    return free_port()


def test_the_server_serves_works_and_stops(start: Start, output: Callable[[int], str], owner: Any, port: int) -> None:
    before = enqueue("demo.effect", by=owner, title="Left by the last process")
    server = start("manage.py", "serve", "--port", str(port))
    wait_for_port(port)
    wait_until(lambda: state_of(before) == (JobState.SUCCEEDED, 1, 1))
    during = enqueue("demo.effect", by=owner, title="Sent by another process")
    wait_until(lambda: state_of(during) == (JobState.SUCCEEDED, 1, 1))
    page = get(port, "/accounts/login/").read().decode()
    style = next(part for part in page.split('"') if part.startswith("/static/") and part.endswith(".css"))
    with get(port, style) as response:
        assert response.headers["Content-Type"] == 'text/css; charset="utf-8"'
        assert "immutable" in response.headers["Cache-Control"]
    begin = time.monotonic()
    server.terminate()
    assert server.wait(10) == 0
    assert time.monotonic() - begin < 8
    [line] = output(0).splitlines()
    assert f"http://127.0.0.1:{port}" in line


def test_a_stopping_server_sends_its_jobs_back(start: Start, owner: Any, port: int, tmp_path: Path) -> None:
    started = tmp_path / "started"
    params = {"tenths": 600, "started": str(started)}
    job = enqueue("demo.effect", by=owner, params=params, title="x")
    server = start("manage.py", "serve", PORT=str(port))
    wait_until(started.exists)
    server.terminate()
    assert server.wait(10) == 0
    assert state_of(job) == (JobState.QUEUED, 0, 0)


def test_a_killed_server_takes_its_jobs_up_again(start: Start, owner: Any, port: int, tmp_path: Path) -> None:
    started = tmp_path / "started"
    params = {"tenths": 600, "slow_first": True, "started": str(started)}
    job = enqueue("demo.effect", by=owner, params=params, title="x")
    first = start("manage.py", "serve", PORT=str(port))
    wait_until(started.exists)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert state_of(job) == (JobState.RUNNING, 1, 0)
    start("manage.py", "serve", PORT=str(port))
    wait_until(lambda: state_of(job)[0] == JobState.SUCCEEDED)
    assert state_of(job) == (JobState.SUCCEEDED, 2, 1)


def test_a_taken_port_is_one_line(start: Start, output: Callable[[int], str], port: int) -> None:
    start("manage.py", "serve", "--port", str(port))
    wait_for_port(port)
    second = start("manage.py", "serve", "--port", str(port))
    assert second.wait(20) == 1
    assert len(output(1).splitlines()) == 1
    assert str(port) in output(1)


@pytest.mark.parametrize(
    ("more_env", "error"),
    [
        ({"WEB_CONCURRENCY": "2"}, "jobs.E001"),
        ({**REQUIRED, "PORTAL_PROFILE": "production", "CELERY_BROKER_URL": "memory://localhost/"}, "jobs.E002"),
        ({"CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}, "jobs.E003"),
    ],
)
def test_settings_that_would_lose_jobs_are_refused(
    start: Start, output: Callable[[int], str], port: int, more_env: dict[str, str], error: str
) -> None:
    server = start("manage.py", "serve", "--port", str(port), **more_env)
    assert server.wait(20) == 1
    assert error in output(0)
