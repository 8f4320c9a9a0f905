"""One enterprise with a draft in the open year, and somebody of everywhere else."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from submissions.models import Application
from tests.submissions.pages import support


@pytest.fixture
def clock() -> Iterator[Any]:
    """It is the morning of 3 May 2021 in Shanghai, and time stands still."""
    with time_machine.travel(support.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def own(db: None) -> Any:
    return support.enterprise(name="上海示例重工有限公司")


@pytest.fixture
def owner(own: Any) -> Any:
    return support.person("owner", organisation=own)


@pytest.fixture
def client(owner: Any) -> Client:
    """The owner's browser, in English."""
    return support.english(owner)


@pytest.fixture
def draft(own: Any, clock: Any) -> Application:
    return support.draft_of(own)
