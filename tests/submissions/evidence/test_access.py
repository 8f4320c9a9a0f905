"""Who may fetch a file: the rule for one file and the rule in SQL agree for anybody and any file."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from qa_portal.accounts.enums import Role
from qa_portal.files.models import StoredFile
from submissions.enums import ScanState, State
from submissions.evidence.access import evidence_for, may_fetch_evidence
from submissions.models import EvidenceFile, Submission
from tests.factories import ApplicationFactory, EmployerFactory, RecommendingUnitFactory
from tests.submissions.complete import proof
from tests.submissions.pages import support

pytestmark = pytest.mark.django_db
SOME = st.fixed_dictionaries(
    {
        "state": st.sampled_from(State),
        "scan": st.sampled_from(ScanState),
        "is_scanned": st.booleans(),
        "fate": st.sampled_from(["stands", "removed", "replaced"]),
        # hours between upload (0), submission and end (10); None: never submitted
        "submitted_after": st.sampled_from([None, -1, 0, 9, 10, 11]),
    }
)


@pytest.fixture
def people(own: Any, owner: Any) -> dict[str, Any]:
    unit, other = RecommendingUnitFactory(), RecommendingUnitFactory(group=True)
    return {
        "owner": owner,
        "stranger": support.person("stranger", organisation=support.enterprise()),
        "unit": support.person("unit", Role.RECOMMENDER, unit),
        "other unit": support.person("other", Role.RECOMMENDER, other),
        "staff": support.person("staff", Role.STAFF),
        "leader": support.person("leader", Role.LEADER),
        "expert": support.person("expert", Role.EXPERT, EmployerFactory()),
        "nobody": support.person("nobody", None),
    }


def situation(drawn: dict[str, Any], people: dict[str, Any], own: Any) -> EvidenceFile:
    """One file of an application in the drawn situation."""
    application = ApplicationFactory(
        applicant_id=own.pk, applicant=None, applicant_name=own.name, state=drawn["state"],
        recommending_unit=RecommendingUnitFactory(),
    )  # fmt: skip
    by = people["owner"]
    file = proof(application, "EV04", by=by, scan=drawn["scan"], uploaded_at=support.NOW)
    end = support.NOW + timedelta(hours=10)
    if drawn["fate"] == "removed":
        file.removed_at = end
    elif drawn["fate"] == "replaced":
        file.replaced_by = proof(application, "EV04", by=by, uploaded_at=end)
    file.save()
    if drawn["submitted_after"] is not None:
        Submission.objects.create(
            application=application, serial=1, content={}, submitted_by=by,
            submitted_at=support.NOW + timedelta(hours=drawn["submitted_after"]),
        )  # fmt: skip
    return file


def test_rule_and_scope_agree(own: Any, people: dict[str, Any], settings: Any) -> None:
    @effort(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(drawn=SOME)
    def agree(drawn: dict[str, Any]) -> None:
        settings.CLAMAV_URL = "tcp://127.0.0.1:1" if drawn["is_scanned"] else ""
        with transaction.atomic():
            situation(drawn, people, own)
            found = []
            for name, user in people.items():
                in_list = set(evidence_for(user))
                fetched = set(StoredFile.objects.visible_to(user).values_list("evidence", flat=True))
                for file in EvidenceFile.objects.select_related("application", "replaced_by"):
                    allowed = may_fetch_evidence(user, file)
                    if (file in in_list, file.pk in fetched) != (allowed, allowed):
                        found.append((name, file.pk, allowed))
            transaction.set_rollback(True)
        assert found == []

    agree()


def test_what_was_never_submitted_stays_with_the_enterprise(own: Any, people: dict[str, Any]) -> None:
    drawn = {"state": State.FORMAL_CHECK, "scan": ScanState.NOT_SCANNED, "fate": "removed", "submitted_after": 11}
    file = situation(drawn, people, own)
    assert [name for name, user in people.items() if may_fetch_evidence(user, file)] == ["owner"]


def test_what_was_submitted_stays_readable_for_those_who_received_it(own: Any, people: dict[str, Any]) -> None:
    drawn = {"state": State.FORMAL_CHECK, "scan": ScanState.NOT_SCANNED, "fate": "replaced", "submitted_after": 9}
    file = situation(drawn, people, own)
    allowed = [name for name, user in people.items() if may_fetch_evidence(user, file)]
    assert allowed == ["owner", "unit", "staff", "leader"]
