"""From the notice to the publication: the clock closes it, objections keep results from being confirmed."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from qa_portal.accounts.enums import Role
from qa_portal.audit.models import AuditEvent
from qa_portal.core.errors import Refusal
from qa_portal.notices.models import Notice
from qa_portal.organisations.models import Membership
from reviews.deciding import operations as deciding
from reviews.deciding.operations import Change
from reviews.enums import ObjectionState, Result
from reviews.models import Decision, DecisionRound, Expert, FeedbackLetter, Objection, PublicNotice, Review
from reviews.publicity import feedback, operations
from reviews.publicity.feedback import quartile, without_names
from submissions.enums import State
from tests.plugins.parallel import at_once
from tests.reports.pages.support import FRAME
from tests.reviews.deciding.support import HELD_ON, ScoredYear, decided, frozen, scored_year
from tests.submissions.evidence.files import pdf
from tests.submissions.pages.support import english, person

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD, NOT = Result
# a Tuesday before a week without holidays; five working days end on the Tuesday after at 24:00
OPENED = datetime(2021, 9, 7, 2, tzinfo=UTC)
CLOSES = datetime(2021, 9, 14, 16, tzinfo=UTC)
SENTINEL = "哨兵张三丰"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def refused(code: str, work: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        work()
    assert refusal.value.code == code


def on_show(year: ScoredYear | None = None) -> tuple[ScoredYear, PublicNotice]:
    """A year whose notice was opened at OPENED."""
    year = frozen(year)
    with time_machine.travel(OPENED, tick=False):
        return year, operations.open_notice(year.campaign, by=year.leader)


def objection_to(notice: PublicNotice, number: str, **given: Any) -> Objection:
    data = {"name": "李四", "contact": "13800000000", "facts": "数据不实。"} | given
    return operations.register_objection(notice, number=number, **data)


def settled_at(moment: datetime) -> int:
    with time_machine.travel(moment, tick=False):
        return operations.settle_notices()


# ------------------------------------------------------------------ notice
def test_a_leader_opens_the_notice_on_a_frozen_decision() -> None:
    year = decided()
    refused("not_frozen", lambda: operations.open_notice(year.campaign, by=year.leader))
    deciding.freeze(year.campaign, by=year.other)
    refused("forbidden", lambda: operations.open_notice(year.campaign, by=year.staff))
    with time_machine.travel(OPENED, tick=False):
        notice = operations.open_notice(year.campaign, by=year.leader)
    assert (notice.closes_at, year.states) == (CLOSES, [State.PUBLIC_NOTICE] * 3 + [State.DECIDED] * 2)
    assert set(notice.content[0]) == {"number", "title", "applicant", "unit", "result"}
    refused("empty", lambda: operations.open_notice(year.campaign, by=year.leader))


def test_the_notice_closes_to_the_second() -> None:
    year, notice = on_show()
    page = f"/public-notice/{notice.pk}/"
    before, title = CLOSES - timedelta(seconds=1), year.applications[0].title
    with time_machine.travel(before, tick=False):
        assert title in Client().get(page).content.decode()
        assert objection_to(notice, year.applications[0].number).state == ObjectionState.REGISTERED
        assert operations.settle_notices() == 0
    with time_machine.travel(CLOSES, tick=False):
        answer = Client().get(page)
        assert (answer.status_code, title in answer.content.decode()) == (200, False)
        assert objection_to(notice, year.applications[1].number).state == ObjectionState.NOT_ACCEPTED
        assert operations.settle_notices() == 2
    assert year.states == [State.PUBLIC_NOTICE, State.CONFIRMED, State.CONFIRMED, State.DECIDED, State.DECIDED]


def test_the_clock_confirms_once_and_settles() -> None:
    year, notice = on_show()
    assert (settled_at(CLOSES), settled_at(CLOSES)) == (3, 0)
    notice.refresh_from_db()
    assert (notice.settled_at, year.states[:3]) == (CLOSES, [State.CONFIRMED] * 3)
    confirmed = AuditEvent.objects.filter(action="application.confirm")
    assert {event.actor_label for event in confirmed} == {"system"}


# ------------------------------------------------------------------ objections
@pytest.mark.parametrize("given", [{"name": " "}, {"contact": ""}])
def test_an_anonymous_objection_is_recorded_and_not_accepted(given: dict[str, str]) -> None:
    year, notice = on_show()
    with time_machine.travel(OPENED, tick=False):
        made = objection_to(notice, year.applications[0].number, **given)
    assert (made.state, made.receipt, made.events.count()) == (ObjectionState.NOT_ACCEPTED, "YY2021-0001", 2)
    assert settled_at(CLOSES) == 3


def test_deadlines_are_working_days() -> None:
    year, notice = on_show()
    with time_machine.travel(OPENED, tick=False):
        made = objection_to(notice, year.applications[0].number)
        operations.accept_objection(made, shared_facts="有人反映数据不实。", by=year.staff)
    made.refresh_from_db()
    # 18 September 2021 is a working Saturday; 20 and 21 are the Mid-Autumn festival
    ends = [timezone.localtime(one).date().isoformat() for one in (made.acknowledge_by, made.answer_by, made.decide_by)]
    assert ends == ["2021-09-11", "2021-09-15", "2021-09-29"]


def test_a_dismissed_objection_confirms_when_the_notice_is_over() -> None:
    year, notice = on_show()
    first = year.applications[0]
    with time_machine.travel(OPENED, tick=False):
        one, other = objection_to(notice, first.number), objection_to(notice, first.number)
        for made in (one, other):
            operations.accept_objection(made, shared_facts="有人反映。", by=year.staff)
        assert year.states[0] == State.UNDER_OBJECTION
        refused("second_person", lambda: operations.dismiss_objection(one, decision="查无实据", by=year.staff))
        operations.dismiss_objection(one, decision="查无实据", by=year.other)
    assert (settled_at(CLOSES), year.states[0]) == (2, State.UNDER_OBJECTION)
    with time_machine.travel(CLOSES, tick=False):
        operations.dismiss_objection(other, decision="查无实据", by=year.other)
    assert year.states[:3] == [State.CONFIRMED] * 3
    refused("state", lambda: operations.dismiss_objection(other, decision="x", by=year.other))


def upheld() -> tuple[ScoredYear, PublicNotice, DecisionRound]:
    year, notice = on_show()
    with time_machine.travel(OPENED, tick=False):
        made = objection_to(notice, year.applications[0].number)
        operations.accept_objection(made, shared_facts="有人反映。", by=year.staff)
    change = Change(SECOND, "数据更正后不符合一等奖")
    votes: dict[str, Any] = {"held_on": HELD_ON, "members": 9, "present": 9, "decision": "更正", "by": year.other}
    refused("votes", lambda: operations.uphold_objection(made, change, votes={"in_favour": 4}, **votes))
    assert year.results[0] == FIRST
    return year, notice, operations.uphold_objection(made, change, votes={"in_favour": 5}, **votes)


def test_an_upheld_objection_changes_the_result_by_a_new_round_and_a_new_notice() -> None:
    year, notice, made = upheld()
    assert (year.results[0], year.states[0], made.serial) == (SECOND, State.DECIDED, 2)
    old = DecisionRound.objects.get(serial=1)
    assert (old.is_frozen, old.ended_reason, old.results.get(application=year.applications[0]).result) == (
        True, "更正", FIRST)  # fmt: skip
    refused("not_frozen", lambda: operations.open_notice(year.campaign, by=year.leader))
    refused("second_person", lambda: deciding.freeze(year.campaign, by=year.other))
    deciding.freeze(year.campaign, by=year.leader)
    with time_machine.travel(CLOSES, tick=False):
        second = operations.open_notice(year.campaign, by=year.leader)
    assert ([one["number"] for one in second.content], second.serial) == ([year.applications[0].number], 2)
    assert notice.content[0]["result"] == FIRST


@pytest.mark.django_db(transaction=True)
def test_two_who_take_up_the_same_objection_do_it_once() -> None:
    year, notice = on_show()
    with time_machine.travel(OPENED, tick=False):
        made = objection_to(notice, year.applications[0].number)

    def take_up(number: int) -> str:
        who = (year.staff, year.other)[number]
        return operations.accept_objection(made, shared_facts="有人反映。", by=who).state

    found = at_once(2, take_up)
    assert sorted(str(one) for one in found if not isinstance(one, Exception)) == [ObjectionState.ACCEPTED]
    assert [one.code for one in found if isinstance(one, Refusal)] == ["state"]
    assert AuditEvent.objects.filter(action="application.handle_objection").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_objection_in_time_wins_over_the_clock() -> None:
    """It is registered before the end and taken up after it, while the clock confirms the others."""
    year, notice = on_show()
    with time_machine.travel(CLOSES - timedelta(seconds=1), tick=False):
        made = objection_to(notice, year.applications[0].number)

    def work(number: int) -> Any:
        if number:
            return operations.accept_objection(made, shared_facts="有人反映。", by=year.staff).state
        return operations.settle_notices()

    at_once(2, work)
    assert year.states[:3] == [State.UNDER_OBJECTION, State.CONFIRMED, State.CONFIRMED]


# ------------------------------------------------------------------ publication and letters
def published(year: ScoredYear | None = None) -> ScoredYear:
    year, _notice = on_show(year)
    refused("unconfirmed", lambda: operations.publish(year.campaign, by=year.leader))
    settled_at(CLOSES)
    refused("forbidden", lambda: operations.publish(year.campaign, by=year.staff))
    assert operations.publish(year.campaign, by=year.leader) == len(year.applications)
    year.campaign.refresh_from_db()
    return year


def test_publication_is_one_act_of_the_leader() -> None:
    year = published()
    assert (year.states, year.campaign.is_published) == ([State.PUBLISHED] * 5, True)
    assert {one.outside_state for one in year.applications} == {State.PUBLISHED}
    with pytest.raises(Refusal, match="2021"):
        operations.publish(year.campaign, by=year.leader)


def test_letters_tell_means_and_never_names() -> None:
    year = published()
    fifth = year.applications[4]
    expert = Expert.objects.order_by("code").first()
    Expert.objects.filter(pk=expert.pk).update(name=SENTINEL)
    reviews = Review.objects.filter(application=fifth)
    reviews.update(comment=f"请与{SENTINEL}联系 13812345678，{expert.code}。")
    assert feedback.make_letters(year.campaign, by=year.staff) == 2
    letter = FeedbackLetter.objects.get(application=fifth)
    assert letter.content["reason"] == "创新性不足"
    assert letter.content["criteria"][0] == {"name": "产品质量", "mean": "22.00", "maximum": "30", "quartile": None}
    assert (letter.content["strengths"], letter.content["gaps"]) == (["创新程度"], ["产品质量"])
    assert set(letter.content["comments"]) == {"请与＊＊联系 138****5678，＊＊。"}
    assert feedback.release_letters(year.campaign, by=year.staff) == 2
    refused("released", lambda: feedback.save_advice(letter, advice="x", by=year.staff))
    assert feedback.make_letters(year.campaign, by=year.staff) == 0


def test_letters_wait_for_the_publication() -> None:
    year = frozen()
    refused("unpublished", lambda: feedback.make_letters(year.campaign, by=year.staff))


def test_few_reviews_give_no_means() -> None:
    """The mean of two would tell each expert the points of the other."""
    year = published(scored_year(reviews=2))
    feedback.make_letters(year.campaign, by=year.staff)
    assert [one.content["criteria"] for one in FeedbackLetter.objects.all()] == [[], []]


def test_quartiles_need_eight_applications() -> None:
    year = published(scored_year(8))
    feedback.make_letters(year.campaign, by=year.staff)
    letters = FeedbackLetter.objects.order_by("application__number")
    assert [one.content["criteria"][0]["quartile"] for one in letters] == [2, 3, 3, 4, 4]


def test_a_quartile_counts_who_is_better() -> None:
    values = [Fraction(one) for one in (8, 7, 6, 5, 4, 3, 2, 1)]
    assert [quartile(one, values) for one in values] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert quartile(Fraction(5), [Fraction(5)] * 8) == 1


def test_names_go_longest_first() -> None:
    assert (
        without_names("王小明和王小，邮件 a.b@example.com", ["王小", "王小明"]) == "＊＊和＊＊，邮件 a***@example.com"
    )


# ------------------------------------------------------------------ pages
def member_of(year: ScoredYear, place: int, name: str = "owner") -> Any:
    who = person(name, Role.APPLICANT)
    Membership.objects.create(user=who, organisation_id=year.applications[place].applicant_id)
    return who


def test_the_public_objects_without_signing_in_and_gets_a_receipt() -> None:
    year, notice = on_show()
    data = {"number": year.applications[0].number, "name": "李四", "contact": "13800000000", "facts": "数据不实。"}
    with time_machine.travel(OPENED, tick=False):
        browser = Client(headers={"accept-language": "en"})
        file = SimpleUploadedFile("证据.pdf", pdf(), content_type="application/pdf")
        answer = browser.post(f"/public-notice/{notice.pk}/object/", data | {"evidence": file}, follow=True)
        assert "YY2021-0001" in answer.content.decode()
        wrong = browser.post(f"/public-notice/{notice.pk}/object/", data | {"name": "", "facts": "原文保留"})
        assert (wrong.status_code, wrong.context["form"].errors) == (422, {"name": ["Give your name."]})
        assert "原文保留" in wrong.content.decode()
        bad = SimpleUploadedFile("x.pdf", b"no pdf", content_type="application/pdf")
        wrong = browser.post(f"/public-notice/{notice.pk}/object/", data | {"evidence": bad})
        assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["evidence"])
    made = Objection.objects.get()
    assert (made.evidence.name, made.state) == ("证据.pdf", ObjectionState.REGISTERED)


def test_one_network_sends_five_objections_an_hour() -> None:
    year, notice = on_show()
    data = {"number": year.applications[0].number, "name": "李四", "contact": "1", "facts": "x"}
    with time_machine.travel(OPENED, tick=False):
        codes = [Client().post(f"/public-notice/{notice.pk}/object/", data).status_code for _one in range(6)]
    assert codes == [302] * 5 + [422]


def test_no_name_of_an_expert_or_objector_reaches_public_or_applicant() -> None:
    year, notice = on_show()
    Expert.objects.update(name=SENTINEL)
    owner = member_of(year, 0)
    with time_machine.travel(OPENED, tick=False):
        made = objection_to(notice, year.applications[0].number, name="异议人赵六", contact="zhao6@example.com")
        operations.accept_objection(made, shared_facts="有人反映数据不实。", by=year.staff)
        browser, public = english(owner), Client()
        pages = [
            public.get(f"/public-notice/{notice.pk}/"), public.get("/public-notice/"),
            public.get(f"/public-notice/{notice.pk}/object/"), browser.get(f"/objections/{made.pk}/answer/"),
            browser.get(f"/applications/{year.applications[0].pk}/"), browser.get("/"), browser.get("/notices/"),
        ]  # fmt: skip
        for answer in pages:
            text = answer.content.decode()
            assert answer.status_code == 200, answer.request["PATH_INFO"]
            for name in (SENTINEL, "赵六", "zhao6", "E0001", "90.00", str(year.staff), str(year.leader)):
                assert name not in text, (answer.request["PATH_INFO"], name)
        assert browser.post(f"/objections/{made.pk}/answer/", {"answer": "数据属实。"}).status_code == 302
        assert browser.post(f"/objections/{made.pk}/answer/", {"answer": "再答"}).status_code == 409
    assert Notice.objects.filter(recipient=owner, key="objection.to_answer").count() == 1
    foreign = english(member_of(year, 1, "stranger"))
    assert foreign.get(f"/objections/{made.pk}/answer/").status_code == 404


def test_inspectors_see_no_objector() -> None:
    year, notice = on_show()
    with time_machine.travel(OPENED, tick=False):
        made = objection_to(notice, year.applications[0].number, name="异议人赵六")
    assert "异议人赵六" in english(year.staff).get(f"/objections/{made.pk}/").content.decode()
    assert "异议人赵六" not in english(year.inspector).get(f"/objections/{made.pk}/").content.decode()


def test_the_applicant_reads_the_letter_when_it_is_released() -> None:
    year = published()
    owner = member_of(year, 4)
    fifth = year.applications[4]
    feedback.make_letters(year.campaign, by=year.staff)
    browser = english(owner)
    assert browser.get(f"/feedback/{fifth.pk}/").status_code == 404
    feedback.release_letters(year.campaign, by=year.staff)
    page = browser.get(f"/feedback/{fifth.pk}/").content.decode()
    assert ("创新性不足" in page, "22.00" in page) == (True, True)
    file = browser.get(f"/feedback/{fifth.pk}.pdf")
    assert (file["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    assert english(member_of(year, 0, "stranger")).get(f"/feedback/{fifth.pk}/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_the_bureau_costs_the_same_for_one_objection_and_three(
    count: int, django_assert_num_queries: Any
) -> None:
    year, notice = on_show()
    with time_machine.travel(OPENED, tick=False):
        for place in range(count):
            objection_to(notice, year.applications[place].number)
    browser = english(year.staff)
    browser.get("/years/2021/publicity/")
    # campaign, round, states, winners that wait, letters, notices, count of objections, objections
    with django_assert_num_queries(FRAME + 8):
        assert browser.get("/years/2021/publicity/").status_code == 200


def test_results_stay_hidden_from_outside_until_they_are_public() -> None:
    year = frozen()
    assert Decision.objects.count() == 5
    assert {one.outside_state for one in year.applications} == {State.IN_REVIEW}
    owner = member_of(year, 0)
    text = english(owner).get(f"/applications/{year.applications[0].pk}/").content.decode()
    assert ("First prize" in text, "Decided" in text, str(year.staff) in text) == (False, False, False)
