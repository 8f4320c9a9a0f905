"""Sealed letters: what they cover, who gets them, former versions, and item 3 of the formal check."""

import io
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from qa_portal.accounts.enums import Role
from qa_portal.core.errors import Refusal
from qa_portal.files.models import StoredFile
from submissions.checking.items import computed_of
from submissions.checking.queries import case_of
from submissions.enums import CheckVerdict, State, Step
from submissions.models import Application, RecommendationLetter
from submissions.operations import take_step
from submissions.queries import dossier_of
from submissions.recommending.letters import add_letter, letters_covering, letters_for
from submissions.recommending.summary import summary_of
from tests.factories import RecommendingUnitFactory
from tests.submissions.evidence.files import pdf
from tests.submissions.pages.support import NOW, english, fill, open_call, person
from tests.submissions.recommending.support import GIVEN, recommender, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def filing_time() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def scan(mark: str = "") -> io.BytesIO:
    return io.BytesIO(pdf() + f"%{mark}\n".encode())


def recommended(by: Any, **fields: Any) -> Application:
    return take_step(waiting(**fields), Step.RECOMMEND, by=by, seen_version=0, **GIVEN)


def test_a_letter_covers_what_the_table_showed_and_its_digest_tells_when_that_changed() -> None:
    by, campaign = recommender(), open_call()
    first = recommended(by, campaign=campaign)
    unit = first.recommending_unit
    letter = add_letter(unit, campaign, scan(), "推荐函.pdf", by=by)
    assert letter.digest == summary_of(unit, campaign).digest
    second = recommended(by, campaign=campaign)
    assert letter.digest != summary_of(unit, campaign).digest
    assert (letters_covering(first), letters_covering(second)) == ([letter], [])


def test_replacing_keeps_the_former_version() -> None:
    by, campaign = recommender(), open_call()
    unit = recommended(by, campaign=campaign).recommending_unit
    first = add_letter(unit, campaign, scan("1"), "a.pdf", by=by)
    second = add_letter(unit, campaign, scan("2"), "b.pdf", by=by)
    assert (second.replaces, list(RecommendationLetter.objects.current())) == (first, [second])
    assert list(letters_for(by)) == [second, first]


def test_the_letter_of_an_application_and_that_of_the_table_stand_side_by_side() -> None:
    by, campaign = recommender(), open_call()
    application = recommended(by, campaign=campaign)
    unit = application.recommending_unit
    of_all = add_letter(unit, campaign, scan("1"), "a.pdf", by=by)
    own = add_letter(unit, campaign, scan("2"), "b.pdf", by=by, application=application)
    assert set(letters_covering(application)) == {of_all, own}


def test_only_the_unit_and_the_bureau_get_it(staff_user: Any) -> None:
    by, campaign = recommender(), open_call()
    application = recommended(by, campaign=campaign)
    letter = add_letter(application.recommending_unit, campaign, scan(), "a.pdf", by=by)
    owner = person("owner", organisation=application.applicant)
    other = recommender(RecommendingUnitFactory(group=True), "other")
    leader, expert = person("leader", Role.LEADER), person("expert", Role.EXPERT)
    seen = {
        user.name: StoredFile.objects.visible_to(user).filter(pk=letter.stored_id).exists()
        for user in (by, staff_user, leader, owner, other, expert)
    }
    expected = {"unit": True, "Staff": True, "leader": True, "owner": False, "other": False, "expert": False}
    assert seen == expected


@pytest.mark.parametrize("name", ["a.docx", "a.pdf"])
def test_a_bad_file_is_refused_and_leaves_nothing(name: str) -> None:
    by, campaign = recommender(), open_call()
    unit = recommended(by, campaign=campaign).recommending_unit
    with pytest.raises(Refusal):
        add_letter(unit, campaign, io.BytesIO(b"not what it says"), name, by=by)
    assert (RecommendationLetter.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_nothing_recommended_nothing_to_seal_and_strangers_add_none(staff_user: Any) -> None:
    by, application = recommender(), waiting()
    unit, campaign = application.recommending_unit, application.campaign
    other = recommender(RecommendingUnitFactory(group=True), "other")
    codes = []
    for user, one in ((by, None), (by, application), (other, None), (staff_user, None)):
        with pytest.raises(Refusal) as refusal:
            add_letter(unit, campaign, scan(), "a.pdf", by=user, application=one)
        codes.append(refusal.value.code)
    assert codes == ["empty", "not_recommended", "forbidden", "forbidden"]
    assert StoredFile.objects.count() == 0


@pytest.mark.parametrize(("is_asked", "before"), [(False, CheckVerdict.PASS), (True, CheckVerdict.FIX)])
def test_item_three_reads_the_letter_where_the_year_asks_for_one(is_asked: bool, before: CheckVerdict) -> None:
    by, campaign = recommender(), open_call(needs_letter=is_asked)
    application = recommended(by, campaign=campaign)
    fill(application, application.recommending_unit)
    # what the letter changes is the matter of item 3, never of item 5
    fifth = computed_of(case_of(application, dossier_of(application)))[5].verdict
    verdicts = [computed_of(case_of(application, dossier_of(application)))[3].verdict]
    add_letter(application.recommending_unit, campaign, scan(), "推荐函.pdf", by=by)
    after = computed_of(case_of(application, dossier_of(application)))
    verdicts.append(after[3].verdict)
    assert (verdicts, after[5].verdict) == ([before, CheckVerdict.PASS], fifth)
    assert "推荐函.pdf" in after[3].said


def test_the_page_takes_the_letter_and_says_what_is_wrong_at_the_field() -> None:
    by, campaign = recommender(), open_call()
    application = recommended(by, campaign=campaign)
    client, address = english(by), reverse("recommending:letter", kwargs={"year": 2021})
    empty = client.post(address)
    assert (empty.status_code, empty.context["form"].errors["file"]) == (422, ["Choose the file first."])
    good = io.BytesIO(pdf())
    good.name = "letter.pdf"
    assert client.post(address, {"file": good}).status_code == 302
    page = client.get(address)
    assert (page.context["is_current"], page.context["standing"].covers[0]["key"]) == (True, application.pk)
    own = reverse("recommending:letter_add", kwargs={"pk": application.pk})
    good = io.BytesIO(pdf() + b"%2")
    good.name = "own.pdf"
    assert client.post(own, {"file": good}).status_code == 302
    assert RecommendationLetter.objects.current().count() == 2
    assert Application.objects.get().state == State.FORMAL_CHECK
