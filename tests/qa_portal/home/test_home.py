"""The landing page: each role sees what needs it, what waits and what changed, at a known cost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qa_portal.accounts.enums import GrantState, Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.campaigns.models import Campaign
from qa_portal.core.work import ChangeItem, WorkItem, work_of
from qa_portal.jobs.models import Job
from qa_portal.organisations.enums import OrganisationKind
from qa_portal.organisations.models import Invitation, Membership, Organisation
from tests.qa_portal.home.html import PageReader, faults

pytestmark = pytest.mark.django_db
PersonWith = Callable[[str], User]
# session, person, roles, unread notices, failed, unfinished and finished own jobs, announcements
EVERYBODY = 8


@pytest.fixture(autouse=True)
def english() -> Any:
    from django.utils import translation

    with translation.override("en"):
        yield


def todo(user: User) -> list[tuple[str, str, str]]:
    fresh = User.objects.get(pk=user.pk)
    return [(str(item.verb), str(item.object), item.url) for item in work_of(fresh).needs_me]


def waits(user: User) -> list[tuple[str, str]]:
    return [(str(item.who), str(item.object)) for item in work_of(User.objects.get(pk=user.pk)).waits]


@pytest.mark.parametrize(
    ("role", "queries"),
    [
        (Role.APPLICANT, EVERYBODY + 4),  # own invitations, profile, own applications, the call
        (Role.RECOMMENDER, EVERYBODY + 1),
        (Role.EXPERT, EVERYBODY + 1),  # own seats
        # newest campaign, own requests for roles, outbox, years, requests to score again, reviews left
        (Role.STAFF, EVERYBODY + 6),
        (Role.LEADER, EVERYBODY + 1),  # years
        (Role.COMMITTEE, EVERYBODY),
        (Role.INSPECTOR, EVERYBODY),
        (Role.SYSTEM_ADMIN, EVERYBODY + 3),  # people without a role, requests, decisions
        (Role.SECURITY_ADMIN, EVERYBODY + 3),  # waiting grants, requests, decisions
        (Role.AUDITOR, EVERYBODY),
    ],
)
def test_home_of_each_role_costs_what_is_listed(
    client_of: Callable[[str], Client], role: str, queries: int, django_assert_num_queries: Any
) -> None:
    client = client_of(role)
    with django_assert_num_queries(queries):
        response = client.get("/")
    assert (response.status_code, faults(response)) == (200, [])
    page = PageReader(response.content.decode())
    assert [part["aria-labelledby"] for part in page.all("section")] == ["needs-me", "waits", "changes"]


def test_statistics_of_a_year_cost_staff_the_same_for_any_number_of_years(
    staff_client: Client, django_assert_num_queries: Any
) -> None:
    counts = []
    for year in (2019, 2020):
        Campaign.objects.create(year=year)
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as asked:
            staff_client.get("/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("role", [Role.EXPERT, Role.COMMITTEE, Role.INSPECTOR, Role.AUDITOR])
def test_zero_is_said(client_of: Callable[[str], Client], role: str) -> None:
    client = client_of(role)
    client.cookies["django_language"] = "en"
    page = client.get("/").content.decode()
    assert [page.count(text) for text in ("Nothing to do.", "Nothing is waiting.", "No changes yet.")] == [1, 1, 1]


# ------------------------------------------------------------------ bureau
def test_staff_bring_in_a_first_year(staff_user: Any, leader_client: Client) -> None:
    assert todo(staff_user) == [("Import", "the first campaign year", reverse("reports:import"))]
    assert todo(User.objects.get(email="leader@example.com")) == []


def test_staff_complete_the_circular_of_the_newest_year(staff_user: Any, years: list[int]) -> None:
    assert [(verb, what) for verb, what, _url in todo(staff_user)] == [
        ("Supply", "Circular 2021: Applications"),
        ("Supply", "Circular 2021: Decisions"),
        ("Supply", "Circular 2021: Figures of the year before"),
        ("Supply", "Circular 2021: Document number"),
        ("Supply", "Circular 2021: Dates of signing and printing"),
    ]


def test_year_is_one_click_away(staff_client: Client, leader_client: Client, years: list[int]) -> None:
    for client in (staff_client, leader_client):
        page = PageReader(client.get("/").content.decode())
        assert page.all("a", class_="btn btn-primary", href="/years/2021/")


# ------------------------------------------------------------------ jobs
def job(owner: Any, state: str, *, title: str = "Circular", age: timedelta = timedelta(), **fields: Any) -> Job:
    at = timezone.now() - age
    more: dict[str, Any] = {"finished_at": at} if state in ("failed", "succeeded") else {}
    if state == "failed":
        more["failure"] = "broken"
    return Job.objects.create(
        kind="test", title=title, owner=owner, state=state, language="en", created_at=at, **more, **fields
    )


def test_own_failed_job_needs_me_for_a_week_until_one_succeeds(person_with: PersonWith) -> None:
    me, other = person_with("leader"), person_with("expert")
    failed = job(me, "failed", title="Circular 2020")
    job(me, "failed", title="Old", age=timedelta(days=8))
    job(me, "failed", title="Done later", age=timedelta(hours=2))
    job(me, "succeeded", title="Done later", age=timedelta(hours=1))
    assert todo(me) == [("Look into", "failed job: Circular 2020", f"/jobs/{failed.pk}/")]
    assert todo(other) == []


def test_own_unfinished_job_waits_and_finished_ones_changed(person_with: PersonWith) -> None:
    me, other = person_with("expert"), person_with("committee")
    job(me, "queued", title="Waiting")
    job(me, "succeeded", title="First", age=timedelta(hours=2))
    job(me, "succeeded", title="Second", age=timedelta(hours=1))
    assert waits(me) == [("Background work", "Waiting")]
    assert [(item.text, item.kind, item.state) for item in work_of(me).changes] == [
        ("Second", "ok", "Done"),
        ("First", "ok", "Done"),
    ]
    assert work_of(other).changes == []


# ------------------------------------------------------------------ administrators
def grant(user: User, by: User, state: str = GrantState.PENDING, **fields: Any) -> RoleGrant:
    return RoleGrant.objects.create(user=user, role=Role.STAFF, state=state, requested_by=by, **fields)


def test_role_waits_for_another_security_administrator(person_with: PersonWith) -> None:
    system, security = person_with("system_admin"), person_with("security_admin")
    new = User.objects.create_user("new@example.com", name="New")
    assert todo(system) == [("Give a role to", "New", f"/organisations/people/{new.pk}/")]
    grant(new, system)
    what = "role “Bureau staff” of New"
    assert todo(security) == [("Decide on", what, "/organisations/people/")]
    assert waits(system) == [("Security administrator", what)]
    assert todo(system) == waits(security) == []


def test_own_request_is_not_for_oneself_to_decide(person_with: PersonWith) -> None:
    security = person_with("security_admin")
    grant(User.objects.create_user("new@example.com", name="New"), security)
    assert todo(security) == []


def test_decisions_are_news_for_administrators_only(person_with: PersonWith) -> None:
    system, security, expert = (person_with(role) for role in ("system_admin", "security_admin", "expert"))
    new = User.objects.create_user("new@example.com", name="New")
    grant(new, system, GrantState.REFUSED, decided_by=security, decided_at=timezone.now())
    for user in (system, security):
        assert [(item.text, item.kind) for item in work_of(user).changes] == [("role “Bureau staff” of New", "bad")]
    assert work_of(expert).changes == []


# ------------------------------------------------------------------ owners
def test_owner_sees_open_and_lapsed_invitations_of_the_own_organisation(person_with: PersonWith) -> None:
    owner, member = person_with("recommender"), User.objects.create_user("member@example.com")
    RoleGrant.objects.create(user=member, role=Role.RECOMMENDER)
    unit, foreign = (
        Organisation.objects.create(kind=OrganisationKind.GROUP, name=name) for name in ("浦江集团", "东海集团")
    )
    Membership.objects.create(user=owner, organisation=unit, is_owner=True)
    Membership.objects.create(user=member, organisation=unit)
    for number, (place, days) in enumerate([(unit, 7), (unit, -1), (foreign, 7)]):
        Invitation.objects.create(
            email=f"guest{number}@example.com",
            role=Role.RECOMMENDER,
            organisation=place,
            key_digest=str(number),
            expires_at=timezone.now() + timedelta(days=days),
        )
    assert waits(owner) == [("guest0@example.com", "accepts the invitation")]
    assert todo(owner) == [("Invite again or withdraw", "guest1@example.com", "/organisations/mine/")]
    assert (todo(member), waits(member)) == ([], [])


# ------------------------------------------------------------------ order
def test_work_with_a_deadline_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    items = [WorkItem("Read", n, "/", due) for n, due in (("a", None), ("b", now), ("c", now - timedelta(1)))]
    changes = [ChangeItem(str(n), now - timedelta(hours=n)) for n in reversed(range(12))]
    monkeypatch.setattr("qa_portal.core.work._needs_me", [lambda user: items[:1], lambda user: items[1:]])
    monkeypatch.setattr("qa_portal.core.work._changes", [lambda user: changes])
    monkeypatch.setattr("qa_portal.core.work._waits", [])
    work = work_of(None)
    assert [item.object for item in work.needs_me] == ["c", "b", "a"]
    assert [item.text for item in work.changes] == [str(n) for n in range(8)]
