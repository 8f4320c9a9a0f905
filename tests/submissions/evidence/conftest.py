"""One enterprise with a draft in the open year; everybody else as in the tests of its pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from submissions.models import Application
from tests.submissions.pages import support


@pytest.fixture(autouse=True)
def own_storage(settings: Any, tmp_path: Path) -> Path:
    """Files of this test alone, so that what is left behind can be counted."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        },
    }
    return tmp_path / "files"


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
    application = support.draft_of(own)
    support.fill(application)
    return application
