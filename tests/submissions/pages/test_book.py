"""The application book: one job, one PDF with everything written, for the person who asked."""

import io
from typing import Any

import pdfplumber
import pytest
from django.test import Client

from qa_portal.accounts.models import RoleGrant
from qa_portal.audit.queries import events_for
from qa_portal.files.models import StoredFile
from qa_portal.files.operations import open_file
from qa_portal.jobs.enums import JobState
from qa_portal.jobs.models import Job
from qa_portal.jobs.running import run_job
from submissions.models import Application, SectionContent
from tests.reports.pages.support import status_of
from tests.submissions.complete import prove
from tests.submissions.pages.support import english, enterprise, fill, person

pytestmark = pytest.mark.django_db


def made_book(client: Client, application: Application) -> Job:
    response = client.post(f"/applications/{application.pk}/book/")
    job = Job.objects.get()
    assert response.headers["Location"] == f"/jobs/{job.pk}/"
    run_job(job.pk)
    job.refresh_from_db()
    return job


def text_of(stored: StoredFile) -> str:
    with open_file(stored) as file, pdfplumber.open(io.BytesIO(file.read())) as document:
        return "".join("".join((one.extract_text() or "").split()) for one in document.pages)


def test_book_holds_every_answer_and_the_digests_of_the_files(client: Client, owner: Any, draft: Application) -> None:
    fill(draft)
    prove(draft, by=owner)
    job = made_book(client, draft)
    assert (job.state, job.owner) == (JobState.SUCCEEDED, owner)
    stored = StoredFile.objects.get(purpose="application_book")
    text = text_of(stored)
    wanted = ["上海示例重工有限公司", "+8.1%", "-85.7%", "某造船厂", "solution：攻关前合格率91.2%"]
    assert [one for one in wanted if one not in text] == []
    assert [one.stored.sha256 for one in draft.evidence.all() if one.stored.sha256 not in text] == []
    assert [one.action for one in events_for(draft)] == ["application.book_made"]
    assert status_of(client.get(job.result["url"])) == 200


def test_characters_that_no_font_has_and_markup_do_no_harm(client: Client, draft: Application) -> None:
    odd = "<script>alert(1)</script><img src=file:///etc/passwd> 😀 𓀀 &amp;\u200b"
    SectionContent.objects.create(application=draft, section="quality", data={"solution": odd})
    job = made_book(client, draft)
    text = text_of(StoredFile.objects.get())
    assert job.state == JobState.SUCCEEDED
    assert "<script>alert(1)</script><imgsrc=file:///etc/passwd>〓〓&amp;" in text


def test_book_is_for_who_asked_only(client: Client, own: Any, draft: Application) -> None:
    url = made_book(client, draft).result["url"]
    colleague = english(person("colleague", organisation=own, is_owner=False))
    stranger = english(person("stranger", organisation=enterprise(name="别家")))
    assert [status_of(one.get(url)) for one in (client, colleague, stranger)] == [200, 404, 404]
    assert stranger.post(f"/applications/{draft.pk}/book/").status_code == 404


def test_who_lost_the_role_meanwhile_gets_no_book(client: Client, owner: Any, draft: Application) -> None:
    client.post(f"/applications/{draft.pk}/book/")
    RoleGrant.objects.filter(user=owner).update(state="ended")
    run_job(Job.objects.get().pk)
    assert (Job.objects.get().state, StoredFile.objects.count()) == (JobState.FAILED, 0)
