"""Regular work on the audit trail."""

from celery import shared_task
from django.conf import settings

from qa_portal.audit.operations import note_end


@shared_task(name="audit.anchor")
def anchor() -> None:
    """Note the end of the trail outside the database, once a day."""
    note_end(settings.AUDIT_ANCHOR)
