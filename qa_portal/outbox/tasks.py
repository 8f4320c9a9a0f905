"""Regular work of the outbox, and what a worker is told after each change."""

from celery import shared_task

from qa_portal.outbox.delivery import deliver_due
from qa_portal.outbox.delivery import sweep as sweep_outbox
from qa_portal.outbox.reminding import run_reminders


@shared_task(name="outbox.deliver")
def deliver() -> None:
    deliver_due()


@shared_task(name="outbox.sweep")
def sweep() -> None:
    sweep_outbox()


@shared_task(name="outbox.remind")
def remind() -> None:
    run_reminders()
