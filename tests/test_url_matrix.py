"""Every address of the portal × everybody × own, foreign and unknown objects (see url_matrix.py)."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.url_matrix import ADMINISTRATORS, BUSINESS, MATRIX, OUTSIDERS, Row
from tests.url_world import PEOPLE, World, build_world

# documents that stand in a frame of the portal's own page
FRAMED = {"scoring:file": "SAMEORIGIN"}
OBJECTS_OF_A_YEAR = (*BUSINESS, "submissions:", "recommending:", "checking:")


def patterns(resolver: Any, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    """Name with namespaces, and pattern, of every address."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one, (*spaces, one.namespace) if one.namespace else spaces)
        else:
            yield ":".join((*spaces, one.name or f"unnamed {one.pattern}")), one


def url_names() -> set[str]:
    return {name for name, _pattern in patterns(get_resolver())}


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert sorted(url_names() ^ set(MATRIX)) == []


# ------------------------------------------------------------------ walking
def ask(client: Client, method: str, address: str, data: Any = None) -> Any:
    """The answer to a request whose effect is undone."""
    with transaction.atomic():
        response = getattr(client, method)(address, dict(data or {}))
        if response.streaming:
            list(response)  # closes the file
        transaction.set_rollback(True)
    return response


def cases_of(name: str, row: Row, world: World) -> Iterator[tuple[str, str]]:
    """Case and address of every object of a row."""
    for case in row.cases:
        arguments = dict(row.fixed) | ({row.arg: world.keys[case]} if case else {})
        yield case, reverse(name, kwargs=arguments)


def expected(row: Row, case: str, person: str) -> int:
    if person in row.opens:
        return row.cases[case].get(person, 404)
    # an address that nobody may open does not offer to sign in first
    return 302 if person == "anonymous" and row.opens else 403


def fault_of(response: Any, name: str, row: Row, case: str, person: str) -> str:
    """What is wrong with an answer; "" when all is well."""
    status = expected(row, case, person)
    if response.status_code != status:
        return f"{response.status_code} instead of {status}"
    if status == 302 and person not in row.opens and "/login/" not in response["Location"]:
        return f"sent to {response['Location']} instead of to the sign-in"
    frame = FRAMED.get(name, "DENY") if status == 200 else "DENY"
    return header_fault(response, is_private=person != "anonymous" or person not in row.opens, frame=frame)


def header_fault(response: Any, *, is_private: bool, frame: str = "DENY") -> str:
    """Private answers are never kept; all carry the protections of the browser."""
    kept = response.get("Cache-Control", "")
    if is_private and "no-store" not in kept:
        return f"Cache-Control: {kept!r}"
    if response.get("X-Content-Type-Options") != "nosniff" or response.get("X-Frame-Options") != frame:
        return "no nosniff or frame header"
    policy = response.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy:
        return f"Content-Security-Policy: {policy!r}"
    return ""


def walk(world: World, person: str) -> Iterator[str]:
    """The faults that one person finds."""
    client = world.client(person)
    for name, row in MATRIX.items():
        data = {key: world.keys[value[1:]] if value[:1] == "@" else value for key, value in row.data.items()}
        cases = list(cases_of(name, row, world))
        # the policy refuses before any object is looked at: one case is enough for who is not let in
        for case, address in cases if person in row.opens else cases[:1]:
            if fault := fault_of(ask(client, row.method, address, data), name, row, case, person):
                yield f"{person} {row.method} {name} {case}: {fault}"


@pytest.fixture
def quiet() -> Iterator[None]:
    """Refusals by the hundred are expected; formatting their tracebacks takes longer than the requests."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.django_db
@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_gets_what_the_matrix_says(quiet: None, person: str) -> None:
    assert list(walk(build_world(), person)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "head", "options"])
def test_the_policy_is_asked_whatever_the_method(method: str) -> None:
    """So the walk needs one method for each address."""
    client, name = build_world().client("nobody"), "organisations:people"
    assert getattr(client, method)(reverse(name)).status_code == 403
    assert getattr(Client(), method)(reverse(name)).status_code == 302


# ------------------------------------------------------------------ what the table may never say
def test_no_page_of_a_year_is_open_to_administrators_and_guests() -> None:
    opened = {name: row.opens & OUTSIDERS for name, row in MATRIX.items() if name.startswith(BUSINESS)}
    assert {name: sorted(people) for name, people in opened.items() if people} == {}


def test_administrators_get_no_object_of_a_year() -> None:
    """Where the policy lets everybody in who is signed in, no case may name an administrator."""
    named = {
        name: sorted(ADMINISTRATORS & people.keys())
        for name, row in MATRIX.items()
        if name.startswith(OBJECTS_OF_A_YEAR) and name not in ("submissions:call", "submissions:blank_form")
        for people in row.cases.values()
    }
    assert {name: people for name, people in named.items() if people} == {}


def test_unknown_objects_are_part_of_every_row_with_an_object() -> None:
    unknown = [name for name, row in MATRIX.items() if set(row.cases) != {""} and not _has_unknown(row)]
    assert unknown == []


def _has_unknown(row: Row) -> bool:
    return any(case.startswith("unknown") and not statuses for case, statuses in row.cases.items())


@pytest.mark.django_db
def test_an_address_that_does_not_exist_is_as_private_as_any_page(staff_client: Client) -> None:
    response = staff_client.get("/no-such-page/")
    assert (response.status_code, header_fault(response, is_private=True)) == (404, "")
