"""Order and quota of a unit."""

from typing import Any

import pytest
import time_machine
from django.urls import reverse

from qa_portal.core.errors import Refusal
from submissions.enums import State, Step
from submissions.models import Application, Recommendation, UnitQuota
from submissions.operations import take_step
from submissions.recommending.queries import free_place, places_of
from tests.submissions.pages.support import NOW, english, open_call
from tests.submissions.recommending.support import GIVEN, recommender, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def filing_time() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_place_is_given_once_and_the_next_one_follows_the_last() -> None:
    by, campaign = recommender(), open_call()
    first, second, third = (waiting(campaign) for _ in range(3))
    take_step(first, Step.RECOMMEND, by=by, seen_version=0, place=3, **GIVEN)
    with pytest.raises(Refusal) as refusal:
        take_step(second, Step.RECOMMEND, by=by, seen_version=0, place=3, **GIVEN)
    assert (refusal.value.code, refusal.value.field) == ("place", "place")
    second.refresh_from_db()
    assert (second.state, second.version) == (State.PENDING_RECOMMENDATION, 0)
    take_step(second, Step.RECOMMEND, by=by, seen_version=0, place=1, **GIVEN)
    take_step(third, Step.RECOMMEND, by=by, seen_version=0, **GIVEN)
    assert list(Recommendation.objects.order_by("application").values_list("place", flat=True)) == [3, 1, 4]


def test_what_is_given_up_frees_its_place_and_its_share_of_the_quota() -> None:
    by, campaign = recommender(), open_call()
    first, second = waiting(campaign), waiting(campaign)
    unit = first.recommending_unit
    UnitQuota.objects.create(campaign=campaign, unit=unit, places=1)
    take_step(first, Step.RECOMMEND, by=by, seen_version=0, **GIVEN)
    assert (places_of(unit, campaign).left, free_place(unit, campaign)) == (0, 2)
    Application.objects.filter(pk=first.pk).update(state=State.WITHDRAWN)
    assert (places_of(unit, campaign).left, free_place(unit, campaign)) == (1, 1)
    take_step(second, Step.RECOMMEND, by=by, seen_version=0, place=1, **GIVEN)
    assert places_of(unit, campaign).taken == 1


def test_a_refused_place_stays_on_the_page_with_what_was_typed() -> None:
    by, campaign = recommender(), open_call()
    first, second = waiting(campaign), waiting(campaign)
    take_step(first, Step.RECOMMEND, by=by, seen_version=0, place=1, **GIVEN)
    address = reverse("recommending:step", kwargs={"pk": second.pk, "name": "recommend"})
    answer = english(by).post(address, GIVEN | {"place": "1", "version": "0"})
    assert answer.status_code == 422
    form = answer.context["recommend_form"]
    assert form.errors["place"] == ["Place 1 of your unit is taken. Choose another one; 2 is free."]
    assert form["opinion"].value() == GIVEN["opinion"]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queue_costs_the_same_for_every_number_of_rows(rows: int, django_assert_num_queries: Any) -> None:
    client, campaign = english(recommender()), open_call()
    made = [waiting(campaign) for _ in range(rows)]
    UnitQuota.objects.create(campaign=campaign, unit=made[0].recommending_unit, places=5)
    client.get(reverse("recommending:queue", kwargs={"year": 2021}))
    with django_assert_num_queries(11):
        page = client.get(reverse("recommending:queue", kwargs={"year": 2021}))
    assert [one.pk for one in page.context["page"]] == [one.pk for one in made]
    assert "Quota: 0 of 5 used, 5 left" in page.content.decode()


def test_the_queue_begins_with_what_waits_for_the_unit() -> None:
    client, campaign = english(recommender()), open_call()
    states = (State.ACCEPTED, State.CORRECTION, State.RETURNED, State.PENDING_RECOMMENDATION, State.FORMAL_CHECK)
    for state in states:
        waiting(campaign, state=state)
    page = client.get(reverse("recommending:queue", kwargs={"year": 2021})).context["page"]
    assert [one.state for one in page] == [
        State.PENDING_RECOMMENDATION, State.RETURNED, State.CORRECTION, State.FORMAL_CHECK, State.ACCEPTED,
    ]  # fmt: skip
