"""Two people press a button in the same moment: one wins, the other is told and changes nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from qa_portal.accounts.enums import Role
from submissions.enums import State
from submissions.models import Application, Recommendation, Submission, UnitQuota
from tests.factories import ApplicationFactory, RecommendingUnitFactory
from tests.plugins.parallel import at_once
from tests.reports.pages.support import ShownPage
from tests.submissions.complete import prove
from tests.submissions.pages.support import draft_of, english, enterprise, fill, open_call, person

pytestmark = pytest.mark.django_db(transaction=True)
STALE = "This application has changed since you opened it."


@pytest.fixture
def call() -> Any:
    now = timezone.now()
    return open_call(
        filing_opens_at=now - timedelta(days=9),
        filing_closes_at=now + timedelta(days=9),
        recommendation_closes_at=now + timedelta(days=20),
    )


def ready(house: Any, call: Any, by: Any, title: str = "焊缝质量攻关") -> Application:
    """A complete draft."""
    draft = draft_of(house, call)
    fill(draft)
    project = draft.sections.get(section="project")
    project.data["title"] = title
    project.save()
    prove(draft, by=by)
    return draft


def reword(draft: Application) -> None:
    """Other texts: the check warns of similar ones, and which of two comes first is not known here."""
    for section in draft.sections.all():
        section.data = {
            key: value[::-1] if isinstance(value, str) and len(value) > 20 else value
            for key, value in section.data.items()
        }
        section.save()


def confirmation(browser: Any, draft: Application) -> dict[str, str]:
    """What a person sends who has read the page of the submission."""
    form = browser.get(reverse("submissions:submit", args=[draft.pk])).context["form"]
    data = {name: "It is so." for name, _key in form.warnings} | {"confirm": "on"}
    return data | {name: str(form.initial[name]) for name in ("seen_version", "seen_digest")}


def outcomes(answers: list[Any]) -> list[int]:
    """Statuses; an exception of a thread is raised."""
    for one in answers:
        if isinstance(one, Exception):
            raise one
    return sorted(one.status_code for one in answers)


def words_of(answers: list[Any], status: int) -> str:
    return str(ShownPage(next(one for one in answers if one.status_code == status)).words)


def test_two_colleagues_submit_the_same_application(call: Any) -> None:
    house = enterprise(name="上海示例重工有限公司")
    people = [person("owner", organisation=house), person("colleague", organisation=house, is_owner=False)]
    draft = ready(house, call, people[0])
    browsers = [english(one) for one in people]
    forms = [confirmation(browser, draft) for browser in browsers]
    address = reverse("submissions:submit", args=[draft.pk])
    answers = at_once(2, lambda number: browsers[number].post(address, forms[number]))
    assert outcomes(answers) == [302, 422]
    assert STALE in words_of(answers, 422)
    draft.refresh_from_db()
    assert (draft.state, draft.number, draft.version, Submission.objects.count()) == (
        State.PENDING_RECOMMENDATION, "2021-0001", 1, 1)  # fmt: skip


def test_two_enterprises_submit_and_get_two_numbers(call: Any) -> None:
    browsers, forms, addresses = [], [], []
    for place, name in enumerate(("上海甲示例有限公司", "上海乙示例有限公司")):
        house = enterprise(name=name)
        owner = person(f"owner{place}", organisation=house)
        draft = ready(house, call, owner, title=f"第{place}项质量攻关")
        if place:
            reword(draft)
        browsers.append(english(owner))
        forms.append(confirmation(browsers[-1], draft))
        addresses.append(reverse("submissions:submit", args=[draft.pk]))
    answers = at_once(2, lambda number: browsers[number].post(addresses[number], forms[number]))
    assert outcomes(answers) == [302, 302]
    assert sorted(Application.objects.values_list("number", flat=True)) == ["2021-0001", "2021-0002"]


def test_two_members_of_a_unit_recommend_for_the_last_place(call: Any) -> None:
    unit = RecommendingUnitFactory()
    UnitQuota.objects.create(campaign=call, unit=unit, places=1)
    waiting = [
        ApplicationFactory(campaign=call, state=State.PENDING_RECOMMENDATION, recommending_unit=unit) for _ in range(2)
    ]
    browsers = [english(person(f"unit{place}", Role.RECOMMENDER, unit, is_owner=place == 0)) for place in range(2)]
    data = {"opinion": "Good.", "no_guidance_reason": "Complete.", "version": "0"}

    def recommend(number: int) -> Any:
        address = reverse("recommending:step", kwargs={"pk": waiting[number].pk, "name": "recommend"})
        return browsers[number].post(address, data)

    answers = at_once(2, recommend)
    statuses = outcomes(answers)
    assert (statuses[0], statuses[1] in (409, 422), Recommendation.objects.count()) == (302, True, 1)
    assert "All 1 places of your unit are taken." in words_of(answers, statuses[1])
    assert sorted(Application.objects.values_list("state", "version")) == [
        (State.FORMAL_CHECK, 1), (State.PENDING_RECOMMENDATION, 0)]  # fmt: skip


def test_two_members_of_the_bureau_check_the_same_application(call: Any) -> None:
    application = ApplicationFactory(campaign=call, state=State.FORMAL_CHECK)
    browsers = [english(person(f"staff{place}", Role.STAFF)) for place in range(2)]

    def act(number: int) -> Any:
        name = ("correction", "refuse")[number]
        address = reverse("checking:step", kwargs={"pk": application.pk, "name": name})
        return browsers[number].post(address, {"reason": "Not linked to quality.", "version": "0"})

    answers = at_once(2, act)
    statuses = outcomes(answers)
    assert (statuses[0], statuses[1] in (409, 422)) == (302, True)
    told = words_of(answers, statuses[1])
    assert STALE in told or "The formal check of this application is not open." in told
    application.refresh_from_db()
    winner = State.CORRECTION if answers[0].status_code == 302 else State.REFUSED
    assert (application.state, application.version) == (winner, 1)
