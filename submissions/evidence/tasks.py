"""Purposes of stored files, and regular work on evidence."""

from celery import shared_task

from qa_portal.files.registry import register_purpose
from submissions.evidence.access import CHUNK_PURPOSE, PURPOSE, evidence_scope, nobody, works_with_evidence
from submissions.evidence.operations import scan_waiting
from submissions.evidence.uploads import expire_uploads

register_purpose(PURPOSE, may_fetch=works_with_evidence, scope=evidence_scope)
register_purpose(CHUNK_PURPOSE, may_fetch=nobody)


@shared_task(name="evidence.expire_uploads")
def expire() -> None:
    expire_uploads()


@shared_task(name="evidence.scan_waiting")
def scan() -> None:
    scan_waiting()
