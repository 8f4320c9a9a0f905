"""The page of a job in a browser: it follows the work by itself, under the strict content policy."""

from typing import Any

import pytest
from django.urls import reverse

from qa_portal.jobs.enums import JobState
from qa_portal.jobs.operations import claim, enqueue
from qa_portal.jobs.progress import Progress, publish
from qa_portal.jobs.running import JobRun
from tests.browser_fixtures import axe_violations, overflow_at, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_page_follows_the_work(page: Any, live_server: Any, owner: Any) -> None:
    job = claim(enqueue("demo.private", by=owner, title="清点").pk)
    assert job is not None
    publish(job.pk, Progress(20, 100, "row 20"))
    sign_in(page, live_server.url, owner)
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    loads: list[str] = []
    page.on("load", lambda loaded: loads.append(loaded.url))

    page.goto(live_server.url + reverse("jobs:detail", args=[job.pk]))
    assert page.locator("#job-status progress").get_attribute("value") == "20"
    publish(job.pk, Progress(57, 100, "row 57"))
    page.locator("#job-status", has_text="row 57").wait_for()
    assert page.locator("#job-announcement").text_content() == "Running 57%"
    assert page.get_by_role("button", name="Cancel the job").is_visible()

    assert (axe_violations(page), overflow_at(page)) == ([], [])

    JobRun(job).leave(JobState.SUCCEEDED, result={"url": "/files/", "url_label": "Fetch it"})
    page.get_by_role("link", name="Fetch it").wait_for()
    assert page.locator("#job-announcement").text_content() == "Done"
    assert page.locator("#job-actions").count() == 0
    assert page.locator("#job-status").get_attribute("hx-get") is None
    assert (len(loads), problems) == (1, [])
    assert axe_violations(page) == []
    page.goto(live_server.url + reverse("jobs:list"))
    assert (axe_violations(page), overflow_at(page)) == ([], [])
