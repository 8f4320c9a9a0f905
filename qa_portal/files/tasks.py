"""Regular work on files."""

from celery import shared_task

from qa_portal.files.operations import expire_files, sweep_orphans


@shared_task(name="files.expire")
def expire() -> None:
    expire_files()


@shared_task(name="files.sweep_orphans")
def sweep() -> None:
    sweep_orphans()
