"""People and jobs for the tests of background work."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.qa_portal.jobs.demo import tasks


@pytest.fixture(autouse=True)
def _clean_cache() -> None:
    cache.clear()


@pytest.fixture
def demo_templates(settings: Any) -> None:
    """The portal also finds the templates of the kinds that exist only here."""
    folder = tasks.__file__.replace("tasks.py", "templates")
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], folder]}]


@pytest.fixture
def owner(db: None) -> Any:
    """A person without a role."""
    from qa_portal.accounts.models import User

    return User.objects.create_user("owner@example.com", name="Owner")


@pytest.fixture
def owner_client(owner: Any) -> Client:
    client = Client(headers={"user-agent": "Browser/1"})
    client.force_login(owner)
    return client


@pytest.fixture
def stranger_client(db: None) -> Client:
    from qa_portal.accounts.models import User

    client = Client()
    client.force_login(User.objects.create_user("stranger@example.com"))
    return client
