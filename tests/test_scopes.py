"""What a list shows is what the rules allow: SQL scopes and predicates agree for any person and object."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from qa_portal.accounts.enums import GrantState, Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.accounts.rules import may_manage_people
from qa_portal.audit.models import AuditEvent
from qa_portal.audit.policy import may_read_audit
from qa_portal.files.models import StoredFile
from qa_portal.files.registry import purpose_for
from qa_portal.jobs.models import Job
from qa_portal.jobs.operations import may_cancel
from qa_portal.organisations.models import Membership, Organisation
from qa_portal.organisations.queries import (
    memberships_for,
    organisations_for,
    people_for,
    waiting_grants,
)
from qa_portal.organisations.scope import may_see_membership, may_see_organisation
from reports.enums import CIRCULAR_FILE, EXPORT_CIRCULAR, IMPORT_CAMPAIGN, IMPORT_PROBLEMS, IMPORT_TABLE
from submissions.evidence.access import PURPOSE as EVIDENCE
from submissions.evidence.access import may_fetch_evidence
from submissions.models import Application
from submissions.policy import may_see
from tests.url_world import World, build_world

OWN_FILES_ONLY = (IMPORT_TABLE,)
PLACES = ("applicant", "stranger", "recommender", "expert", "staff")

people = st.fixed_dictionaries(
    {
        "role": st.sampled_from([None, *Role]),
        "state": st.sampled_from(GrantState),
        "is_active": st.booleans(),
        "place": st.sampled_from([None, *PLACES]),
        "has_left": st.booleans(),
        "owns": st.booleans(),  # a job and a file of every kind
    }
)


def somebody(world: World, drawn: dict[str, Any]) -> User:
    """A person in the drawn situation."""
    user = User.objects.create_user("drawn@example.com", is_active=drawn["is_active"])
    if drawn["role"] is not None:
        RoleGrant.objects.create(user=user, role=drawn["role"], state=drawn["state"])
    if drawn["place"] is not None:
        place = world.keys[f"{drawn['place']}'s organisation"]
        ended_at = timezone.now() if drawn["has_left"] else None
        joined_at = ended_at or timezone.now()
        Membership.objects.create(user=user, organisation_id=place, joined_at=joined_at, ended_at=ended_at)
    if drawn["owns"]:
        for kind in (IMPORT_CAMPAIGN, EXPORT_CIRCULAR, "of a kind that is gone"):
            Job.objects.create(kind=kind, title=kind, owner=user, language="en")
        for number, purpose in enumerate((IMPORT_TABLE, IMPORT_PROBLEMS, CIRCULAR_FILE)):
            StoredFile.objects.create(owner=user, purpose=purpose, name="x", size=1, key=f"drawn-{number}")
    return user


def may_fetch(user: Any, stored: StoredFile) -> bool:
    """The rule of files in words: its purpose lets the person in, and it is theirs where it must be."""
    allowed = purpose_for(stored.purpose).may_fetch(user)
    if stored.purpose == EVIDENCE:
        return allowed and may_fetch_evidence(user, stored.evidence)
    return allowed and (stored.purpose not in OWN_FILES_ONLY or stored.owner_id == user.pk)


def disagreements(user: Any) -> list[str]:
    """The objects that the list shows and the rule forbids, or the other way round."""
    pairs: list[tuple[Any, Any, Any]] = [
        (Application.objects.all(), Application.objects.visible_to(user), lambda one: may_see(user, one)),
        (Job.objects.all(), Job.objects.visible_to(user), lambda one: may_cancel(user, one)),
        (StoredFile.objects.all(), StoredFile.objects.visible_to(user), lambda one: may_fetch(user, one)),
        (Organisation.objects.all(), organisations_for(user), lambda one: may_see_organisation(user, one)),
        (Membership.objects.all(), memberships_for(user), lambda one: may_see_membership(user, one)),
        (User.objects.all(), people_for(user), lambda one: may_manage_people(user)),
        (
            RoleGrant.objects.filter(state=GrantState.PENDING),
            waiting_grants(user),
            lambda one: may_manage_people(user),
        ),
        (AuditEvent.objects.all(), AuditEvent.objects.visible_to(user), lambda one: may_read_audit(user)),
    ]
    found = []
    for everything, scope, rule in pairs:
        seen = set(scope.values_list("pk", flat=True))
        found += [f"{one!r}" for one in everything if (one.pk in seen) != bool(rule(one))]
    return found


@pytest.mark.django_db
def test_lists_and_rules_agree_for_anybody() -> None:
    world = build_world()

    @effort(max_examples=100)
    @given(drawn=people)
    def agree(drawn: dict[str, Any]) -> None:
        with transaction.atomic():
            found = disagreements(somebody(world, drawn))
            transaction.set_rollback(True)
        assert found == []

    agree()


@pytest.mark.django_db
def test_lists_and_rules_agree_for_everybody_in_the_world() -> None:
    world = build_world()
    found = {name: disagreements(user) for name, user in world.people.items()}
    assert {name: ones for name, ones in found.items() if ones} == {}
    assert disagreements(AnonymousUser()) == []


@pytest.mark.django_db
def test_each_scope_shows_something_to_somebody() -> None:
    """Two empty lists would agree as well."""
    world = build_world()
    people_of = world.people
    shown = {
        "applications": Application.objects.visible_to(people_of["staff"]),
        "own applications": Application.objects.visible_to(people_of["applicant"]),
        "jobs": Job.objects.visible_to(people_of["leader"]),
        "files": StoredFile.objects.visible_to(people_of["staff"]),
        "own organisation": organisations_for(people_of["applicant"]),
        "colleagues": memberships_for(people_of["applicant"]),
        "people": people_for(people_of["security_admin"]),
        "waiting": waiting_grants(people_of["security_admin"]),
        "events": AuditEvent.objects.visible_to(people_of["auditor"]),
    }
    assert [name for name, scope in shown.items() if not scope.exists()] == []
    assert memberships_for(people_of["expert"]).count() == 1
