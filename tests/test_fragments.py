"""A fragment is reached with the permission of its page and no other, and odd addresses bring nothing down."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.test_url_matrix import cases_of, expected
from tests.url_matrix import MATRIX
from tests.url_world import World, build_world

ASKED_BY_SCRIPT = {"hx-request": "true", "hx-target": "results"}
# twice, nothing, much, NUL, another script, and what no page knows
ODD = "year=2020&year=1999&page=-1&page=x&q=%00&q=%F0%9F%98%80&sort=__class__&next=//evil.example&state=&state=draft"


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def answers(world: World, person: str, suffix: str = "", **headers: Any) -> Iterator[tuple[str, str, int, int]]:
    """Address, case, expected and given status of what a person may look at, or is refused."""
    client = world.client(person)
    for name, row in MATRIX.items():
        if row.method != "get":
            continue
        cases = list(cases_of(name, row, world))
        for case, address in cases if person in row.opens else cases[:1]:
            with transaction.atomic():
                response: Any = client.get(address + suffix, **headers)
                if response.streaming:
                    list(response)
                transaction.set_rollback(True)
            yield name, case, expected(row, case, person), response.status_code


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["anonymous", "stranger", "expert"])
def test_a_fragment_needs_the_permission_of_its_page(person: str) -> None:
    """Where a page would send to sign in, a fragment sends the whole window there (204 with HX-Redirect)."""
    world = build_world()
    wrong = [
        (name, case, status, got)
        for name, case, status, got in answers(world, person, headers=ASKED_BY_SCRIPT)
        if got != (204 if status == 302 and person == "anonymous" and person not in MATRIX[name].opens else status)
    ]
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["anonymous", "applicant", "staff", "auditor"])
def test_parameters_given_twice_or_oddly_open_nothing_and_break_nothing(person: str) -> None:
    """What was refused stays refused, what was open answers, and no address fails."""
    world = build_world()
    wrong = [
        (name, case, status, got)
        for name, case, status, got in answers(world, person, f"?{ODD}")
        if got >= 500 or (status in (302, 403, 404) and got in (200, 204) and status != got)
    ]
    assert wrong == []
