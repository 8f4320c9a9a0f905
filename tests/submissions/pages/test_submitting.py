"""Preview, submission, receipt, withdrawal and copy: what each needs, and what it leaves behind."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from qa_portal.audit.queries import events_for
from qa_portal.core.errors import Refusal
from qa_portal.organisations.models import EnterpriseProfile
from qa_portal.outbox.delivery import deliver_due
from submissions.copying import copy_application
from submissions.enums import EvidenceType, State
from submissions.form.sections import BY_KEY, SECTIONS
from submissions.models import Application, SectionContent
from tests.factories import EnterpriseFactory, RecommendingUnitFactory
from tests.reports.pages.support import ShownPage, shown
from tests.submissions.complete import proof, prove
from tests.submissions.pages.support import CLOSES, answers, draft_of, english, enterprise, fill, open_call, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(draft: Application, owner: Any) -> Application:
    """A draft in which nothing is missing."""
    fill(draft)
    prove(draft, by=owner)
    return draft


def submit_url(application: Application) -> str:
    return f"/applications/{application.pk}/submit/"


def confirmation(client: Client, application: Application, **changes: str) -> dict[str, str]:
    """What a person sends who read the page, gave a reason for each warning and confirms."""
    page = client.get(submit_url(application))
    form = page.context["form"]
    data = {name: "It is so." for name, _key in form.warnings}
    initial = {name: str(form.initial[name]) for name in ("seen_version", "seen_digest")}
    return data | initial | {"confirm": "on"} | changes


def in_full(client: Client, application: Application, django_capture: Any, **changes: str) -> Any:
    with django_capture(execute=True):
        return client.post(submit_url(application), confirmation(client, application, **changes))


def test_complete_draft_is_submitted_with_number_receipt_and_mail(
    client: Client, ready: Application, owner: Any, django_capture_on_commit_callbacks: Any
) -> None:
    response = in_full(client, ready, django_capture_on_commit_callbacks)
    ready.refresh_from_db()
    assert (response.status_code, response.headers["Location"]) == (302, f"/applications/{ready.pk}/receipt/")
    assert (ready.state, ready.number, ready.title) == (
        State.PENDING_RECOMMENDATION, "2021-0001", "围护系统拐角焊缝质量攻关")  # fmt: skip
    deliver_due()
    assert [(one.to, one.subject) for one in mail.outbox] == [([owner.email], "申报2021-0001：提交回执")]
    assert f"/applications/{ready.pk}/receipt/" in mail.outbox[0].body
    page = shown(client.get(response.headers["Location"]))
    assert ("2021-0001" in page.words, ready.submissions.get().digest in page.words) == (True, True)


def test_reasons_for_warnings_are_kept_with_the_submission(
    client: Client, ready: Application, django_capture_on_commit_callbacks: Any
) -> None:
    SectionContent.objects.filter(application=ready, section="benefits").update(
        data=answers(RecommendingUnitFactory())["benefits"]
        | {"years": [{"id": "c1", "year": "2020", "new_sales": "100", "new_profit": "-5", "energy_saving": "0",
                      "forex": "0"}]}
    )  # fmt: skip
    ready.evidence.filter(type=EvidenceType.FINANCIAL_PROOF).update(
        facts={"new_sales": "100", "new_profit": "-5", "energy_saving": "0", "forex": "0"}
    )
    page = client.get(submit_url(ready))
    keys = [key for _name, key in page.context["form"].warnings]
    assert "P10:benefits:years" in keys
    refused = client.post(submit_url(ready), confirmation(client, ready) | {"warning-0": " "})
    assert (refused.status_code, ready.submissions.count()) == (422, 0)
    in_full(client, ready, django_capture_on_commit_callbacks)
    assert ready.submissions.get().warnings_answered == dict.fromkeys(keys, "It is so.")


def test_errors_block_and_link_to_their_fields(client: Client, draft: Application) -> None:
    page = shown(client.get(submit_url(draft)))
    assert f"/applications/{draft.pk}/sections/project/?check=1#f-title" in [url for _text, url in page.links]
    assert "seen_version" not in page.fields
    data = {"seen_version": "0", "seen_digest": "x", "confirm": "on"}
    assert client.post(submit_url(draft), data).status_code == 422
    draft.refresh_from_db()
    assert (draft.state, draft.number, draft.submissions.count()) == (State.DRAFT, None, 0)


def test_incomplete_profile_blocks(client: Client, ready: Application) -> None:
    EnterpriseProfile.objects.update(ownership="", employees=None)
    assert client.post(submit_url(ready), confirmation(client, ready)).status_code == 422
    ready.refresh_from_db()
    assert ready.state == State.DRAFT


@pytest.mark.parametrize("unit", ["group", "foreign enterprise", "nothing", "999999", "1;2", "９"])
def test_posted_unit_that_is_none_of_the_channel_is_refused(unit: str, client: Client, ready: Application) -> None:
    named = {
        "group": lambda: str(RecommendingUnitFactory(group=True).pk),
        "foreign enterprise": lambda: str(EnterpriseFactory().pk),
        "nothing": lambda: "",
    }
    content = SectionContent.objects.get(application=ready, section="project")
    content.data["recommending_unit"] = named.get(unit, lambda: unit)()
    content.save()
    assert client.post(submit_url(ready), confirmation(client, ready)).status_code == 422
    ready.refresh_from_db()
    assert (ready.state, ready.recommending_unit) == (State.DRAFT, None)


def test_nothing_is_submitted_without_confirmation(client: Client, ready: Application) -> None:
    data = confirmation(client, ready)
    del data["confirm"]
    response = client.post(submit_url(ready), data)
    assert (response.status_code, ready.submissions.count()) == (422, 0)
    assert "Confirm before submitting." in response.content.decode()


def test_what_a_colleague_changed_meanwhile_is_read_again(client: Client, ready: Application) -> None:
    data = confirmation(client, ready)
    content = SectionContent.objects.get(application=ready, section="quality")
    content.data["solution"] = "另一种措施，合格率提高。"
    content.save()
    response = client.post(submit_url(ready), data)
    assert (response.status_code, ready.submissions.count()) == (422, 0)
    assert "Answers have changed since you opened this page." in response.content.decode()


def test_second_click_submits_nothing_again(
    client: Client, ready: Application, django_capture_on_commit_callbacks: Any
) -> None:
    data = confirmation(client, ready)
    with django_capture_on_commit_callbacks(execute=True):
        statuses = [client.post(submit_url(ready), data).status_code for _click in range(2)]
    deliver_due()
    assert (statuses, ready.submissions.count(), len(mail.outbox)) == ([302, 422], 1, 1)


@pytest.mark.parametrize(("second", "state"), [(-1, "pending_recommendation"), (0, "draft"), (1, "draft")])
def test_submitting_ends_to_the_second(second: int, state: str, owner: Any, ready: Application, clock: Any) -> None:
    clock.move_to(CLOSES - timedelta(minutes=10), tick=False)
    client = english(owner)
    data = confirmation(client, ready)
    clock.move_to(CLOSES + timedelta(seconds=second), tick=False)
    assert client.post(submit_url(ready), data).status_code == (302 if second < 0 else 422)
    ready.refresh_from_db()
    assert (ready.state, ready.submissions.count()) == (state, 1 if second < 0 else 0)


def test_posting_every_column_changes_only_what_submitting_changes(client: Client, ready: Application) -> None:
    columns = {field.attname: "1" for field in Application._meta.concrete_fields} | {"state": "accepted"}
    client.post(submit_url(ready), columns | confirmation(client, ready))
    ready.refresh_from_db()
    assert (ready.state, ready.number, ready.accepted_at, ready.version) == (
        State.PENDING_RECOMMENDATION, "2021-0001", None, 1)  # fmt: skip


# ------------------------------------------------------------------ preview
def test_preview_shows_no_name_anywhere(client: Client, ready: Application, owner: Any) -> None:
    marks = {"上海示例重工有限公司", "某造船厂", "张工", "contact@example.com", "021-12345678", "闵行区市场监督管理局"}
    proof(ready, EvidenceType.APPRAISAL, by=owner, name="上海示例重工-鉴定.pdf")
    page = shown(client.get(f"/applications/{ready.pk}/preview/"))
    assert {mark for mark in marks | {"上海示例重工-鉴定"} if mark in page.words} == set()
    assert ("围护系统拐角焊缝质量攻关" in page.words, "焊缝一次合格率" in page.words) == (True, True)


def test_preview_has_blind_fields_only() -> None:
    from submissions.blind import blind_copy
    from submissions.form.dossier import Dossier

    sections = {section.key: {spec.key: f"M-{section.key}-{spec.key}" for spec in section.fields if not spec.columns}
                for section in SECTIONS}  # fmt: skip
    text = repr(blind_copy(Dossier(sections, profile={"name": "M-name", "uscc": "M-uscc"})))
    hidden = [
        f"M-{section.key}-{spec.key}"
        for section in SECTIONS
        for spec in section.fields
        if not spec.blind and not spec.columns
    ]
    assert len(hidden) == 11
    assert [mark for mark in [*hidden, "M-name", "M-uscc"] if f"{mark}'" in text] == []


def test_a_new_field_or_column_is_hidden_until_it_is_opened() -> None:
    from submissions.blind import opened
    from submissions.form.spec import Field, Kind, Shown

    assert (Field("new", "New").blind, Shown("new", "New").blind) == (False, True)
    rows = Shown("rows", "Rows", Kind.ROWS, columns=(Shown("value", "Value"), Field("maker", "Maker")))
    assert [one.key for one in opened(rows).columns] == ["value"]


# ------------------------------------------------------------------ withdraw
def test_withdrawing_needs_a_reason_and_stays_in_the_history(client: Client, draft: Application) -> None:
    url = f"/applications/{draft.pk}/withdraw/"
    assert client.post(url, {"reason": " ", "seen_version": "0"}).status_code == 422
    assert client.post(url, {"reason": "重复申报", "seen_version": "7"}).status_code == 409
    assert client.post(url, {"reason": "重复申报", "seen_version": "0"}).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, events_for(draft).last().reason) == (State.WITHDRAWN, "重复申报")
    page = shown(client.get(f"/applications/{draft.pk}/"))
    assert ("重复申报" in page.words, "Withdrawn" in page.words) == (True, True)
    assert "cannot be withdrawn any more" in client.get(url).content.decode()


# ------------------------------------------------------------------ copy
def test_copy_takes_the_text_but_neither_evidence_nor_declarations(
    client: Client, own: Any, owner: Any, clock: Any
) -> None:
    former = draft_of(own, campaign=open_call(), state=State.WITHDRAWN)
    fill(former)
    prove(former, by=owner)
    response = client.post(f"/applications/{former.pk}/copy/")
    made = Application.objects.exclude(pk=former.pk).get()
    assert response.headers["Location"] == f"/applications/{made.pk}/"
    assert dict(made.sections.values_list("section", "data")) == {
        key: data for key, data in former.sections.values_list("section", "data") if key != "declarations"
    }
    assert (made.evidence.count(), made.state, made.number, made.title) == (0, State.DRAFT, None, former_title(former))
    assert set(BY_KEY) - set(made.sections.values_list("section", flat=True)) == {"declarations"}


def former_title(former: Application) -> str:
    return str(former.sections.get(section="project").data["title"])


def test_copy_of_a_foreign_application_is_refused(own: Any, owner: Any, clock: Any) -> None:
    foreign = draft_of(enterprise(name="别家"))
    fill(foreign)
    with pytest.raises(Refusal) as refused:
        copy_application(foreign, foreign.campaign, by=owner)
    assert (refused.value.code, Application.objects.count()) == ("copy", 1)


def test_copy_after_the_end_makes_nothing(client: Client, owner: Any, draft: Application, clock: Any) -> None:
    fill(draft)
    clock.move_to(CLOSES, tick=False)
    assert english(owner).post(f"/applications/{draft.pk}/copy/").status_code == 409
    assert Application.objects.count() == 1


# ------------------------------------------------------------------ who else
PAGES = ("", "sections/project/", "preview/", "submit/", "receipt/", "withdraw/")
DEEDS = ("sections/project/", "sections/project/autosave/", "submit/", "withdraw/", "copy/")


def test_foreign_application_is_no_page_for_another_enterprise(ready: Application) -> None:
    stranger = english(person("stranger", organisation=enterprise(name="别家")))
    base = f"/applications/{ready.pk}/"
    before = Application.objects.values().get()
    assert {stranger.get(base + page).status_code for page in PAGES} == {404}
    assert {stranger.post(base + deed, {"reason": "x", "seen_version": 0}).status_code for deed in DEEDS} == {404}
    assert Application.objects.values().get() == before


@pytest.mark.parametrize("role", ["recommender", "expert", "staff", "auditor"])
def test_pages_of_applicants_are_closed_to_other_roles(role: Any, ready: Application) -> None:
    place = RecommendingUnitFactory() if role == "recommender" else None
    other = english(person("other", role, place))
    base = f"/applications/{ready.pk}/"
    assert {other.get(base + page).status_code for page in PAGES} == {403}
    assert {other.post(base + deed).status_code for deed in DEEDS} == {403}


def test_page_of_another_version_is_told(client: Client, draft: Application) -> None:
    page = ShownPage(client.post(f"/applications/{draft.pk}/withdraw/", {"reason": "x", "seen_version": "9"}))
    assert "This application has changed since you opened it." in page.words
