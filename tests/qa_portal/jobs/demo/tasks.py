"""Kinds of jobs for tests. An entry of the audit trail stands for the effect of a job."""

import time
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from qa_portal.accounts.rules import is_bureau
from qa_portal.audit.operations import record
from qa_portal.core.errors import Refusal
from qa_portal.jobs.registry import job_kind
from qa_portal.jobs.running import JobRun

EFFECT = "demo.effect"


@job_kind("demo.count", title="Counting", may_see=is_bureau, result_template="jobs_demo/result.html")
def count(run: JobRun) -> dict[str, Any]:
    """Counts to `steps` and says so."""
    steps = run.params.get("steps", 4)
    for step in range(steps + 1):
        run.progress(step, steps, f"step {step}")
    return {"steps": steps, "url": "/files/", "url_label": "Fetch it"}


@job_kind("demo.private", title="Private")
def private(run: JobRun) -> None:
    """Seen by nobody but its owner; returns nothing."""


@job_kind("demo.refuse", title="Refusing")
def refuse(run: JobRun) -> dict[str, Any]:
    raise Refusal(_("The file is larger than %d MB.") % 5, fix="Split it.")


@job_kind("demo.break", title="Breaking", atomic=True)
def fail(run: JobRun) -> dict[str, Any]:
    record(EFFECT, run.job, by=None)
    run.progress(3, 10, "half")
    raise ZeroDivisionError("secret detail")


@job_kind("demo.effect", title="Effect", atomic=True, max_attempts=2)
def effect(run: JobRun) -> dict[str, Any]:
    """Leaves one effect, after `tenths` of seconds in a transaction in which it reports progress.

    `slow_first` makes only the first attempt slow; `started` names a file to make at the start.
    """
    if started := run.params.get("started"):
        Path(started).touch()
    is_slow = not run.params.get("slow_first") or run.job.attempts == 1
    record(EFFECT, run.job, by=None, after={"attempt": run.job.attempts})
    end = time.monotonic() + run.params.get("tenths", 0) / 10 * is_slow
    while time.monotonic() < end:
        run.progress(1, 2, "working")
        time.sleep(0.05)
    return {"attempt": run.job.attempts}


@job_kind("demo.commit_then_linger", title="Lingering", max_attempts=2)
def commit_then_linger(run: JobRun) -> None:
    """Marks itself done in the transaction of its effect, then takes its time."""
    with transaction.atomic():
        record(EFFECT, run.job, by=None)
        run.succeed({"kept": True})
    Path(run.params["started"]).touch()
    time.sleep(run.params["tenths"] / 10)
