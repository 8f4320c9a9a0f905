"""The pages of evidence and of the self-check, without scripts."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from qa_portal.accounts.enums import Role
from submissions.models import Application, EvidenceFile, Submission, WarningAnswer
from submissions.operations import kept_answers
from tests.factories import RecommendingUnitFactory
from tests.submissions.complete import proof, prove
from tests.submissions.evidence import files
from tests.submissions.pages import support

pytestmark = pytest.mark.django_db


def address(name: str, pk: int) -> str:
    return reverse(f"submissions:{name}", kwargs={"pk": pk})


def upload(client: Client, draft: Application, *contents: tuple[str, bytes], type: str = "EV04") -> Any:
    chosen = [SimpleUploadedFile(name, content) for name, content in contents]
    return client.post(address("evidence_upload", draft.pk), {"type": type, "file": chosen})


# ------------------------------------------------------------------ plain forms


def test_several_files_at_once_and_the_slot_shows_them(client: Client, draft: Application) -> None:
    response = upload(client, draft, ("前.pdf", files.pdf("a")), ("后.png", files.picture()))
    assert (response.status_code, response["Location"]) == (302, f"{address('evidence', draft.pk)}#slot-EV04")
    page = client.get(address("evidence", draft.pk)).content.decode()
    made = list(EvidenceFile.objects.order_by("pk"))
    assert [one.stored.name for one in made] == ["前.pdf", "后.png"]
    for one in made:
        assert one.stored.name in page
        assert one.stored.sha256 in page
    assert "Not scanned" in page


def test_a_refused_file_says_why_and_the_good_ones_stay(client: Client, draft: Application) -> None:
    response = upload(client, draft, ("good.pdf", files.pdf("a")), ("bad.docx", files.docm()))
    page = response.content.decode()
    assert (response.status_code, EvidenceFile.objects.count()) == (422, 1)
    assert "<strong>bad.docx</strong>: Office files are not taken: they can carry macros." in page
    assert "Save it as PDF and upload the PDF." in page
    assert "1 files were added." in page


def test_no_file_and_an_unknown_type_are_told(client: Client, draft: Application) -> None:
    for data in ({"type": "EV04"}, {"type": "EV99", "file": SimpleUploadedFile("a.pdf", files.pdf())}):
        assert client.post(address("evidence_upload", draft.pk), data).status_code == 422
    assert EvidenceFile.objects.count() == 0


def test_an_empty_file_is_told(client: Client, draft: Application) -> None:
    response = upload(client, draft, ("leer.pdf", b""))
    assert (response.status_code, "The file is empty." in response.content.decode()) == (422, True)


def test_replacing_shows_the_former_version(client: Client, draft: Application) -> None:
    upload(client, draft, ("first.pdf", files.pdf("a")))
    first = EvidenceFile.objects.get()
    data = {"file": SimpleUploadedFile("second.pdf", files.pdf("b"))}
    assert client.post(address("evidence_replace", first.pk), data).status_code == 302
    page = client.get(address("evidence", draft.pk)).content.decode()
    assert "1 former version" in page
    assert "first.pdf" in page
    assert "second.pdf" in page


def test_describing_links_claims_and_keeps_figures(client: Client, draft: Application) -> None:
    upload(client, draft, ("a.pdf", files.pdf("a")))
    one = EvidenceFile.objects.get()
    data = {
        "claims": ["indicators:a1", "x"],
        "stage": "before",
        "issued_on": "2020-01-02",
        "scan": "clean",
        "type": "EV01",
    }
    assert client.post(address("evidence_describe", one.pk), data).status_code == 302
    one.refresh_from_db()
    assert (one.claims, one.facts, one.type, one.scan) == (
        ["indicators:a1"], {"stage": "before", "issued_on": "2020-01-02"}, "EV04", "not_scanned",
    )  # fmt: skip
    page = client.get(address("evidence", draft.pk)).content.decode()
    assert f'value="indicators:a1" id="claim-{one.pk}-1" checked' in page


def test_removing_takes_it_off_the_page(client: Client, draft: Application) -> None:
    upload(client, draft, ("gone.pdf", files.pdf("a")))
    assert client.post(address("evidence_remove", EvidenceFile.objects.get().pk)).status_code == 302
    page = client.get(address("evidence", draft.pk)).content.decode().partition('class="slots"')[2]
    assert "gone.pdf" not in page


def test_odd_names_are_data(client: Client, draft: Application) -> None:
    upload(client, draft, ("<img src=x onerror=alert(1)>\u202egpj.pdf", files.pdf("a")))
    page = client.get(address("evidence", draft.pk)).content.decode()
    assert "<img src=x" not in page
    assert "\u202e" not in EvidenceFile.objects.get().stored.name


# ------------------------------------------------------------------ who sees what


def test_the_unit_reads_what_was_filed_and_changes_nothing(draft: Application, owner: Any) -> None:
    unit = RecommendingUnitFactory()
    Application.objects.filter(pk=draft.pk).update(
        state="pending_recommendation", recommending_unit=unit, channel=unit.kind, number="2021-0001", title="t",
        district="310112", ownership="PRIVATE", size_class="small", industry="OTHER",
    )  # fmt: skip
    file = proof(draft, "EV04", by=owner, name="filed.pdf")
    browser = support.english(support.person("unit", Role.RECOMMENDER, unit))
    page = browser.get(address("evidence", draft.pk)).content.decode()
    assert "filed.pdf" in page
    assert "evidence/upload" not in page
    assert browser.post(address("evidence_remove", file.pk)).status_code == 403


def test_what_cannot_be_fetched_is_named_without_a_link(
    client: Client, draft: Application, owner: Any, settings: Any
) -> None:
    bad = proof(draft, "EV01", by=owner, name="bad.pdf", scan="infected")
    waiting = proof(draft, "EV02", by=owner, name="waiting.pdf")
    links = {one.name: reverse("files:download", kwargs={"pk": one.pk}) for one in (bad.stored, waiting.stored)}
    settings.CLAMAV_URL = "tcp://127.0.0.1:1"
    page = client.get(address("evidence", draft.pk)).content.decode()
    assert "bad.pdf" in page
    assert {name: link in page for name, link in links.items()} == {"bad.pdf": False, "waiting.pdf": True}
    Application.objects.filter(pk=draft.pk).update(state="withdrawn")
    browser = support.english(support.person("staff", Role.STAFF))
    page = browser.get(address("evidence", draft.pk)).content.decode()
    assert "waiting.pdf" in page
    assert {name: link in page for name, link in links.items()} == {"bad.pdf": False, "waiting.pdf": False}


def test_an_infected_file_can_be_removed(client: Client, draft: Application, owner: Any) -> None:
    bad = proof(draft, "EV01", by=owner, scan="infected")
    assert client.post(address("evidence_remove", bad.pk)).status_code == 302
    assert draft.evidence.current().count() == 0


def test_a_preview_runs_nothing_and_loads_nothing(client: Client, draft: Application) -> None:
    upload(client, draft, ("a.pdf", files.pdf("a")), ("b.png", files.picture()), ("c.ofd", files.ofd()))
    pdf, png, ofd = EvidenceFile.objects.order_by("pk")
    shown = [client.get(address("evidence_preview", one.pk)) for one in (pdf, png)]
    assert [response["Content-Type"] for response in shown] == ["application/pdf", "image/png"]
    for response in shown:
        assert response["Content-Disposition"].startswith("inline")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'; ")
        assert "no-store" in response["Cache-Control"]
        assert b"".join(response.streaming_content)
    assert client.get(address("evidence_preview", ofd.pk)).status_code == 404
    download = client.get(reverse("files:download", kwargs={"pk": pdf.stored_id}))
    assert download["Content-Disposition"].startswith("attachment")
    assert list(download)


# ------------------------------------------------------------------ the check


def test_the_check_names_gaps_and_links_to_their_fields(client: Client, draft: Application) -> None:
    page = client.get(address("check", draft.pk)).content.decode()
    assert "Evidence is missing: Business licence (EV01)." in page
    assert f"{address('evidence', draft.pk)}#slot-EV01" in page
    assert "Missing: Test report before" in page


def test_the_check_finds_nothing_that_blocks_when_all_is_there(client: Client, draft: Application, owner: Any) -> None:
    prove(draft, by=owner)
    page = client.get(address("check", draft.pk)).content.decode()
    assert "Nothing blocks the submission." in page
    assert reverse("submissions:submit", kwargs={"pk": draft.pk}) in page


def plant_warning(draft: Application) -> str:
    content = draft.sections.get(section="indicators")
    content.data["indicators"][0]["after"] = "90"
    content.save()
    return "P06:indicators:indicators:a1"


def test_answers_to_warnings_are_kept_and_taken_back(client: Client, draft: Application, owner: Any) -> None:
    key = plant_warning(draft)
    client.post(
        address("check", draft.pk), {f"answer:{key}": " 已说明 ", "answer:P01:project:title": "x", "other": "y"}
    )
    assert kept_answers(draft) == {key: "已说明"}
    assert 'value="已说明"' in client.get(address("check", draft.pk)).content.decode()
    client.post(address("check", draft.pk), {f"answer:{key}": ""})
    assert WarningAnswer.objects.count() == 0


def test_kept_answers_go_with_the_submission(client: Client, draft: Application, owner: Any) -> None:
    key = plant_warning(draft)
    prove(draft, by=owner)
    client.post(address("check", draft.pk), {f"answer:{key}": "已说明"})
    from submissions.enums import Step
    from submissions.operations import take_step

    take_step(draft, Step.SUBMIT, by=owner, seen_version=0)
    assert Submission.objects.get().warnings_answered == {key: "已说明"}


# ------------------------------------------------------------------ cost


@pytest.mark.parametrize(("name", "queries"), [("evidence", 12), ("check", 15)])
def test_pages_cost_the_same_for_one_file_and_for_thirty(
    client: Client, draft: Application, owner: Any, name: str, queries: int, django_assert_num_queries: Any
) -> None:
    for count in (1, 30):
        for _place in range(count):
            proof(draft, "EV04", by=owner, claims=["indicators:a1"])
        client.get(address(name, draft.pk))
        with django_assert_num_queries(queries):
            client.get(address(name, draft.pk))
