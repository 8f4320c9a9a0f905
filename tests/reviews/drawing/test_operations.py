"""A draw from the data of a year: fixed before, proved after, and nobody alone decides."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from qa_portal.accounts.models import User
from qa_portal.audit.models import AuditEvent
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from reviews.drawing import operations
from reviews.drawing.files import certificate_of
from reviews.enums import AssignmentEnd, AssignmentSource, ConflictSource, DrawState
from reviews.models import Assignment, Draw, Expert
from reviews.pool.operations import declare_conflict
from submissions.enums import State
from submissions.models import Application
from tests.factories import ExpertFactory
from tests.reviews.drawing.support import CHOSEN, bureau_people, drawn, ready_year, released, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, User]:
    return bureau_people()


@pytest.fixture
def campaign(people: dict[str, User]) -> Campaign:
    return ready_year(people["staff"])


def refused(code: str, act: Any, *args: Any, **kwargs: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code


def test_a_draw_leads_to_released_assignments(campaign: Campaign, people: dict[str, User]) -> None:
    draw = drawn(campaign, people)
    assert (draw.state, [passed for _n, passed, _d, _c in draw.facts["checks"]].count(False)) == (DrawState.DRAWN, 0)
    assert (draw.facts["applications"], draw.facts["seats"], draw.facts["is_draw"]) == (4, 12, True)
    assert Assignment.objects.count() == 0
    operations.approve(draw, by=people["second"])
    assert operations.release(draw, by=people["staff"]) == 12
    assert set(Application.objects.values_list("state", flat=True)) == {State.IN_REVIEW}
    for application in Application.objects.all():
        experts = [one.expert for one in application.assignments.open_to_experts()]
        assert len({one.employer_id for one in experts}) == len(experts) == 3
    actions = list(AuditEvent.objects.filter(action__startswith="draw.").values_list("action", flat=True))
    assert [one for one in actions if one != "draw.committed" and one != "draw.opened"] == [
        "draw.prepared", "draw.planned", "draw.manifest_asked", "draw.manifest_fixed", "draw.beacon_read",
        "draw.asked", "draw.drawn", "draw.approved", "draw.released",
    ]  # fmt: skip


def test_the_certificate_is_checked_without_the_portal(
    campaign: Campaign, people: dict[str, User], tmp_path: Path
) -> None:
    draw = drawn(campaign, people)
    with zipfile.ZipFile(io.BytesIO(certificate_of(draw))) as archive:
        archive.extractall(tmp_path)
        assert archive.namelist() == ["inputs.json", "manifest.json", "draw.json", "verify_draw.py", "README.txt"]
    command = [sys.executable, "-I", "-S", "verify_draw.py", "inputs.json", "manifest.json", "draw.json"]

    def check() -> int:
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode

    assert check() == 0
    content = json.loads((tmp_path / "draw.json").read_text())
    number, _code = content["pairs"][0]
    taken = {pair[1] for pair in content["pairs"] if pair[0] == number}
    other = next(one.code for one in Expert.objects.all() if one.code not in taken)
    content["pairs"][0] = [number, other]
    (tmp_path / "draw.json").write_text(json.dumps(content, sort_keys=True, separators=(",", ":")))
    assert check() == 1
    names = [
        *Expert.objects.values_list("name", flat=True),
        *Application.objects.values_list("applicant_name", flat=True),
    ]
    everything = certificate_of(draw) + b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert [name for name in names if name.encode() in everything] == []


def test_same_data_other_values_other_draws(campaign: Campaign, people: dict[str, User]) -> None:
    first = drawn(campaign, people)
    operations.end(first, by=people["staff"], reason="试抽")
    second = drawn(campaign, people, reason="试抽后重抽")
    assert first.digest != second.digest
    # the data is the same, so are the frozen inputs
    assert first.facts["inputs_sha256"] == second.facts["inputs_sha256"]


def test_who_prepared_does_not_approve(campaign: Campaign, people: dict[str, User]) -> None:
    draw = drawn(campaign, people)
    refused("second person", operations.approve, draw, by=people["staff"])
    refused("forbidden", operations.approve, draw, by=people["inspector"])
    refused("stale", operations.release, draw, by=people["staff"])
    operations.approve(draw, by=people["leader"])
    refused("stale", operations.approve, draw, by=people["second"])


def test_a_secret_must_be_the_promised_one(campaign: Campaign, people: dict[str, User]) -> None:
    draw = operations.prepare(campaign, by=people["staff"], **CHOSEN)
    work_off()
    mine = operations.commit_secret(draw, by=people["staff"])
    refused("commitments", operations.fix_manifest, draw, by=people["staff"])
    theirs = operations.commit_secret(draw, by=people["inspector"])
    refused("stale", operations.open_secret, draw, mine, by=people["staff"])
    operations.fix_manifest(draw, by=people["staff"])
    work_off()
    refused("stale", operations.commit_secret, draw, by=people["staff"])
    for wrong in (theirs, "", "x" * 64, "0" * 64):
        refused("secret", operations.open_secret, draw, wrong, by=people["staff"])
    operations.open_secret(draw, f" {mine.upper()[:32]} {mine[32:]} ", by=people["staff"])
    refused("secrets", operations.carry_out, draw, by=people["staff"])
    operations.open_secret(draw, theirs, by=people["inspector"])
    refused("beacon", operations.carry_out, draw, by=people["staff"])


def test_the_portal_knows_no_secret_before_it_is_opened(campaign: Campaign, people: dict[str, User]) -> None:
    draw = operations.prepare(campaign, by=people["staff"], **CHOSEN)
    work_off()
    secret = operations.commit_secret(draw, by=people["inspector"])
    row = Draw.objects.values().get(pk=draw.pk)
    trail = list(AuditEvent.objects.values_list("after", "before"))
    assert (secret in str(row), secret in str(trail), row["inspector_commitment"] != "") == (False, False, True)


def test_one_attempt_at_a_time_and_the_next_needs_a_reason(campaign: Campaign, people: dict[str, User]) -> None:
    draw = operations.prepare(campaign, by=people["staff"], **CHOSEN)
    refused("open", operations.prepare, campaign, by=people["staff"], **CHOSEN)
    refused("reason", operations.end, draw, by=people["staff"], reason=" ")
    operations.end(draw, by=people["staff"], reason="设置有误")
    work_off()  # the job of the ended attempt does nothing
    draw.refresh_from_db()
    assert (draw.state, draw.inputs) == (DrawState.ENDED, None)
    refused("reason", operations.prepare, campaign, by=people["staff"], **CHOSEN)
    assert operations.prepare(campaign, by=people["staff"], **CHOSEN, reason="设置已改").counter == 2


def test_experts_who_are_not_confirmed_block_the_draw(campaign: Campaign, people: dict[str, User]) -> None:
    ExpertFactory()
    refused("unconfirmed", operations.prepare, campaign, by=people["staff"], **CHOSEN)


def test_what_cannot_be_done_is_explained(campaign: Campaign, people: dict[str, User]) -> None:
    number = Application.objects.earliest("pk")
    for expert in Expert.objects.all()[:10]:
        declare_conflict(number, expert, code="C7", reason="合作", source=ConflictSource.STAFF, by=people["staff"])
    draw = operations.prepare(campaign, by=people["staff"], **CHOSEN)
    work_off()
    draw.refresh_from_db()
    assert draw.state == DrawState.FAILED
    assert any(str(number.number) in str(one["params"]) for one in draw.problems)
    assert operations.prepare(campaign, by=people["staff"], **CHOSEN, reason="已补充专家").counter == 2


def test_no_conflicted_pair_is_drawn(campaign: Campaign, people: dict[str, User]) -> None:
    application, expert = Application.objects.earliest("pk"), Expert.objects.earliest("pk")
    declare_conflict(application, expert, code="C7", reason="合作", source=ConflictSource.STAFF, by=people["staff"])
    released(campaign, people)
    assert not Assignment.objects.filter(application=application, expert=expert).exists()


def test_a_released_draw_is_recalled_until_an_expert_has_begun(campaign: Campaign, people: dict[str, User]) -> None:
    draw = released(campaign, people)
    operations.recall(draw, by=people["staff"], reason="专家名单有误")
    assert set(Application.objects.values_list("state", flat=True)) == {State.ACCEPTED}
    assert set(Assignment.objects.values_list("ended_because", flat=True)) == {AssignmentEnd.RECALLED}
    draw = drawn(campaign, people, reason="名单已改")
    operations.approve(draw, by=people["leader"])
    operations.release(draw, by=people["staff"])
    Assignment.objects.filter(pk=Assignment.objects.active().earliest("pk").pk).update(accepted_at=timezone.now())
    refused("begun", operations.recall, draw, by=people["staff"], reason="x")


def test_a_substitute_changes_one_application_only(campaign: Campaign, people: dict[str, User], tmp_path: Path) -> None:
    draw = released(campaign, people)
    before = set(Assignment.objects.active().values_list("application__number", "expert__code"))
    lost = Assignment.objects.active().select_related("application", "expert").earliest("pk")
    declare_conflict(
        lost.application, lost.expert, code="C7", reason="合作", source=ConflictSource.STAFF, by=people["staff"]
    )
    operations.call_substitutes(draw, by=people["staff"])
    work_off()
    after = set(Assignment.objects.active().values_list("application__number", "expert__code"))
    gone, come = before - after, after - before
    assert gone == {(lost.application.number, lost.expert.code)}
    assert ([number for number, _code in come], len(after)) == ([lost.application.number], len(before))
    assert Assignment.objects.active().get(source=AssignmentSource.SUBSTITUTE).expert.code == next(iter(come))[1]
    operations.call_substitutes(draw, by=people["staff"])
    work_off()
    assert draw.changes.count() == 1  # nothing was missing any more
    with zipfile.ZipFile(io.BytesIO(certificate_of(draw))) as archive:
        archive.extractall(tmp_path)
    files = ["inputs.json", "manifest.json", "draw.json", "change-1.json"]
    checked = subprocess.run([sys.executable, "-I", "verify_draw.py", *files], cwd=tmp_path, check=False)
    assert checked.returncode == 0


@pytest.mark.parametrize("name", ["inspector", "leader"])
def test_only_staff_run_the_draw(name: str, campaign: Campaign, people: dict[str, User]) -> None:
    refused("forbidden", operations.prepare, campaign, by=people[name], **CHOSEN)
    draw = drawn(campaign, people)
    for act in (operations.release, operations.call_substitutes, operations.carry_out, operations.fix_manifest):
        refused("forbidden", act, draw, by=people[name])
