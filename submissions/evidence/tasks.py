"""Purposes of stored files, and regular work on evidence."""

from datetime import timedelta

from celery import shared_task

from qa_portal.files.registry import register_purpose
from submissions.evidence.access import CHUNK_PURPOSE, PURPOSE, evidence_scope, nobody, works_with_evidence
from submissions.evidence.operations import scan_waiting
from submissions.evidence.uploads import expire_uploads
from submissions.models.evidence import UPLOAD_HOURS

register_purpose(PURPOSE, may_fetch=works_with_evidence, scope=evidence_scope)
# an upload lasts a day; pieces whose upload is gone, for whatever reason, go a day later
register_purpose(CHUNK_PURPOSE, may_fetch=nobody, keep_for=timedelta(hours=2 * UPLOAD_HOURS))


@shared_task(name="evidence.expire_uploads")
def expire() -> None:
    expire_uploads()


@shared_task(name="evidence.scan_waiting")
def scan() -> None:
    scan_waiting()
