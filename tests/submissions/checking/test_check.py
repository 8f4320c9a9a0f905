"""The screen of the formal check: sixteen items, the round before, decisions, the next file."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from qa_portal.audit.queries import events_for
from qa_portal.core.errors import Refusal
from submissions.checking.items import ITEMS, computed_of
from submissions.checking.operations import Judgement, decide, judge, open_items
from submissions.checking.queries import case_of, judged, next_file
from submissions.checking.tables import item_rows
from submissions.enums import CheckReason, CheckVerdict, State, Step
from submissions.models import Application, FilingExtension, FormalCheckItem, SectionContent
from submissions.operations import take_step
from submissions.queries import dossier_of
from tests.submissions.complete import prove
from tests.submissions.pages.support import NOW, english, open_call, person
from tests.submissions.recommending.support import submit_again, submitted, waiting

pytestmark = pytest.mark.django_db
ALL_PASS = {item.number: ("pass", "") for item in ITEMS}
POSTED = {f"verdict-{item.number}": "pass" for item in ITEMS}


@pytest.fixture(autouse=True)
def filing_time() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def to_check(campaign: Any = None, **fields: Any) -> Application:
    """A complete application that waits for the formal check."""
    application = submitted(campaign, state=State.FORMAL_CHECK, **{"submitted_at": NOW - timedelta(days=2)} | fields)
    prove(application, by=application.submissions.get().submitted_by)
    application.submissions.all().delete()
    submit_again(application)
    return application


def verdicts_of(application: Application) -> dict[int, Any]:
    return {key: one.verdict for key, one in computed_of(case_of(application, dossier_of(application))).items()}


# ------------------------------------------------------------------ what is computed
def test_a_complete_file_is_in_order_wherever_a_machine_can_tell() -> None:
    found = verdicts_of(to_check())
    assert [key for key, verdict in found.items() if verdict == CheckVerdict.PASS] == [
        1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 14, 16,
    ]  # fmt: skip
    assert [key for key, verdict in found.items() if verdict is None] == [7, 11, 13, 15]


@pytest.mark.parametrize(("seconds", "verdict"), [(-1, "pass"), (0, "fix"), (1, "fix")])
def test_in_time_is_to_the_second(seconds: int, verdict: str) -> None:
    application = to_check()
    closes_at = application.campaign.filing_closes_at
    application.submitted_at = closes_at + timedelta(seconds=seconds)
    assert verdicts_of(application)[1] == verdict


def test_an_extension_moves_the_end(staff_user: Any) -> None:
    application = to_check()
    closes_at = application.campaign.filing_closes_at
    application.submitted_at = closes_at + timedelta(hours=1)
    until = closes_at + timedelta(hours=2)
    FilingExtension.objects.create(application=application, until=until, reason="r", granted_by=staff_user)
    assert verdicts_of(application)[1] == CheckVerdict.PASS


@pytest.mark.parametrize(
    ("section", "values", "number"),
    [
        ("project", {"end_month": "2021-05"}, 9),
        ("declarations", {"integrity": ""}, 12),
        ("project", {"summary": "上海示例公司甲的产品"}, 14),
        ("quality", {"solution": ""}, 4),
        ("quality", {"solution": "绝密"}, 13),
    ],
)
def test_each_item_reads_its_own_rules(section: str, values: dict[str, str], number: int) -> None:
    application = to_check(applicant_name="上海示例公司甲")
    type(application.applicant).objects.filter(pk=application.applicant_id).update(name="上海示例公司甲")
    application = Application.objects.get(pk=application.pk)
    content = SectionContent.objects.get(application=application, section=section)
    content.data |= values
    content.save()
    computed = computed_of(case_of(application, dossier_of(application)))[number]
    assert (computed.verdict, bool(computed.found) or number == 12) == (CheckVerdict.FIX, True)


# ------------------------------------------------------------------ judging
def test_a_code_is_reason_enough_and_a_passed_item_keeps_none(staff_user: Any) -> None:
    application = to_check()
    judge(application, {5: ("fix", "", CheckReason.UNREADABLE), 8: ("pass", "", CheckReason.EXPIRED)}, by=staff_user)
    kept = {one.item: (one.code, one.why) for one in application.check_items.all()}
    assert kept == {5: ("unreadable", str(CheckReason.UNREADABLE.label)), 8: ("", "")}
    for given in (("fix", "", "nonsense"), ("maybe", "r"), ("fail", " ")):
        with pytest.raises(Refusal):
            judge(application, {7: given}, by=staff_user)
    assert application.check_items.count() == 2


def test_accepting_needs_every_item_passed_and_a_note_holds_nothing_up(staff_user: Any) -> None:
    application = to_check()
    given: dict[str, Any] = {"by": staff_user, "seen_version": 0}
    with pytest.raises(Refusal) as refusal:
        decide(application, Step.ACCEPT, judgements={key: ALL_PASS[key] for key in range(1, 16)}, **given)
    assert (refusal.value.code, refusal.value.field) == ("items", "verdict-16")
    assert FormalCheckItem.objects.count() == 0  # all of it or nothing
    with pytest.raises(Refusal):
        decide(application, Step.ACCEPT, judgements=ALL_PASS | {7: ("fix", "r")}, **given)
    decide(application, Step.ACCEPT, judgements=ALL_PASS | {16: ("fix", "大型企业")}, **given)
    application.refresh_from_db()
    assert (application.state, open_items(application)) == (State.ACCEPTED, [])


def test_a_correction_without_words_takes_those_of_the_items(staff_user: Any) -> None:
    application = to_check()
    judgements = ALL_PASS | {5: ("fix", "第二页看不清", "unreadable"), 16: ("fix", "只作提示")}
    decide(application, Step.ASK_CORRECTION, judgements=judgements, by=staff_user, seen_version=0)
    text = next(one.reason for one in events_for(application) if one.action == "application.ask_correction")
    assert ("第二页看不清" in text, text.startswith("5. "), "只作提示" in text) == (True, True, False)
    application.refresh_from_db()
    assert (application.state, application.corrections) == (State.CORRECTION, 1)


def test_a_second_round_begins_anew_beside_the_first(staff_user: Any) -> None:
    application = to_check()
    decide(application, Step.ASK_CORRECTION, judgements=ALL_PASS | {5: ("fix", "缺")}, by=staff_user, seen_version=0)
    Application.objects.update(state=State.FORMAL_CHECK)
    application = Application.objects.get()
    judge(application, {5: ("pass", "")}, by=staff_user)
    now, before = judged(application)
    assert ({key: one.verdict for key, one in now.items()}, before[5].reason, len(before)) == ({5: "pass"}, "缺", 16)
    assert open_items(application) == [key for key in range(1, 17) if key != 5]


def test_an_older_page_decides_nothing(staff_user: Any) -> None:
    application = to_check()
    with pytest.raises(Refusal) as refusal:
        decide(application, Step.ACCEPT, judgements=ALL_PASS, by=staff_user, seen_version=3)
    assert (refusal.value.code, FormalCheckItem.objects.count()) == ("stale", 0)


# ------------------------------------------------------------------ the screen
def test_computed_items_come_first_and_begin_as_passed() -> None:
    application = to_check()
    rows = item_rows(computed_of(case_of(application, dossier_of(application))), {}, {}, {})
    assert [one.item.number for one in rows] == [1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 14, 16, 7, 11, 13, 15]
    assert {one.given.verdict for one in rows if one.item.is_computed} == {"pass"}
    assert {one.given for one in rows if not one.item.is_computed} == {Judgement("")}
    assert [one.next_number for one in rows][-3:] == [13, 15, None]


def test_findings_are_read_as_text_and_lead_to_their_place(staff_client: Any) -> None:
    application = waiting(state=State.FORMAL_CHECK)
    page = staff_client.get(reverse("checking:check", kwargs={"pk": application.pk}), headers={"accept-language": "en"})
    text = page.content.decode()
    for words in ('href="#f-project-title"', 'id="f-project-title"', 'href="#e-EV04"', 'id="e-EV04"'):
        assert words in text
    assert "Evidence is missing:" in text


def test_accepting_leads_to_the_next_file_and_at_last_to_the_queue(staff_client: Any, staff_user: Any) -> None:
    campaign = open_call()
    first, second = to_check(campaign), to_check(campaign, submitted_at=NOW - timedelta(days=1))
    assert (next_file(staff_user, first), next_file(staff_user, second)) == (second, first)
    address = reverse("checking:step", kwargs={"pk": first.pk, "name": "accept"})
    answer = staff_client.post(address, POSTED | {"version": "0", "then": "next"})
    assert answer["Location"] == reverse("checking:check", kwargs={"pk": second.pk})
    address = reverse("checking:step", kwargs={"pk": second.pk, "name": "accept"})
    answer = staff_client.post(address, POSTED | {"version": "0", "then": "next"})
    assert answer["Location"] == reverse("checking:queue", kwargs={"year": 2021})
    assert set(Application.objects.values_list("state", flat=True)) == {State.ACCEPTED}


def test_what_was_refused_keeps_everything_that_was_chosen_and_typed(staff_user: Any) -> None:
    application = to_check()
    client = english(staff_user)
    data = {"verdict-7": "fix", "verdict-9": "fail", "reason-9": "太早", "reason": "Whole"}
    answer = client.post(reverse("checking:judge", kwargs={"pk": application.pk}), data)
    rows = {one.item.number: one for one in answer.context["rows"]}
    assert (answer.status_code, rows[7].error) == (409, "Item 7: give a reason.")
    assert (rows[9].given, rows[1].given.verdict) == (Judgement("fail", "太早"), "")
    text = answer.content.decode()
    assert ('aria-describedby="error-7"' in text, ">Whole</textarea>" in text) == (True, True)
    assert FormalCheckItem.objects.count() == 0


def test_a_value_off_the_list_is_refused_with_a_link_to_its_field(staff_user: Any) -> None:
    application = to_check()
    data = {"industry": "NONE", "size_class": "large"}
    answer = english(staff_user).post(reverse("checking:confirm", kwargs={"pk": application.pk}), data)
    text = answer.content.decode()
    assert (answer.status_code, 'href="#id_industry"' in text, 'id="id_industry"' in text) == (409, True, True)


def test_one_button_saves_judgements_and_confirmed_values(staff_client: Any) -> None:
    application = to_check()
    data = {"verdict-7": "pass", "industry": "OTHER", "size_class": "large", "bottleneck": "on"}
    answer = staff_client.post(reverse("checking:judge", kwargs={"pk": application.pk}), data)
    application.refresh_from_db()
    assert (answer.status_code, application.check_items.get().item) == (302, 7)
    assert (application.industry, application.size_class, application.bottleneck) == ("OTHER", "large", True)
    page = staff_client.get(reverse("checking:check", kwargs={"pk": application.pk}))
    differs = {field.name for field, _claimed, _now, is_other in page.context["confirmed"] if is_other}
    assert {"size_class", "bottleneck"} <= differs


def test_after_a_correction_the_screen_marks_what_the_enterprise_changed(staff_client: Any, staff_user: Any) -> None:
    application = to_check()
    decide(application, Step.ASK_CORRECTION, judgements={5: ("fix", "看不清")}, by=staff_user, seen_version=0)
    content = SectionContent.objects.get(application=application, section="quality")
    content.data |= {"solution": "补正后的措施"}
    content.save()
    submit_again(application)
    Application.objects.update(state=State.FORMAL_CHECK)
    page = staff_client.get(reverse("checking:check", kwargs={"pk": application.pk}))
    rows = {one.item.number: one for one in page.context["rows"]}
    assert (rows[5].before.reason, rows[5].is_saved) == ("看不清", False)
    assert [one.key for one in page.context["documents"].changes] == ["solution"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_screen_costs_the_same_for_every_number_of_files(
    count: int, staff_client: Any, django_assert_num_queries: Any
) -> None:
    application = to_check()
    by = person("more", None)
    for _ in range(count):
        prove(application, by=by)
    address = reverse("checking:check", kwargs={"pk": application.pk})
    staff_client.get(address)
    with django_assert_num_queries(25):
        assert staff_client.get(address).status_code == 200


# ------------------------------------------------------------------ the queue
@pytest.mark.parametrize("rows", [1, 3])
def test_the_queue_costs_the_same_for_every_number_of_rows(
    rows: int, staff_client: Any, django_assert_num_queries: Any
) -> None:
    campaign = open_call()
    made = [waiting(campaign, state=State.FORMAL_CHECK, submitted_at=NOW) for _ in range(rows)]
    address = reverse("checking:queue", kwargs={"year": 2021})
    staff_client.get(address)
    with django_assert_num_queries(11):
        page = staff_client.get(address)
    assert [one.pk for one in page.context["page"]] == [one.pk for one in made]


def test_the_queue_is_narrowed_by_text_state_channel_and_unit(staff_client: Any) -> None:
    campaign = open_call()
    one = waiting(campaign, state=State.FORMAL_CHECK, title="焊缝质量攻关")
    two = waiting(campaign, state=State.CORRECTION, by_group=True)
    three = waiting(campaign, state=State.FORMAL_CHECK, self_filed=True)
    address = reverse("checking:queue", kwargs={"year": 2021})

    def found(**wanted: Any) -> list[int]:
        return [row.pk for row in staff_client.get(address, wanted).context["page"]]

    assert found() == [one.pk, two.pk, three.pk]
    assert found(text="焊缝") == [one.pk]
    assert found(state="formal_check") == [one.pk, three.pk]
    assert found(channel="group") == [two.pk]
    assert found(unit=one.recommending_unit_id) == [one.pk]
    assert found(unit="x", channel="nonsense", state="draft") == [one.pk, two.pk, three.pk]
    form = staff_client.get(address, {"channel": "group"}).context["form"]
    assert [unit.pk for unit in form.fields["unit"].queryset] == [two.recommending_unit_id]


def test_a_leader_reads_the_screen_and_judges_nothing() -> None:
    from qa_portal.accounts.enums import Role

    application, client = to_check(), english(person("leader", Role.LEADER))
    judge(application, {7: ("fix", "缺页", "unreadable")}, by=person("checker", Role.STAFF))
    page = client.get(reverse("checking:check", kwargs={"pk": application.pk}))
    assert (page.context["is_open"], 'name="verdict-1"' in page.content.decode()) == (False, False)
    assert "To be corrected · Not readable · 缺页" in page.content.decode()
    assert client.post(reverse("checking:judge", kwargs={"pk": application.pk}), POSTED).status_code == 403


def test_the_step_itself_still_follows_the_table(staff_user: Any) -> None:
    application = to_check()
    take_step(application, Step.REFUSE, by=staff_user, seen_version=0, reason="r")
    with pytest.raises(Refusal) as refusal:
        decide(application, Step.ACCEPT, judgements=ALL_PASS, by=staff_user, seen_version=1)
    assert refusal.value.code == "closed"
