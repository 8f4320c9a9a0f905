"""Purposes of files that exist only in tests."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client

from qa_portal.accounts.models import User
from qa_portal.accounts.rules import is_bureau
from qa_portal.core.policy import signed_in
from qa_portal.files.registry import register_purpose

register_purpose("test.export", may_fetch=is_bureau)
register_purpose("test.upload", may_fetch=signed_in, own_only=True, max_size=1024**2, keep_for=timedelta(days=1))
register_purpose("test.scoped", may_fetch=signed_in, scope=lambda user: Q(name__startswith=f"{user.pk}-"))


@pytest.fixture
def owner(db: None) -> Any:
    """A person without a role."""
    return User.objects.create_user("owner@example.com", name="Owner")


@pytest.fixture
def owner_client(owner: Any) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
