"""A recommending unit with its people and what was submitted to it."""

from typing import Any

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import User
from qa_portal.campaigns.models import Campaign
from qa_portal.organisations.models import RecommendingUnit
from submissions.enums import State
from submissions.form.dossier import digest
from submissions.models import Application, Submission
from submissions.queries import dossier_of
from tests.factories import ApplicationFactory, RecommendingUnitFactory
from tests.submissions.pages.support import enterprise, fill, open_call, person

GIVEN = {"opinion": "质量提升明显。", "no_guidance_reason": "材料齐全。"}


def recommender(unit: RecommendingUnit | None = None, name: str = "unit") -> User:
    """Somebody of a unit; the district bureau of 闵行区 unless told otherwise."""
    return person(name, Role.RECOMMENDER, unit or RecommendingUnitFactory())


def waiting(campaign: Campaign | None = None, **fields: Any) -> Application:
    """An application that waits for its unit, without content."""
    given = {"campaign": campaign or open_call(), "state": State.PENDING_RECOMMENDATION}
    return ApplicationFactory(**given | fields)


def submitted(campaign: Campaign | None = None, **fields: Any) -> Application:
    """The same with every section filled, and submitted once."""
    application = waiting(campaign, applicant=fields.pop("applicant", None) or enterprise(), **fields)
    fill(application, application.recommending_unit)
    submit_again(application, by=fields.get("by"))
    return application


def submit_again(application: Application, by: Any = None, **fields: Any) -> Submission:
    """Freeze the content that stands now as the next version."""
    content = dossier_of(application).frozen()
    serial = application.submissions.count() + 1
    author = by or User.objects.filter(email="author@example.com").first() or person("author", None)
    return Submission.objects.create(
        application=application, serial=serial, content=content, digest=digest(content), submitted_by=author, **fields
    )
