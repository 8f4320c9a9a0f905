"""The command that compares assignments with the certificate finds every way to tamper."""

import pytest
from django.core.management import CommandError, call_command

from qa_portal.campaigns.models import Campaign
from reviews.drawing import operations
from reviews.drawing.checking import differences_of
from reviews.models import Assignment, Draw, Expert
from tests.reviews.drawing.support import bureau_people, drawn, ready_year

pytestmark = pytest.mark.django_db


@pytest.fixture
def draw() -> Draw:
    people = bureau_people()
    campaign: Campaign = ready_year(people["staff"])
    found = drawn(campaign, people)
    operations.approve(found, by=people["leader"])
    operations.release(found, by=people["staff"])
    found.refresh_from_db()
    return found


def test_a_swapped_pair_and_a_lost_one_are_found(draw: Draw, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_assignments", "2020")
    assert capsys.readouterr().out == f"2020: draw 1 holds, digest {draw.digest}\n"
    one = Assignment.objects.select_related("application", "expert").earliest("pk")
    free = Expert.objects.exclude(assignments__application=one.application).earliest("pk")
    Assignment.objects.filter(pk=one.pk).update(expert=free)
    number = one.application.number
    assert differences_of(draw) == [
        f"{number}/{one.expert.code} was drawn, and is not assigned",
        f"{number}/{free.code} is assigned, and was not drawn",
    ]
    with pytest.raises(CommandError, match="was drawn, and is not assigned"):
        call_command("verify_assignments", "2020")
    Assignment.objects.filter(pk=one.pk).update(expert=free, source="override")
    assert f"{number}/{free.code} was put there by hand without an approved override" in differences_of(draw)


def test_another_digest_on_record_is_found(draw: Draw) -> None:
    Draw.objects.filter(pk=draw.pk).update(digest="0" * 64)
    draw.refresh_from_db()
    assert differences_of(draw) == ["the digest on record is not that of the draw"]


def test_a_year_without_a_draw_is_told(draw: Draw) -> None:
    with pytest.raises(CommandError, match="1999"):
        call_command("verify_assignments", "1999")
