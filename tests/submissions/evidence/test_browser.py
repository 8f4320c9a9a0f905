"""Evidence in a real Chromium: pieces, bar, cancel, resume after a cut connection, refusals, width and axe."""

import base64
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from submissions.models import Application, EvidenceFile, EvidenceUpload
from tests.browser_fixtures import axe_violations, overflow_at, sign_in
from tests.submissions.complete import proof
from tests.submissions.evidence import files
from tests.submissions.pages import support

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def draft(own: Any) -> Application:
    now = timezone.now()
    campaign = support.open_call(filing_opens_at=now - timedelta(days=30), filing_closes_at=now + timedelta(days=30))
    application = support.draft_of(own, campaign)
    support.fill(application)
    return application


@pytest.fixture
def errors(page: Any) -> list[str]:
    lines: list[str] = []
    page.on("console", lambda message: lines.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: lines.append(str(error)))
    return lines


@pytest.fixture
def opened(page: Any, live_server: Any, draft: Application, owner: Any, errors: list[str]) -> Any:
    """The page of evidence."""
    sign_in(page, live_server.url, owner)
    page.goto(f"{live_server.url}/applications/{draft.pk}/evidence/")
    return page


def put(page: Any, slot: str, *chosen: tuple[str, bytes]) -> None:
    payload = [{"name": name, "mimeType": "application/pdf", "buffer": content} for name, content in chosen]
    page.set_input_files(f"#files-{slot}", payload)


def large_pdf(megabytes: int) -> bytes:
    """A PDF of that size: a comment of noise stands between its head and its objects."""
    noise = os.urandom(megabytes * 1024 * 1024 // 2).hex().encode()
    head, rest = files.pdf().split(b"\n", 1)
    return head + b"\n%" + noise + b"\n" + rest


def test_several_files_go_up_and_appear_in_their_slot(opened: Any, errors: list[str]) -> None:
    put(opened, "EV04", ("前.pdf", files.pdf("before")), ("后.pdf", files.pdf("after")))
    opened.wait_for_selector("#slot-EV04 .slot-file >> nth=1")
    assert opened.locator("#slot-EV04 .file-name").all_inner_texts() == ["前.pdf", "后.pdf"]
    assert opened.locator("#slot-EV04 .slot-head .badge-state.is-ok").count() == 1
    assert [one.stored.name for one in EvidenceFile.objects.order_by("pk")] == ["前.pdf", "后.pdf"]
    # saved in the background: what is typed beside another file, or not sent yet, stays
    first, second = (opened.locator(f"#slot-EV04 .slot-file:nth-child({place}) .file-proves") for place in (1, 2))
    second.locator("input[name=issued_on]").evaluate("one => { one.value = '2020-09-01'; }")
    first.locator("input[value='indicators:a1']").check()
    first.locator("select[name=stage]").select_option("before")
    first.locator(".file-state.is-kept").wait_for()
    assert (first.locator(".badge-state").count(), second.locator(".badge-state").count()) == (0, 1)
    assert second.locator("input[name=issued_on]").input_value() == "2020-09-01"
    kept = EvidenceFile.objects.order_by("pk")[0]
    assert (kept.claims, kept.facts) == (["indicators:a1"], {"stage": "before"})
    opened.route("**/describe/", lambda route: route.abort("connectionreset"))
    second.locator("button").click()
    second.locator(".file-state.is-failed").wait_for()
    assert second.locator("input[name=issued_on]").input_value() == "2020-09-01"
    errors.clear()  # the browser notes the lost request
    assert errors == []


def test_a_refused_file_says_why_and_does_not_stop_the_others(opened: Any) -> None:
    put(opened, "EV02", ("bad.pdf", files.pdf_with_script()), ("good.pdf", files.pdf("good")))
    opened.wait_for_selector("#slot-EV02 .slot-file")
    refused = opened.locator("#slot-EV02 .upload-item.is-refused")
    assert refused.locator(".upload-name").inner_text() == "bad.pdf"
    assert len(refused.locator(".upload-state").inner_text()) > 20
    assert [one.stored.name for one in EvidenceFile.objects.all()] == ["good.pdf"]


def test_an_upload_goes_on_after_a_cut_connection(opened: Any) -> None:
    content, cuts = large_pdf(3), []

    def cut(route: Any) -> None:
        """The second piece gets lost once."""
        if route.request.method == "PUT" and route.request.headers["upload-offset"] != "0" and not cuts:
            cuts.append(route.request.headers["upload-offset"])
            route.abort("connectionreset")
        else:
            route.continue_()

    opened.route("**/pieces/**", cut)
    put(opened, "EV13", ("report.pdf", content))
    opened.wait_for_selector("#slot-EV13 .upload-item.is-broken")
    assert EvidenceUpload.objects.get().received == 1024 * 1024
    opened.wait_for_selector("#slot-EV13 .slot-file", timeout=30_000)
    made = EvidenceFile.objects.get()
    assert (made.stored.size, cuts, EvidenceUpload.objects.count()) == (len(content), ["1048576"], 0)


def test_a_file_is_cancelled_and_nothing_of_it_stays(opened: Any) -> None:
    opened.route("**/pieces/**", lambda route: route.abort() if route.request.method == "PUT" else route.continue_())
    put(opened, "EV13", ("report.pdf", large_pdf(2)))
    opened.wait_for_selector("#slot-EV13 .upload-item.is-broken")
    with opened.expect_response("**/cancel/"):
        opened.click("#slot-EV13 .upload-item button:last-child")
    assert opened.locator("#slot-EV13 .upload-item").count() == 0
    assert (EvidenceUpload.objects.count(), EvidenceFile.objects.count()) == (0, 0)


def test_a_dropped_file_goes_up(opened: Any) -> None:
    opened.evaluate(
        """([name, text]) => {
          const data = new DataTransfer();
          const bytes = Uint8Array.from(atob(text), sign => sign.charCodeAt(0));
          data.items.add(new File([bytes], name, {type: "application/pdf"}));
          const form = document.querySelector("#slot-EV01 form[data-upload]");
          form.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
        }""",
        ["dropped.pdf", base64.b64encode(files.pdf()).decode()],
    )
    opened.wait_for_selector("#slot-EV01 .slot-file")
    assert EvidenceFile.objects.get().type == "EV01"


def test_replacing_shows_the_former_version_at_once(opened: Any, draft: Application, owner: Any) -> None:
    old = proof(draft, "EV01", by=owner, name="old.pdf")
    opened.reload()
    opened.click(f"#file-{old.pk} .file-change summary")
    payload = [{"name": "new.pdf", "mimeType": "application/pdf", "buffer": files.pdf()}]
    opened.set_input_files(f"#replace-{old.pk}", payload)
    opened.wait_for_selector("#slot-EV01 .file-former")
    assert opened.locator("#slot-EV01 .slot-file").count() == 1
    assert opened.locator("#slot-EV01 .file-name").inner_text() == "new.pdf"


def test_a_pdf_and_a_picture_are_shown_in_a_page_of_their_own(
    opened: Any, draft: Application, live_server: Any
) -> None:
    put(opened, "EV01", ("a.pdf", files.pdf()), ("b.png", files.picture()))
    opened.wait_for_selector("#slot-EV01 .slot-file >> nth=1")
    picture = EvidenceFile.objects.get(stored__name="b.png")
    with opened.context.expect_page() as shown:
        opened.click(f"#file-{picture.pk} a[target=_blank]")
    tab = shown.value
    tab.wait_for_load_state()
    assert tab.evaluate("document.images[0].naturalWidth") == 60


def test_pages_fit_every_width_and_axe_finds_nothing(
    opened: Any, draft: Application, owner: Any, live_server: Any, tmp_path: Path
) -> None:
    proof(draft, "EV04", by=owner, claims=["indicators:a1"], facts={"stage": "before"}, name="长" * 60 + ".pdf")
    proof(draft, "EV05", by=owner)
    shots = os.environ.get("SHOTS")
    for name in ("evidence", "check"):
        opened.goto(f"{live_server.url}/applications/{draft.pk}/{name}/")
        for width in (360, 1440) if shots else ():
            opened.set_viewport_size({"width": width, "height": 900})
            opened.screenshot(path=f"{shots}/{name}-{width}.png", full_page=True)
        assert overflow_at(opened) == []
        assert axe_violations(opened) == []
