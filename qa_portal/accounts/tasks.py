"""Regular work on accounts."""

from celery import shared_task

from qa_portal.accounts.operations import forget_sign_ins


@shared_task(name="accounts.forget_sign_ins")
def forget() -> None:
    forget_sign_ins()
