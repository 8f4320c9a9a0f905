"""Whom a name does not reach: what everybody may open is searched for names that they must not learn."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from reviews.models import Review
from submissions.models import Application
from tests.factories import ExpertFactory, ReviewFactory
from tests.test_url_matrix import cases_of
from tests.url_matrix import MATRIX
from tests.url_world import World, build_world

EXPERT, ENTERPRISE = "专家暗记甲乙丙", "企业暗记丁戊己"
# who reads the reviews of a year; everybody else must not learn who wrote them
READERS = {"staff", "leader", "inspector"}
INVITATION = "organisations:accept open key"
# who works with applications by name: their enterprise, their unit, the committee that decides, and the bureau
KNOWING = {"applicant", "colleague", "recommender", "committee", *READERS}


def marked_world() -> World:
    """The world of the matrix, in which the expert of a review and the enterprise bear names that stand out."""
    world = build_world()
    application = Application.objects.get(number=world.keys["number"])
    ReviewFactory(application=application, expert=ExpertFactory(campaign=application.campaign, name=EXPERT))
    for one in Application.objects.filter(applicant=application.applicant):
        one.applicant_name = ENTERPRISE
        one.save(update_fields=["applicant_name"])
    application.applicant.name = ENTERPRISE
    application.applicant.save(update_fields=["name"])
    return world


def everything(world: World, person: str) -> Iterator[tuple[str, bytes]]:
    """What a person gets at every address that can be looked at, as readable bytes."""
    client = world.client(person)
    for name, row in MATRIX.items():
        if row.method != "get" or person not in row.opens:
            continue
        for case, address in cases_of(name, row, world):
            yield f"{name} {case}", readable(fetched(client, address))


def fetched(client: Client, address: str) -> bytes:
    response: Any = client.get(address)
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


def readable(content: bytes) -> bytes:
    """The parts of an Office file, else the content itself."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def pages_naming(world: World, person: str, name: str) -> list[str]:
    return [page for page, content in everything(world, person) if name.encode() in content]


@pytest.mark.django_db
def test_nobody_but_the_bureau_learns_an_expert_s_name() -> None:
    world = marked_world()
    assert Review.objects.filter(expert__name=EXPERT).exists()
    # the marker is found where it may stand, so the search finds it
    assert "reports:application number" in pages_naming(world, "staff", EXPERT)
    found = {person: pages_naming(world, person, EXPERT) for person in world.people if person not in READERS}
    assert {person: pages for person, pages in found.items() if pages} == {}


@pytest.mark.django_db
def test_experts_and_strangers_learn_no_enterprise() -> None:
    """Administrators find organisations by name on the pages of people, and nowhere else."""
    world = marked_world()
    assert "reports:application number" in pages_naming(world, "staff", ENTERPRISE)
    found = {person: pages_naming(world, person, ENTERPRISE) for person in world.people if person not in KNOWING}
    # whoever holds the key of an invitation may know who invites
    found = {person: [page for page in pages if page != INVITATION] for person, pages in found.items()}
    business = ("reports:", "reviews:", "submissions:", "recommending:", "checking:", "files:", "jobs:")
    assert found["expert"] == found["stranger"] == found["nobody"] == []
    assert [page for pages in found.values() for page in pages if page.startswith(business)] == []
