"""People, years and sections for the tests of the frame."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.campaigns.models import Campaign


@pytest.fixture
def sections(settings: Any) -> None:
    """All sections of the bureau exist."""
    settings.ROOT_URLCONF = "tests.qa_portal.home.urls"


@pytest.fixture
def years(db: None) -> list[int]:
    """Three campaign years, newest first."""
    for year in (2019, 2021, 2020):
        Campaign.objects.create(year=year)
    return [2021, 2020, 2019]


@pytest.fixture
def leader_client(db: None) -> Client:
    """A browser of a bureau leader, who reads everything and imports nothing."""
    user = User.objects.create_user("leader@example.com", "a-long-password", name="Leader")
    RoleGrant.objects.create(user=user, role=Role.LEADER)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def person_with(db: None) -> Callable[[str], User]:
    """Makes a person who holds a role; asked twice, gives the same one."""

    def make(role: str) -> User:
        user = User.objects.filter(email=f"{role}@example.com").first()
        if user is None:
            user = User.objects.create_user(f"{role}@example.com", "a-long-password", name=role.title())
            RoleGrant.objects.create(user=user, role=role)
        return user

    return make


@pytest.fixture
def client_of(person_with: Callable[[str], User]) -> Callable[[str], Client]:
    """Makes a browser in which somebody of that role is signed in."""

    def make(role: str) -> Client:
        client = Client()
        client.force_login(person_with(role))
        return client

    return make


@pytest.fixture
def expert_client(db: None) -> Client:
    user = User.objects.create_user("expert@example.com", "a-long-password", name="Expert")
    RoleGrant.objects.create(user=user, role=Role.EXPERT)
    client = Client()
    client.force_login(user)
    return client
