"""Reading an application with everything that belongs to it."""

from typing import Any

from django.shortcuts import get_object_or_404

from submissions.form.dossier import Dossier, Proof
from submissions.models import Application


def application_for(user: Any, pk: int) -> Application:
    """Fetch and authorise in one call: "not yours" and "not there" are the same 404."""
    applications = Application.objects.visible_to(user).select_related("campaign", "applicant", "recommending_unit")
    return get_object_or_404(applications, pk=pk)


def dossier_of(application: Application) -> Dossier:
    """The current content of an application: three queries."""
    sections = dict(application.sections.values_list("section", "data"))
    proofs = tuple(
        Proof(
            id=one.pk,
            type=one.type,
            name=one.stored.name,
            claims=tuple(one.claims),
            sha256=one.stored.sha256,
            size=one.stored.size,
            scan=one.scan,
            pages=one.pages,
            facts=one.facts,
            inspection=one.inspection,
        )
        for one in application.evidence.current().select_related("stored")
    )
    return Dossier(sections, proofs, profile_of(application))


def profile_of(application: Application) -> dict[str, Any]:
    """What the enterprise says of itself, as plain data for a dossier."""
    profile = getattr(application.applicant, "profile", None)
    found: dict[str, Any] = {
        "name": application.applicant_name,
        "uscc": application.applicant.uscc,
        "district": application.applicant.district,
    }
    if profile is not None:
        found |= {
            "ownership": profile.ownership,
            "size_class": profile.size_class,
            "size_sector": profile.size_sector,
            "employees": profile.employees,
            "revenue": None if profile.revenue is None else str(profile.revenue),
            "assets": None if profile.assets is None else str(profile.assets),
            "sector": profile.sector,
            "tech_giant": profile.tech_giant,
            "high_tech": profile.high_tech,
            "specialised": profile.specialised,
            "specialised_until": profile.specialised_until.isoformat() if profile.specialised_until else None,
        }
    return found
