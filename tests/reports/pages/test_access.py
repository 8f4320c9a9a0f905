"""What holds for every page of a year: who may open it, how it is kept, and that it is sound."""

from typing import Any

import pytest
from django.test import Client

from qa_portal.accounts.models import User
from reviews.operations import refresh_standings
from tests.factories import ApplicationFactory, ReviewFactory
from tests.qa_portal.home.html import PageReader, faults
from tests.reports.pages.support import status_of

pytestmark = pytest.mark.django_db
YEAR_PAGES = (
    "/years/2020/",
    "/years/2020/applications/",
    "/years/2020/ranking/",
    "/years/2020/statistics/",
    "/years/2020/circular/",
    "/years/2020/circular/settings/",
    "/years/2020/circular/texts/",
)
PAGES = (*YEAR_PAGES, "/years/import/", "/years/applications/2020-0001/")
FILES = (
    "/years/2020/applications.csv",
    "/years/2020/applications.xlsx",
    "/years/2020/ranking.csv",
    "/years/2020/ranking.xlsx",
    "/years/2020/statistics.json",
)


@pytest.fixture
def year(db: None) -> None:
    """A small year in which every page has something to show."""
    one = ApplicationFactory.create(number="2020-0001", first_prize=True)
    ReviewFactory.create_batch(5, application=one)
    ApplicationFactory.create(not_selected=True)
    refresh_standings(one.campaign)


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_stranger_signs_in_first_and_comes_back(year: None, client: Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.headers["Location"]) == (302, f"/accounts/login/?next={path}")


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_person_without_a_role_is_refused(year: None, path: str) -> None:
    client = Client()
    client.force_login(User.objects.create_user("nobody@example.com"))
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("path", [*YEAR_PAGES, *FILES])
def test_unknown_year_is_not_found(year: None, staff_client: Client, path: str) -> None:
    assert staff_client.get(path.replace("2020", "1999")).status_code == 404


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_nothing_private_is_kept_by_a_cache(year: None, staff_client: Client, path: str) -> None:
    response: Any = staff_client.get(path)
    kept = response.headers["Cache-Control"]
    assert status_of(response) == 200
    assert "no-store" in kept
    assert "private" in kept


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_page_is_sound_in_both_languages(year: None, staff_user: Any, path: str, language: str) -> None:
    client = Client(headers={"accept-language": language})
    client.force_login(staff_user)
    response = client.get(path)
    assert (response.status_code, faults(response)) == (200, [])
    assert len(PageReader(response.content.decode()).all("nav", class_="crumbs")) == 1


@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_a_page_opens(year: None, staff_client: Client, path: str) -> None:
    page = PageReader(staff_client.get(path).content.decode())
    addresses = {link["href"].split("#")[0] for link in page.all("a")} - {""}
    assert [one for one in sorted(addresses) if status_of(staff_client.get(one, follow=True)) != 200] == []
