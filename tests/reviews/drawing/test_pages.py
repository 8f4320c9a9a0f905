"""The page of the draw: each person sees the one thing that is his to do."""

import io
import re
import zipfile
from typing import Any

import pytest
from django.test import Client

from qa_portal.accounts.models import User
from qa_portal.campaigns.models import Campaign
from reviews.drawing import operations
from reviews.enums import DrawState
from reviews.models import Assignment, Draw, Expert
from tests.factories import ExpertFactory
from tests.reviews.drawing.support import CHOSEN, bureau_people, drawn, ready_year, work_off

pytestmark = pytest.mark.django_db
PAGE = "/years/2020/draw/"


def browser(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def people() -> dict[str, User]:
    found = bureau_people()
    ready_year(found["staff"])
    return found


def shown(client: Client) -> str:
    return client.get(PAGE).content.decode().split("<main", 1)[1]


def test_a_draw_by_its_pages(people: dict[str, User]) -> None:
    """Staff, inspector and a leader in three browsers, from the settings to the released assignments."""
    staff, inspector, leader = (browser(people[name]) for name in ("staff", "inspector", "leader"))
    assert "Freeze the inputs and plan" in shown(staff)
    assert "Freeze the inputs and plan" not in shown(inspector)
    wrong = staff.post(f"{PAGE}prepare/", CHOSEN | {"minimum_load": "12"})
    assert (wrong.status_code, CHOSEN["beacon"] in wrong.content.decode()) == (422, True)
    assert staff.post(f"{PAGE}prepare/", CHOSEN).status_code == 302
    work_off()
    secrets = {}
    for name, client in (("staff", staff), ("inspector", inspector)):
        page = client.post(f"{PAGE}commit/")
        assert page.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
        secrets[name] = re.findall(r"<code>([0-9a-f]{64})</code>", page.content.decode())[0]
        assert secrets[name] not in shown(client)
    assert staff.post(f"{PAGE}fix/").status_code == 302
    work_off()
    assert Draw.objects.get().facts["manifest_sha256"] in shown(inspector)
    assert inspector.post(f"{PAGE}secret/", {"secret": secrets["staff"]}).status_code == 409
    assert inspector.post(f"{PAGE}secret/", {"secret": secrets["inspector"]}).status_code == 302
    assert staff.post(f"{PAGE}secret/", {"secret": secrets["staff"]}).status_code == 302
    assert "Draw now" not in shown(staff)
    assert staff.post(f"{PAGE}beacon/", {"beacon_value": "01 02 03"}).status_code == 302
    assert "Draw now" in shown(staff)
    assert staff.post(f"{PAGE}carry-out/").status_code == 302
    work_off()
    assert ("Approve the draw" in shown(staff), "Approve the draw" in shown(leader)) == (False, True)
    assert leader.post(f"{PAGE}approve/").status_code == 302
    assert staff.post(f"{PAGE}release/").status_code == 302
    assert (Draw.objects.get().state, Assignment.objects.active().count()) == (DrawState.RELEASED, 12)
    archive = inspector.get(f"{PAGE}1/certificate.zip")
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        assert "verify_draw.py" in files.namelist()


def test_no_name_stands_on_the_page_or_in_the_certificate(people: dict[str, User]) -> None:
    drawn(Campaign.objects.get(), people)
    inspector = browser(people["inspector"])
    content = shown(inspector) + str(inspector.get(f"{PAGE}1/certificate.zip").content)
    assert [one.name for one in Expert.objects.all() if one.name in content] == []


def test_what_is_impossible_is_said_in_words(people: dict[str, User]) -> None:
    staff = browser(people["staff"])
    assert staff.post(f"{PAGE}prepare/", CHOSEN | {"maximum_load": "0", "minimum_load": "0"}).status_code == 422
    assert staff.post(f"{PAGE}prepare/", CHOSEN | {"maximum_load": "1"}).status_code == 302
    Expert.objects.filter(pk__in=list(Expert.objects.values_list("pk", flat=True)[:3])).update(is_available=False)
    work_off()
    page = shown(staff)
    assert ("Not possible" in page, "3 seats" in page) == (True, True)
    assert "Reason for another draw" in page


def test_unconfirmed_experts_are_told_at_the_form(people: dict[str, User]) -> None:
    ExpertFactory()
    answer = browser(people["staff"]).post(f"{PAGE}prepare/", CHOSEN)
    assert (answer.status_code, "1 experts are not confirmed yet." in answer.content.decode()) == (422, True)


def test_the_page_costs_the_same_for_any_year(people: dict[str, User], django_assert_num_queries: Any) -> None:
    staff = browser(people["staff"])
    operations.prepare(Campaign.objects.get(), by=people["staff"], **CHOSEN)
    work_off()
    shown(staff)
    for _more in range(2):
        with django_assert_num_queries(QUERIES):
            shown(staff)
        ExpertFactory.create_batch(3)


QUERIES = 9
