"""Notices to one person: sent in the transaction, read by the recipient alone."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation

from qa_portal.accounts.models import User
from qa_portal.jobs.operations import move
from qa_portal.jobs.registry import job_kind
from qa_portal.jobs.running import JobRun, run_job
from qa_portal.notices.models import Notice
from qa_portal.notices.operations import mark_read, notify
from qa_portal.notices.queries import notices_for, unread_count
from qa_portal.notices.registry import register_text
from tests.qa_portal.home.html import PageReader, faults

pytestmark = pytest.mark.django_db
register_text("test.greeting", "Hello %(name)s", kind="ok")


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_user("person@example.com", "a-long-password", name="Person")


@pytest.fixture
def other(db: None) -> User:
    return User.objects.create_user("other@example.com", "a-long-password", name="Other")


@pytest.fixture
def client_of_person(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_registered_text_is_filled_with_its_parameters(person: User) -> None:
    notice = notify(person, "test.greeting", params={"name": "100%"}, url="/jobs/")
    notice.refresh_from_db()
    assert (notice.text, notice.kind, notice.url, notice.read_at) == ("Hello 100%", "ok", "/jobs/", None)


def test_plain_text_stays_as_it_is(person: User) -> None:
    assert notify(person, text="增长5% <b>").text == "增长5% <b>"


def test_text_of_a_release_that_is_gone_shows_its_key(person: User) -> None:
    assert Notice.objects.create(recipient=person, key="test.gone").text == "test.gone"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"key": "test.unknown"}, LookupError),
        ({"key": "test.greeting"}, KeyError),
        ({"text": "x", "url": "https://elsewhere.example/"}, ValueError),
        ({"text": "x", "url": "//elsewhere.example/"}, ValueError),
    ],
)
def test_mistake_of_the_caller_writes_nothing(person: User, fields: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        notify(person, **fields)
    assert Notice.objects.count() == 0


def test_notice_without_any_text_is_refused_by_the_database(person: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        notify(person)
    assert Notice.objects.count() == 0


def test_text_key_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        register_text("test.greeting", "Other")


def test_notice_goes_with_the_change_that_is_undone(person: User) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        notify(person, text="x")
        raise RuntimeError
    assert Notice.objects.count() == 0


def test_reading_concerns_own_notices_only(person: User, other: User) -> None:
    mine, theirs = notify(person, text="mine"), notify(other, text="theirs")
    assert mark_read(person, [mine.pk, theirs.pk]) == 1
    assert mark_read(person, [mine.pk]) == 0
    assert (unread_count(person), unread_count(other)) == (0, 1)


def test_nobody_has_no_notices(person: User) -> None:
    notify(person, text="x")
    person.is_active = False
    assert list(notices_for(person)) == []


# ------------------------------------------------------------------ pages
@pytest.mark.parametrize("rows", [1, 3])
def test_list_shows_own_notices_newest_first(
    person: User, other: User, client_of_person: Client, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        notify(person, text=f"Notice {number}", url="/jobs/")
    notify(other, text="Somebody else's")
    with django_assert_num_queries(6):  # session, person, roles, unread, count, page
        response = client_of_person.get("/notices/")
    page = PageReader(response.content.decode())
    shown = [line for line in page.texts["p"].split("Notice ") if line[:1].isdigit()]
    assert [line[0] for line in shown] == [str(number) for number in reversed(range(rows))]
    assert "Somebody else" not in response.content.decode()
    assert faults(response) == []
    unread = re.search(r'<span class="unread">([^<]*)', response.content.decode())
    assert unread is not None
    assert re.findall(r"\d+", unread[1]) == [str(rows)]


def test_empty_list_is_sound(client_of_person: Client) -> None:
    response = client_of_person.get("/notices/")
    assert (response.status_code, faults(response)) == (200, [])
    assert b'class="unread"' not in response.content


def test_opening_reads_and_leads_on(person: User, client_of_person: Client) -> None:
    notice = notify(person, text="x", url="/jobs/")
    response = client_of_person.post("/notices/read/", {"pk": notice.pk, "open": "1"})
    assert response.headers["Location"] == "/jobs/"
    assert unread_count(person) == 0


def test_marking_one_or_all(person: User, client_of_person: Client) -> None:
    first = notify(person, text="1", url="/jobs/")
    notify(person, text="2")
    notify(person, text="3")
    assert client_of_person.post("/notices/read/", {"pk": first.pk}).headers["Location"] == "/notices/"
    assert unread_count(person) == 2
    assert client_of_person.post("/notices/read/").headers["Location"] == "/notices/"
    assert unread_count(person) == 0


@pytest.mark.parametrize("key", ["x", "", "-1", "1" * 30, "٣"])
def test_odd_key_is_not_found_and_reads_nothing(person: User, client_of_person: Client, key: str) -> None:
    notify(person, text="1")
    assert client_of_person.post("/notices/read/", {"pk": key}).status_code == 404
    assert unread_count(person) == 1


def test_foreign_notice_is_not_found(other: User, client_of_person: Client) -> None:
    notice = notify(other, text="x")
    assert client_of_person.post("/notices/read/", {"pk": notice.pk}).status_code == 404
    assert unread_count(other) == 1


def test_reading_needs_a_post(client_of_person: Client) -> None:
    assert client_of_person.get("/notices/read/").status_code == 405


# ------------------------------------------------------------------ jobs
@job_kind("test.notices.good", title="Good")
def good(run: JobRun) -> None:
    return None


@job_kind("test.notices.bad", title="Bad")
def bad(run: JobRun) -> None:
    raise RuntimeError("a bug")


@pytest.mark.django_db(transaction=True)
class TestJobs:
    @pytest.fixture(autouse=True)
    def _jobs_wait(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """No worker is told: the tests run the jobs themselves."""
        cache.clear()
        monkeypatch.setattr("qa_portal.jobs.operations._send", lambda job_id: None)

    def enqueue(self, kind: str, person: User) -> Any:
        from qa_portal.jobs.operations import enqueue

        with translation.override("en"):
            return enqueue(kind, by=person, title="Circular 2020")

    @pytest.mark.parametrize(
        ("kind", "text"),
        [
            ("test.notices.good", "“Circular 2020” is done."),
            ("test.notices.bad", "“Circular 2020” failed. The page of the job says why."),
        ],
    )
    def test_owner_is_told_of_the_end(self, person: User, kind: str, text: str) -> None:
        job = self.enqueue(kind, person)
        run_job(job.pk)
        run_job(job.pk)
        with translation.override("en"):
            told = [(notice.recipient, notice.text, notice.url) for notice in Notice.objects.all()]
        assert told == [(person, text, f"/jobs/{job.pk}/")]

    def test_owner_who_watches_is_not_told(self, person: User, client_of_person: Client) -> None:
        job = self.enqueue("test.notices.good", person)
        client_of_person.get(f"/jobs/{job.pk}/status/")
        run_job(job.pk)
        assert Notice.objects.count() == 0

    def test_owner_who_cancelled_is_not_told(self, person: User) -> None:
        job = self.enqueue("test.notices.good", person)
        assert move(job.pk, "queued", "cancelled") is True
        assert Notice.objects.count() == 0
