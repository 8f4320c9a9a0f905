"""Who may fetch a file of evidence: the rule for one file, and the same rule in SQL."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from qa_portal.accounts.enums import Role
from qa_portal.accounts.rules import has_role, is_bureau
from submissions.enums import ScanState
from submissions.evidence.scanning import is_scanner_configured
from submissions.models import Application, EvidenceFile, Submission
from submissions.policy import may_see, owns

PURPOSE = "evidence"
CHUNK_PURPOSE = "evidence_chunk"


def works_with_evidence(user: Any) -> bool:
    """Applicants, recommending units and the bureau; experts get blind copies, never these files."""
    return has_role(user, Role.APPLICANT, Role.RECOMMENDER) or is_bureau(user)


def nobody(user: Any) -> bool:
    """Pieces of uploads are fetched by nobody."""
    return False


def may_fetch_evidence(user: Any, evidence: EvidenceFile) -> bool:
    """Whoever may see the application; others than its enterprise see only what stands or was submitted.

    Nobody gets an infected file; with a scanner, others wait until it is clean.
    """
    if not may_see(user, evidence.application) or evidence.scan == ScanState.INFECTED:
        return False
    if owns(user, evidence.application):
        return True
    if is_scanner_configured() and evidence.scan != ScanState.CLEAN:
        return False
    successor = evidence.replaced_by
    ended_at = evidence.removed_at or (successor.uploaded_at if successor else None)
    if ended_at is None:
        return True
    return evidence.application.submissions.filter(
        submitted_at__gte=evidence.uploaded_at, submitted_at__lt=ended_at
    ).exists()


def evidence_for(user: Any) -> Any:
    """The files of evidence that a person may fetch: `may_fetch_evidence` in SQL."""
    found = EvidenceFile.objects.filter(application__in=Application.objects.visible_to(user)).exclude(
        scan=ScanState.INFECTED
    )
    if has_role(user, Role.APPLICANT):
        return found
    if is_scanner_configured():
        found = found.filter(scan=ScanState.CLEAN)
    was_submitted = Submission.objects.filter(
        application=OuterRef("application"),
        submitted_at__gte=OuterRef("uploaded_at"),
        submitted_at__lt=Coalesce(OuterRef("removed_at"), OuterRef("replaced_by__uploaded_at")),
    )
    stands = Q(removed_at__isnull=True, replaced_by__isnull=True)
    return found.filter(stands | Exists(was_submitted))


def evidence_scope(user: Any) -> Q:
    """The same as a condition on stored files."""
    return Q(evidence__in=evidence_for(user))
