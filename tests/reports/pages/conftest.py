"""People and years for the tests of the bureau's pages."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.campaigns.models import Campaign
from reports.importing.year import import_campaign


def english_client(user: Any) -> Client:
    """A browser that asks for English, so that the tests read the texts of the source."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def english(staff_user: Any) -> Client:
    """`staff_user` in an English browser."""
    return english_client(staff_user)


@pytest.fixture
def leader(db: None) -> Client:
    """A leader of the bureau, who reads everything and changes nothing, in an English browser."""
    user = User.objects.create_user("leader@example.com", "a-long-password", name="Leader")
    RoleGrant.objects.create(user=user, role=Role.LEADER)
    return english_client(user)


@pytest.fixture
def reference_years(db: None, reference_dir: Path) -> Campaign:
    """2019 and 2020 as delivered; gives the campaign of 2020."""
    for year in ("2019", "2020"):
        report = import_campaign(reference_dir / year, by=None)
        assert report.is_ok, report.problems
    return Campaign.objects.get(year=2020)
