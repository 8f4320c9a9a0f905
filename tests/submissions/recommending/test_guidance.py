"""Guidance notes on fields: places, due days, answers, and what changed since; the page as each side sees it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from qa_portal.core.errors import Refusal
from submissions.changes import GONE, NEW, SAME, changes_between, only_about, parts_of
from submissions.enums import EvidenceType, State, Step
from submissions.models import GuidanceNote, SectionContent
from submissions.operations import take_step
from submissions.recommending.operations import add_note, reply, set_resolved
from submissions.recommending.queries import notes_of, shown_notes
from tests.submissions.complete import proof
from tests.submissions.pages.support import NOW, english, open_call, person
from tests.submissions.recommending.support import recommender, submit_again, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def filing_time() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def write(application: Any, section: str, **values: Any) -> None:
    content = SectionContent.objects.get(application=application, section=section)
    content.data |= values
    content.save()


# ------------------------------------------------------------------ what changed
def test_changes_are_named_by_field_in_words_with_their_signs() -> None:
    rows = [{"id": "a", "name": "合格率", "unit": "%", "before": "91", "after": "98", "better": "up"}]
    better = [rows[0] | {"after": "99"}]
    before = {"sections": {"quality": {"quality_problem": "合格率低"}, "indicators": {"indicators": rows}}}
    after = {"sections": {"quality": {"quality_problem": "合格率仅低"}, "indicators": {"indicators": better}}}
    found = changes_between(before, after)
    assert [(one.section, one.key) for one in found] == [
        ("quality", "quality_problem"), ("indicators", "indicators"),
    ]  # fmt: skip
    assert [(one.kind, one.text) for one in found[0].new_parts] == [(SAME, "合格率"), (NEW, "仅"), (SAME, "低")]
    assert ("98" in found[1].before, "99" in found[1].after) == (True, True)
    assert changes_between(before, before) == []


def test_an_exchanged_file_is_a_change_of_its_type_even_under_the_same_name() -> None:
    one = {"type": "EV04", "name": "a.pdf", "sha256": "1" * 64}
    other = one | {"sha256": "2" * 64}
    [change] = changes_between({"evidence": [one]}, {"evidence": [other]})
    assert (change.section, change.key, change.before != change.after) == ("evidence", "EV04", True)


def test_parts_put_together_give_both_texts() -> None:
    parts = parts_of("提高合格率到九成", "合格率提高到九成五")
    assert "".join(one.text for one in parts if one.kind != NEW) == "提高合格率到九成"
    assert "".join(one.text for one in parts if one.kind != GONE) == "合格率提高到九成五"


# ------------------------------------------------------------------ notes
@pytest.mark.parametrize(
    ("section", "field", "is_right"),
    [("", "", True), ("quality", "", True), ("quality", "solution", True), ("evidence", "EV04", True),
     ("", "solution", False), ("quality", "title", False), ("evidence", "solution", False), ("none", "", False)],
)  # fmt: skip
def test_a_note_hangs_on_what_there_is(section: str, field: str, is_right: bool) -> None:
    by, application = recommender(), submitted()
    if is_right:
        note = add_note(application, text="x", section=section, field_key=field, by=by)
        assert (note.section, note.field) == (section, field)
    else:
        with pytest.raises(Refusal) as refusal:
            add_note(application, text="x", section=section, field_key=field, by=by)
        assert (refusal.value.code, GuidanceNote.objects.count()) == ("section", 0)


def test_a_due_day_may_be_today_but_not_past() -> None:
    by, application, today = recommender(), submitted(), timezone.localdate()
    assert add_note(application, text="x", due_on=today, by=by).due_on == today
    with pytest.raises(Refusal) as refusal:
        add_note(application, text="x", due_on=today - timedelta(days=1), by=by)
    assert refusal.value.field == "due_on"


def test_a_note_shows_what_changed_at_its_place_since_its_author_saw_it() -> None:
    by, application = recommender(), submitted(submitted_at=NOW)
    first = application.submissions.get()
    type(first).objects.update(submitted_at=NOW)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        on_field = add_note(application, text="x", section="quality", field_key="solution", by=by, due_on=NOW.date())
        on_other = add_note(application, text="y", section="quality", field_key="difficulty", by=by)
        on_file = add_note(application, text="z", section="evidence", by=by)
    write(application, "quality", solution="新的措施")
    proof(application, EvidenceType.TEST_REPORT, by=by)
    submit_again(application, submitted_at=NOW + timedelta(days=1))
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        later = add_note(application, text="later", by=by)
    versions = list(application.submissions.order_by("serial"))
    shown = {one.note: one for one in shown_notes(notes_of(application), versions, (NOW + timedelta(days=2)).date())}
    assert [(one.key, one.after) for one in shown[on_field].changes] == [("solution", "新的措施")]
    assert (shown[on_other].changes, shown[on_other].is_compared) == ([], True)
    assert [one.section for one in shown[on_file].changes] == ["evidence"]
    assert (shown[later].is_compared, shown[on_field].is_overdue, shown[on_other].is_overdue) == (False, True, False)
    assert only_about(shown[on_field].changes, "quality", "difficulty") == []


# ------------------------------------------------------------------ the page
def test_the_page_of_a_unit_holds_documents_notes_and_steps() -> None:
    by, application = recommender(), submitted()
    client, address = english(by), reverse("recommending:guidance", kwargs={"pk": application.pk})
    add = reverse("recommending:note_add", kwargs={"pk": application.pk})
    answer = client.post(add, {"section": "quality.solution", "text": "Say how.", "due_on": "2099-01-01"})
    note = GuidanceNote.objects.get()
    assert answer["Location"] == f"{address}#note-{note.pk}"
    assert (note.section, note.field, note.due_on.year) == ("quality", "solution", 2099)
    page = client.get(address + "?about=project.title")
    text = page.content.decode()
    assert page.context["note_form"]["section"].value() == "project.title"
    for words in ('id="f-quality-solution"', "?about=quality.solution#note", "Say how.", "Return for changes"):
        assert words in text
    assert client.get(address + "?about=nonsense").context["note_form"]["section"].value() == ""


def test_what_was_refused_stays_on_the_page() -> None:
    by, application = recommender(), submitted()
    client = english(by)
    add = reverse("recommending:note_add", kwargs={"pk": application.pk})
    for data, name in (({"text": "", "section": "quality"}, "text"), ({"text": "t", "due_on": "2001-01-01"}, "due_on"),
                       ({"text": "t", "section": "none"}, "section")):  # fmt: skip
        answer = client.post(add, data)
        assert (answer.status_code, list(answer.context["note_form"].errors)) == (422, [name])
    returned = client.post(
        reverse("recommending:step", kwargs={"pk": application.pk, "name": "return"}), {"version": "0", "reason": ""}
    )
    assert (returned.status_code, list(returned.context["return_form"].errors)) == (422, ["reason"])
    assert GuidanceNote.objects.count() == 0


def test_the_enterprise_answers_and_sees_no_step_of_the_unit() -> None:
    by, application = recommender(), submitted()
    owner = person("owner", organisation=application.applicant)
    note = add_note(application, text="x", section="quality", by=by)
    client = english(owner)
    client.post(reverse("recommending:note_reply", kwargs={"pk": note.pk}), {"text": "Done."})
    page = client.get(reverse("recommending:guidance", kwargs={"pk": application.pk}))
    assert [one.text for one in note.replies.all()] == ["Done."]
    assert ("recommend_form" in page.context, page.context["may_guide"], page.context["note_url"]) == (False, False, "")


def test_a_text_with_a_sign_that_no_database_keeps_is_refused() -> None:
    by, application = recommender(), submitted()
    note = add_note(application, text="x", by=by)
    answer = english(by).post(reverse("recommending:note_reply", kwargs={"pk": note.pk}), {"text": "a\0b"})
    assert (answer.status_code, note.replies.count()) == (409, 0)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_every_number_of_notes_and_files(
    count: int, django_assert_num_queries: Any
) -> None:
    by, application = recommender(), submitted(open_call())
    for number in range(count):
        note = add_note(application, text=f"{number}", section="quality", field_key="solution", by=by)
        reply(note, text="y", by=by)
        set_resolved(note, resolved=True, by=by)
        proof(application, EvidenceType.TEST_REPORT, by=by)
    client, address = english(by), reverse("recommending:guidance", kwargs={"pk": application.pk})
    client.get(address)
    with django_assert_num_queries(24):
        page = client.get(address)
    assert len(page.context["notes"]) == count


def test_what_the_bureau_decides_in_secret_looks_like_a_review_to_the_unit() -> None:
    by, application = recommender(), submitted(state=State.DECIDED)
    client = english(by)
    for address in (
        reverse("recommending:guidance", kwargs={"pk": application.pk}),
        reverse("recommending:queue", kwargs={"year": 2021}),
    ):
        text = client.get(address).content.decode()
        assert ("In review" in text, "Decided" in text) == (True, False)


def test_after_a_return_the_page_shows_the_new_version_beside_the_old() -> None:
    by, application = recommender(), submitted(submitted_at=NOW)
    with time_machine.travel(NOW, tick=False):
        take_step(application, Step.RETURN, by=by, seen_version=0, reason="r")
    write(application, "quality", solution="尚未提交的措施")
    client, address = english(by), reverse("recommending:guidance", kwargs={"pk": application.pk})
    # what the enterprise is writing now is not shown before it submits again
    assert "尚未提交的措施" not in client.get(address).content.decode()
    submit_again(application)
    page = client.get(address)
    assert [one.key for one in page.context["documents"].changes] == ["solution"]
