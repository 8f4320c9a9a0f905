"""Recommending several at once: each in its own transaction, each told; nonsense in a form is no error page."""

from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.urls import reverse

from submissions.enums import State
from submissions.models import Application, Recommendation
from tests.submissions.pages.support import NOW, english, open_call
from tests.submissions.recommending.support import GIVEN, recommender, waiting

pytestmark = pytest.mark.django_db
NONSENSE = ("", "x", "-1", "²", "1.0", "9" * 30, "٣")


@pytest.fixture(autouse=True)
def filing_time() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def post(client: Any, data: dict[str, Any]) -> list[str]:
    """What the page says after the batch."""
    response = client.post(reverse("recommending:batch", kwargs={"year": 2021}), GIVEN | data)
    assert response.status_code == 302
    return [str(one) for one in get_messages(response.wsgi_request)]


def states(*applications: Application) -> list[str]:
    found = dict(Application.objects.values_list("pk", "state"))
    return [found[one.pk] for one in applications]


@pytest.mark.parametrize("version", NONSENSE)
def test_nonsense_for_a_version_refuses_that_item_alone(version: str) -> None:
    campaign = open_call()
    good, bad = waiting(campaign, number="2021-0001"), waiting(campaign, number="2021-0002")
    data = {"pk": [good.pk, bad.pk], f"version-{good.pk}": "0", f"version-{bad.pk}": version}
    said = post(english(recommender()), data)
    assert said == [
        "Recommended: 2021-0001",
        "2021-0002: This application has changed since you opened it. Open it again.",
    ]
    assert states(good, bad) == [State.FORMAL_CHECK, State.PENDING_RECOMMENDATION]


@pytest.mark.parametrize("key", NONSENSE)
def test_nonsense_for_a_key_is_nobody(key: str) -> None:
    application = waiting()
    assert post(english(recommender()), {"pk": key}) == ["Choose applications and give an opinion."]
    assert (states(application), Recommendation.objects.count()) == ([State.PENDING_RECOMMENDATION], 0)


@pytest.mark.parametrize("version", NONSENSE)
def test_nonsense_for_the_version_of_a_step_changes_nothing(version: str, staff_client: Any) -> None:
    campaign = open_call()
    mine, theirs = waiting(campaign), waiting(campaign, state=State.FORMAL_CHECK)
    steps = (
        (english(recommender()), reverse("recommending:step", kwargs={"pk": mine.pk, "name": "recommend"})),
        (staff_client, reverse("checking:step", kwargs={"pk": theirs.pk, "name": "refuse"})),
    )
    for client, address in steps:
        assert client.post(address, GIVEN | {"version": version, "reason": "r"}).status_code == 409
    assert states(mine, theirs) == [State.PENDING_RECOMMENDATION, State.FORMAL_CHECK]
