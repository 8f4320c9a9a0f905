"""What the workers are told: run this job; look after all."""

from celery import shared_task

from qa_portal.jobs.operations import sweep_jobs
from qa_portal.jobs.running import run_job


@shared_task(name="jobs.run")
def run(job_id: str) -> None:
    run_job(job_id)


@shared_task(name="jobs.sweep")
def sweep() -> None:
    sweep_jobs()
