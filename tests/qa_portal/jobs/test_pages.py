"""Pages of background work: who sees what, with and without JavaScript, at what cost."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from qa_portal.audit.models import AuditEvent
from qa_portal.jobs.enums import JobState
from qa_portal.jobs.models import Job
from qa_portal.jobs.operations import claim, enqueue
from qa_portal.jobs.progress import Progress, publish
from qa_portal.jobs.running import run_job

pytestmark = pytest.mark.usefixtures("demo_templates")
PAGES = ("jobs:detail", "jobs:status")


def page_of(client: Client, job: Job, view: str = "jobs:detail", **query: str) -> str:
    response = client.get(reverse(view, args=[job.pk]), query)
    assert response.status_code == 200
    return response.content.decode()


def new_job(owner: Any, kind: str = "count", title: str = "2020年通报") -> Job:
    return enqueue(f"demo.{kind}", by=owner, title=title)


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def owner_client(owner_client: Client) -> Client:
    owner_client.cookies["django_language"] = "en"
    return owner_client


# ------------------------------------------------------------------ who
@pytest.mark.parametrize("view", PAGES)
def test_who_opens_a_job(
    owner: Any, owner_client: Client, stranger_client: Client, staff_client: Client, view: str
) -> None:
    private, shared = new_job(owner, "private"), new_job(owner, "count")
    statuses = {
        name: [client.get(reverse(view, args=[job.pk])).status_code for job in (private, shared)]
        for name, client in {"owner": owner_client, "stranger": stranger_client, "staff": staff_client}.items()
    }
    assert statuses == {"owner": [200, 200], "stranger": [404, 404], "staff": [404, 200]}
    assert owner_client.get(reverse(view, args=[uuid4()])).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("view", [*PAGES, "jobs:cancel", "jobs:list"])
def test_pages_need_a_sign_in(view: str) -> None:
    address = reverse(view) if view == "jobs:list" else reverse(view, args=[uuid4()])
    response = Client().get(address)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={address}")


def test_a_stranger_cannot_cancel(owner: Any, stranger_client: Client, staff_client: Client) -> None:
    private, shared = new_job(owner, "private"), new_job(owner, "count")
    assert stranger_client.post(reverse("jobs:cancel", args=[shared.pk])).status_code == 404
    assert staff_client.post(reverse("jobs:cancel", args=[private.pk])).status_code == 404
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.QUEUED}
    assert staff_client.post(reverse("jobs:cancel", args=[shared.pk])).status_code == 302
    shared.refresh_from_db()
    assert shared.state == JobState.CANCELLED


def test_cancel_needs_the_token_of_the_form(owner: Any) -> None:
    job = new_job(owner)
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.post(reverse("jobs:cancel", args=[job.pk])).status_code == 403
    assert client.get(reverse("jobs:cancel", args=[job.pk])).status_code == 405
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


def test_the_trail_knows_where_a_cancel_came_from(owner: Any, owner_client: Client) -> None:
    job = new_job(owner)
    response = owner_client.post(reverse("jobs:cancel", args=[job.pk]), REMOTE_ADDR="192.0.2.7")
    event = AuditEvent.objects.get(action="job.cancel")
    assert (event.ip, event.user_agent, event.actor_label) == ("192.0.2.7", "Browser/1", "Owner")
    assert event.request_id == response["X-Request-ID"]


def test_cancelling_a_finished_job_is_refused_as_a_page(owner: Any, owner_client: Client) -> None:
    job = new_job(owner)
    run_job(job.pk)
    response = owner_client.post(reverse("jobs:cancel", args=[job.pk]))
    assert response.status_code == 409
    assert "finished already" in response.content.decode()


# ------------------------------------------------------------------ what
def test_a_waiting_job(owner: Any, owner_client: Client) -> None:
    job = new_job(owner)
    page = page_of(owner_client, job)
    assert "2020年通报" in page
    assert "Waiting" in page
    assert f'hx-get="{reverse("jobs:status", args=[job.pk])}?heard=queued"' in page
    assert 'hx-trigger="every 1s"' in page


def test_a_running_job_shows_what_its_worker_published(owner: Any, owner_client: Client) -> None:
    job = new_job(owner)
    claim(job.pk)
    publish(job.pk, Progress(57_000, 100_000, "row 57000"))
    part = page_of(owner_client, job, "jobs:status")
    assert re.findall(r'<progress value="(\d+)" max="(\d+)"', part) == [("57000", "100000")]
    assert "row 57000" in part
    assert 'hx-trigger="every 1s"' in part


def test_a_job_of_unknown_length(owner: Any, owner_client: Client) -> None:
    job = new_job(owner)
    claim(job.pk)
    assert '<progress aria-label="Progress"></progress>' in page_of(owner_client, job, "jobs:status")


def test_success_offers_the_result(owner: Any, owner_client: Client) -> None:
    job = new_job(owner)
    run_job(job.pk)
    page = page_of(owner_client, job)
    assert '<p id="demo-result">4 steps counted</p>' in page
    assert re.search(r'href="/files/">.*Fetch it</a>', page)
    assert "hx-get" not in page.partition('id="main"')[2]
    assert "job-actions" not in page


def test_a_failure_says_why(owner: Any, owner_client: Client) -> None:
    refused, broken = new_job(owner, "refuse"), new_job(owner, "break")
    for job in (refused, broken):
        run_job(job.pk)
        job.refresh_from_db()
    assert "The file is larger than 5 MB. Split it." in page_of(owner_client, refused)
    page = page_of(owner_client, broken)
    assert broken.error_id in page
    assert "secret detail" not in page


def test_the_last_fragment_ends_the_polling_and_takes_the_buttons_away(owner: Any, owner_client: Client) -> None:
    job = new_job(owner)
    run_job(job.pk)
    part = page_of(owner_client, job, "jobs:status", heard="running-9")
    assert "hx-trigger" not in part
    assert '<div id="job-actions" hx-swap-oob="delete"></div>' in part


def test_a_step_is_announced_once(owner: Any, owner_client: Client) -> None:
    job = new_job(owner)
    claim(job.pk)
    publish(job.pk, Progress(57, 100))
    announcement = '<p id="job-announcement" hx-swap-oob="innerHTML">Running 57%</p>'
    assert announcement in page_of(owner_client, job, "jobs:status", heard="queued")
    assert "heard=running-5" in page_of(owner_client, job, "jobs:status", heard="queued")
    assert "job-announcement" not in page_of(owner_client, job, "jobs:status", heard="running-5")
    page = page_of(owner_client, job)
    assert '<p id="job-announcement" class="visually-hidden" role="status" aria-live="polite"></p>' in page


def test_the_page_works_without_javascript(owner: Any, owner_client: Client) -> None:
    job = new_job(owner)
    page = page_of(owner_client, job)
    assert f'href="{reverse("jobs:detail", args=[job.pk])}">Refresh</a>' in page
    assert f'<form method="post" action="{reverse("jobs:cancel", args=[job.pk])}">' in page
    assert 'http-equiv="refresh"' not in page
    assert owner_client.post(reverse("jobs:cancel", args=[job.pk]), follow=True).status_code == 200
    assert "Cancelled" in page_of(owner_client, job)


def test_nothing_on_the_pages_needs_inline_script_or_style(owner: Any, owner_client: Client) -> None:
    job = new_job(owner)
    claim(job.pk)
    pages = [page_of(owner_client, job, view) for view in PAGES]
    pages.append(owner_client.get(reverse("jobs:list")).content.decode())
    assert [re.findall(r"<style|style=|<script(?![^>]*src=)|\son\w+=", page) for page in pages] == [[], [], []]


def test_a_title_is_data(owner: Any, owner_client: Client) -> None:
    job = new_job(owner, title="<script>alert(1)</script>")
    for page in (page_of(owner_client, job), owner_client.get(reverse("jobs:list")).content.decode()):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


# ------------------------------------------------------------------ list and cost
def shown_titles(response: Any) -> list[str]:
    return re.findall(r'<a href="/jobs/[0-9a-f-]{36}/">(.*?)</a>', response.content.decode())


@pytest.mark.parametrize("rows", [1, 3])
def test_job_list_query_count(
    owner: Any, owner_client: Client, rows: int, django_assert_num_queries: Any, staff_user: Any
) -> None:
    for number in range(rows):
        claim(new_job(owner, title=f"Job {number}").pk)
    new_job(staff_user, title="Somebody else's")
    # session, person, roles, unread notices, count, page
    with django_assert_num_queries(6):
        response = owner_client.get(reverse("jobs:list"))
    assert shown_titles(response) == [f"Job {number}" for number in reversed(range(rows))]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("view", "queries"), [("jobs:detail", 5), ("jobs:status", 4)])
def test_job_page_query_count(
    owner: Any, owner_client: Client, rows: int, view: str, queries: int, django_assert_num_queries: Any
) -> None:
    jobs = [new_job(owner, title=f"Job {number}") for number in range(rows)]
    # session, person, roles, job; the whole page also counts unread notices
    with django_assert_num_queries(queries):
        part = page_of(owner_client, jobs[-1], view)
    assert ("Job " in part) == (view == "jobs:detail")


@pytest.mark.parametrize(("page", "count"), [("1", 20), ("2", 5), ("99", 5), ("odd", 20)])
def test_the_list_is_paginated(owner: Any, owner_client: Client, page: str, count: int, settings: Any) -> None:
    settings.JOBS_PER_PERSON = 100
    for number in range(25):
        new_job(owner, title=f"Job {number}")
    assert len(shown_titles(owner_client.get(reverse("jobs:list"), {"page": page}))) == count


def test_an_empty_list_says_so(owner_client: Client) -> None:
    page = owner_client.get(reverse("jobs:list")).content.decode()
    assert "No jobs yet" in page
