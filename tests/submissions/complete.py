"""The evidence that an application needs, put straight into the database: nothing blocks its submission."""

from typing import Any

from qa_portal.files.operations import store
from submissions.enums import EvidenceType, ScanState
from submissions.evidence.access import PURPOSE
from submissions.form.claims import claims_of
from submissions.form.dossier import AMOUNTS
from submissions.form.requirements import required_types
from submissions.models import Application, EvidenceFile
from submissions.queries import dossier_of

CONTENT = b"%PDF-1.7 of a test"


def proof(application: Application, type: str, *, by: Any, name: str = "", **fields: Any) -> EvidenceFile:
    """One file of evidence as if it had been uploaded."""
    number = application.evidence.count()
    stored = store(
        CONTENT + f" {application.pk} {number}".encode(),
        name=name or f"{type}-{number}.pdf",
        purpose=PURPOSE,
        owner=by,
        content_type="application/pdf",
    )
    given = {"scan": ScanState.NOT_SCANNED, "pages": 3, "inspection": {"text": True, "secret": []}}
    return EvidenceFile.objects.create(
        application=application, type=type, stored=stored, uploaded_by=by, **given | fields
    )


def prove(application: Application, *, by: Any) -> None:
    """A file of every required type, each linked to all claims; reports show before and after."""
    dossier = dossier_of(application)
    claims = [claim.key for claim in claims_of(dossier)]
    for type in {*required_types(dossier, application.campaign.evidence_rules), EvidenceType.APPRAISAL}:
        facts: dict[str, str] = {}
        if type == EvidenceType.TEST_REPORT:
            facts = {"stage": "both"}
        elif type == EvidenceType.FINANCIAL_PROOF:
            facts = {key: str(dossier.total(key)) for key in AMOUNTS}
        elif type == EvidenceType.NOVELTY_SEARCH:
            facts = {"issued_on": f"{application.campaign.year}-01-15"}
        elif type == EvidenceType.SUMMARY_REPORT:
            facts = {"where": "3-5"}
        proof(application, type, by=by, claims=claims, facts=facts)
