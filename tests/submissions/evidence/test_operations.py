"""Adding, replacing, removing and describing evidence: who may, until when, how much, and what is kept."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from qa_portal.audit.queries import events_for
from qa_portal.core.errors import Refusal
from qa_portal.files.operations import is_intact
from submissions.enums import EvidenceType, ScanState
from submissions.evidence.operations import add_evidence, describe_evidence, remove_evidence
from submissions.models import Application, EvidenceFile
from submissions.queries import dossier_of
from tests.plugins.parallel import at_once
from tests.submissions.evidence import files
from tests.submissions.pages import support

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024


def add(application: Application, by: Any, text: str = "one", **fields: Any) -> EvidenceFile:
    given = {"type": EvidenceType.TEST_REPORT, "name": f"{text}.pdf"} | fields
    return add_evidence(application, given.pop("type"), io.BytesIO(files.pdf(text)), given.pop("name"), by=by, **given)


def refusal_of(application: Application, by: Any, **fields: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        add(application, by, **fields)
    return refusal.value.code


def stored_files(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def test_a_file_is_kept_with_digest_pages_and_an_entry_of_the_trail(draft: Application, owner: Any) -> None:
    made = add(draft, owner, name="焊缝报告.pdf")
    assert (made.stored.name, made.pages, made.scan, made.stored.content_type, made.inspection) == (
        "焊缝报告.pdf", 1, ScanState.NOT_SCANNED, "application/pdf", {"text": False, "secret": []},
    )  # fmt: skip
    assert is_intact(made.stored)
    event = events_for(draft).get()
    assert (event.action, event.after["sha256"], event.actor_id) == ("evidence.added", made.stored.sha256, owner.pk)


def test_a_refused_file_leaves_nothing(draft: Application, owner: Any, own_storage: Path) -> None:
    with pytest.raises(Refusal):
        add_evidence(draft, "EV04", io.BytesIO(files.pdf_with_script()), "x.pdf", by=owner)
    assert (EvidenceFile.objects.count(), stored_files(own_storage), list(events_for(draft))) == (0, 0, [])


@pytest.mark.parametrize(("seconds", "is_taken"), [(-1, True), (0, False), (1, False)])
def test_files_are_taken_until_the_second_when_filing_closes(
    draft: Application, owner: Any, seconds: int, is_taken: bool
) -> None:
    with time_machine.travel(support.CLOSES + timedelta(seconds=seconds), tick=False):
        if is_taken:
            add(draft, owner)
        else:
            assert refusal_of(draft, owner) == "closed"
    assert EvidenceFile.objects.count() == is_taken


def test_only_the_enterprise_adds(draft: Application, own: Any) -> None:
    stranger = support.person("stranger", organisation=support.enterprise())
    assert refusal_of(draft, stranger) == "closed"
    assert EvidenceFile.objects.count() == 0


def test_what_was_submitted_takes_no_files(draft: Application, owner: Any) -> None:
    Application.objects.filter(pk=draft.pk).update(
        state="formal_check", number="2021-0001", title="t", channel="self", district="310112", ownership="PRIVATE",
        size_class="small", industry="OTHER",
    )  # fmt: skip
    assert refusal_of(draft, owner) == "closed"


# ------------------------------------------------------------------ size


def test_a_file_over_the_limit_is_refused_with_both_figures(draft: Application, owner: Any, settings: Any) -> None:
    content = files.pdf()
    settings.EVIDENCE_MAX_FILE = len(content) - 1
    assert refusal_of(draft, owner, text="Quality before and after, test report of the weld seams") == "too_large"
    settings.EVIDENCE_MAX_FILE = len(content)
    add(draft, owner, text="Quality before and after, test report of the weld seams")


def test_the_total_is_exact(draft: Application, owner: Any, settings: Any, own_storage: Path) -> None:
    size = len(files.pdf("a"))
    settings.EVIDENCE_MAX_TOTAL = 2 * size
    first = add(draft, owner, text="a")
    add(draft, owner, text="b")
    assert refusal_of(draft, owner, text="c") == "total"
    # the former version does not count against the new one
    add(draft, owner, text="d", replaces=first)
    assert stored_files(own_storage) == 3


@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_once_do_not_pass_the_total_together(draft: Application, owner: Any, settings: Any) -> None:
    settings.EVIDENCE_MAX_TOTAL = len(files.pdf("a")) + 10

    def upload(text: str) -> str:
        try:
            add(draft, owner, text=text)
        except Refusal as refusal:
            return refusal.code
        return "taken"

    assert sorted(at_once(2, lambda number: upload("ab"[number]))) == ["taken", "total"]
    assert EvidenceFile.objects.count() == 1


def test_the_same_file_stands_once(draft: Application, owner: Any, own_storage: Path) -> None:
    content = files.pdf("same")
    add_evidence(draft, "EV04", io.BytesIO(content), "a.pdf", by=owner)
    with pytest.raises(Refusal) as refusal:
        add_evidence(draft, "EV07", io.BytesIO(content), "b.pdf", by=owner)
    assert (refusal.value.code, EvidenceFile.objects.count(), stored_files(own_storage)) == ("same", 1, 1)


# ------------------------------------------------------------------ versions


def test_replacing_keeps_the_former_version_its_type_claims_and_figures(draft: Application, owner: Any) -> None:
    first = add(draft, owner, text="a", claims=["indicators:a1"], facts={"stage": "before"})
    second = add(draft, owner, text="b", type=EvidenceType.AWARD, replaces=first)
    first.refresh_from_db()
    assert first.replaced_by == second
    assert (second.type, second.claims, second.facts) == ("EV04", ["indicators:a1"], {"stage": "before"})
    assert [one.pk for one in draft.evidence.current()] == [second.pk]
    assert is_intact(first.stored)


def test_a_version_is_replaced_once(draft: Application, owner: Any) -> None:
    first = add(draft, owner, text="a")
    add(draft, owner, text="b", replaces=first)
    assert refusal_of(draft, owner, text="c", replaces=first) == "stale"


def test_a_file_of_another_application_cannot_be_replaced(draft: Application, owner: Any) -> None:
    other = support.draft_of(support.enterprise(), draft.campaign)
    theirs = add(other, support.person("other", organisation=other.applicant), text="a")
    assert refusal_of(draft, owner, text="b", replaces=theirs) == "stale"


def test_removing_takes_it_from_the_evidence_and_keeps_it(draft: Application, owner: Any) -> None:
    made = add(draft, owner)
    remove_evidence(made, by=owner)
    assert (draft.evidence.current().count(), draft.evidence.count(), is_intact(made.stored)) == (0, 1, True)
    assert events_for(draft).order_by("-sequence")[0].action == "evidence.removed"
    with pytest.raises(Refusal):
        remove_evidence(made, by=owner)


# ------------------------------------------------------------------ claims and figures


def test_claims_are_those_of_the_form_and_nothing_else(draft: Application, owner: Any) -> None:
    made = add(draft, owner, claims=["indicators:a1", "indicators:none", "level", "level", "<script>"])
    assert made.claims == ["indicators:a1", "level"]


def test_a_type_brings_its_usual_claims(draft: Application, owner: Any) -> None:
    assert add(draft, owner, type=EvidenceType.FINANCIAL_PROOF).claims == ["benefits"]


def test_describing_keeps_only_known_figures(draft: Application, owner: Any) -> None:
    made = add(draft, owner, type=EvidenceType.FINANCIAL_PROOF)
    facts = {"new_sales": " 1,200.50 ", "stage": "both", "csrfmiddlewaretoken": "x", "forex": ""}
    described = describe_evidence(made, claims=["benefits"], facts=facts, by=owner)
    assert described.facts == {"new_sales": "1,200.50"}
    assert dossier_of(draft).proofs("EV05")[0].facts == {"new_sales": "1,200.50"}


def test_describing_stops_with_filing(draft: Application, owner: Any) -> None:
    made = add(draft, owner)
    with time_machine.travel(support.CLOSES, tick=False), pytest.raises(Refusal):
        describe_evidence(made, claims=["level"], facts={}, by=owner)
    made.refresh_from_db()
    assert made.claims == []
