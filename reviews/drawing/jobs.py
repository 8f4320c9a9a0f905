"""The long parts of a draw, in the background: plan, manifest, draw, substitutes.

Each computes first and writes last, in one transaction together with the end of the job.
"""

import json
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qa_portal.audit.operations import record
from qa_portal.files.operations import store
from qa_portal.files.registry import register_purpose
from qa_portal.jobs.registry import job_kind
from qa_portal.jobs.running import JobRun
from qa_portal.notices.operations import notify
from reviews.assignment.drawing import Commitments, Secrets, drawn_pairs, make_draw, make_manifest, make_shortlist
from reviews.assignment.inputs import Inputs
from reviews.assignment.messages import AssignmentError, Message
from reviews.assignment.planning import make_plan
from reviews.assignment.shortage import Shortage
from reviews.assignment.substitution import Change, read_change, substitute
from reviews.assignment.tickets import sha256
from reviews.assignment.verify_draw import verify
from reviews.assignment.watching import Watch
from reviews.drawing.files import DRAW_FILE, content_of, files_of
from reviews.drawing.inputs import inputs_for
from reviews.drawing.operations import CALL_SUBSTITUTES, CARRY_OUT_DRAW, FIX_MANIFEST, PREPARE_DRAW
from reviews.enums import AssignmentSource, DrawState
from reviews.models import Assignment, Conflict, Draw, DrawChange, Expert
from reviews.pool.operations import recompute
from reviews.rules import may_read_draw
from submissions.models import Application

SECONDS = 600.0
SHOWN = 50  # lines of a shortage on the page

register_purpose(DRAW_FILE, may_fetch=may_read_draw)


def _watch(run: JobRun) -> Watch:
    return Watch(lambda done, total, label: run.progress(done, total, _(label) if label else ""), SECONDS)


def _draw(run: JobRun, *states: DrawState) -> Draw | None:
    """The attempt of a job, or None when it was done before, or given up meanwhile."""
    return Draw.objects.select_related("campaign").filter(pk=run.params["draw"], state__in=states).first()


def _result(draw: Draw) -> dict[str, Any]:
    return {"url": reverse("drawing:draw", kwargs={"year": draw.campaign.year}), "url_label": _("Open the draw")}


def _stored(content: bytes, name: str, run: JobRun) -> Any:
    return store(content, name=name, purpose=DRAW_FILE, owner=run.job.owner, content_type="application/json")


def _as_data(message: Message) -> dict[str, Any]:
    """A message of the engine as JSON; values that are messages themselves are kept as such."""
    params = {name: _as_data(value) if isinstance(value, Message) else value for name, value in message.params.items()}
    return {"text": message.text, "params": params}


@job_kind(PREPARE_DRAW, title=gettext_lazy("Preparation of a draw"), may_see=may_read_draw)
def run_prepare(run: JobRun) -> dict[str, Any]:
    """Compute the conflicts anew, freeze the inputs, and plan what can be kept."""
    draw = _draw(run, DrawState.PREPARING)
    if draw is None:
        return {}
    recompute(draw.campaign, by=run.job.owner)
    problems: list[dict[str, Any]] = []
    plan = None
    try:
        plan = make_plan(inputs_for(draw), _watch(run))
    except AssignmentError as error:
        problems = [_as_data(message) for message in error.messages[:SHOWN]]
    with transaction.atomic():
        row = Draw.objects.select_for_update().get(pk=draw.pk)
        if row.state != DrawState.PREPARING:
            return {}
        row.state, row.problems = (DrawState.PREPARED, []) if plan else (DrawState.FAILED, problems)
        if plan is not None:
            content = plan.inputs.to_bytes()
            row.inputs = _stored(content, "inputs.json", run)
            row.facts = _facts(plan.inputs) | {
                "asked_ratio": plan.asked_ratio, "ratio": plan.ratio, "floor": plan.floor, "is_draw": plan.is_draw,
                "inputs_sha256": sha256(content),
            }  # fmt: skip
        row.save()
        after = row.facts if plan else {"problems": problems[:5]}
        record("draw.planned" if plan else "draw.impossible", row, by=run.job.owner, after=after)
        run.succeed(_result(draw))
    return _result(draw)


def _facts(inputs: Inputs) -> dict[str, Any]:
    return {
        "applications": len(inputs.numbers),
        "experts": len(inputs.codes),
        "seats": int(inputs.demand.sum()),
        "pairs": len(inputs.score),
        "conflicts": len({(number, code) for number, code, _rule in inputs.conflicts}),
    }


@job_kind(FIX_MANIFEST, title=gettext_lazy("Manifest of a draw"), may_see=may_read_draw)
def run_fix(run: JobRun) -> dict[str, Any]:
    """Make the shortlist and fix it with the commitments; nothing of the draw can change after this."""
    draw = _draw(run, DrawState.PREPARED)
    if draw is None:
        return {}
    inputs = content_of(draw.inputs)
    manifest = make_manifest(
        inputs,
        make_shortlist(inputs, _watch(run)),
        campaign=draw.campaign.year,
        counter=draw.counter,
        reason=draw.reason,
        commitments=Commitments(draw.bureau_commitment, draw.inspector_commitment),
        beacon=draw.beacon,
    )
    with transaction.atomic():
        row = Draw.objects.select_for_update().get(pk=draw.pk)
        if row.state != DrawState.PREPARED or (row.bureau_commitment, row.inspector_commitment) != (
            draw.bureau_commitment,
            draw.inspector_commitment,
        ):
            return {}
        row.state, row.manifest = DrawState.COMMITTED, _stored(manifest, "manifest.json", run)
        row.facts = row.facts | {"manifest_sha256": sha256(manifest)}
        row.save()
        record("draw.manifest_fixed", row, by=run.job.owner, after={"manifest_sha256": sha256(manifest)})
        run.succeed(_result(draw))
    return _result(draw)


@job_kind(CARRY_OUT_DRAW, title=gettext_lazy("Draw"), may_see=may_read_draw)
def run_draw(run: JobRun) -> dict[str, Any]:
    """Draw by tickets, and check the certificate as anybody else would."""
    draw = _draw(run, DrawState.COMMITTED)
    if draw is None:
        return {}
    inputs, manifest = content_of(draw.inputs), content_of(draw.manifest)
    secrets = Secrets(draw.bureau_secret, draw.inspector_secret)
    drawn = make_draw(inputs, manifest, secrets, draw.beacon_value, _watch(run))
    checks = verify(inputs, manifest, drawn)
    with transaction.atomic():
        row = Draw.objects.select_for_update().get(pk=draw.pk)
        if row.state != DrawState.COMMITTED:
            return {}
        row.state, row.result = DrawState.DRAWN, _stored(drawn, "draw.json", run)
        row.digest = str(json.loads(drawn)["digest"])
        row.facts = row.facts | {"checks": [[one.name, one.passed, one.detail, one.chinese] for one in checks]}
        row.save()
        record("draw.drawn", row, by=run.job.owner, after={"digest": row.digest, "beacon_value": row.beacon_value})
        run.succeed(_result(draw))
    return _result(draw)


@job_kind(CALL_SUBSTITUTES, title=gettext_lazy("Substitutes of a draw"), may_see=may_read_draw)
def run_substitutes(run: JobRun) -> dict[str, Any]:
    """Fill the seats of assignments that ended; only their applications change."""
    draw = _draw(run, DrawState.RELEASED)
    if draw is None:
        return {}
    files = list(files_of(draw).values())
    change = change_of(draw, files[3:])
    try:
        content = substitute(files[0], files[1], files[2], change, _watch(run))
    except Shortage as shortage:
        problems = [_as_data(message) for message in shortage.messages[:SHOWN]]
        Draw.objects.filter(pk=draw.pk).update(problems=problems)
        return _result(draw)
    with transaction.atomic():
        row = Draw.objects.select_for_update().get(pk=draw.pk)
        if row.state != DrawState.RELEASED or row.changes.count() != len(files) - 3:
            return {}
        added = read_change(content).added
        row.problems = []
        row.save(update_fields=["problems"])
        if added:
            _add_substitutes(row, content, added, run)
        run.succeed(_result(draw))
    return _result(draw)


def change_of(draw: Draw, earlier: list[bytes]) -> Change:
    """What happened since the draw: pairs whose assignment ended, new conflicts, who is not available."""
    pairs = set(read_change(earlier[-1]).pairs) if earlier else set(drawn_pairs(content_of(draw.result)))
    rows = Assignment.objects.filter(application__campaign=draw.campaign, released_at__gte=draw.released_at)
    active, ended = set(), {}
    for number, code, cause in rows.values_list("application__number", "expert__code", "ended_because"):
        if cause:
            ended[number, code] = cause
        else:
            active.add((number, code))
    inputs = Inputs.read(content_of(draw.inputs))
    known = set(inputs.numbers), set(inputs.codes)
    barred = Conflict.objects.active().filter(application__campaign=draw.campaign)
    unavailable = Expert.objects.filter(campaign=draw.campaign, is_available=False).values_list("code", flat=True)
    return Change(
        void=[(*pair, cause) for pair, cause in sorted(ended.items()) if pair in pairs and pair not in active],
        barred=[
            (number, code)
            for number, code in barred.values_list("application__number", "expert__code").distinct()
            if number in known[0] and code in known[1] and (number, code) not in pairs
        ],
        unavailable=sorted(set(unavailable) & known[1]),
        earlier=earlier,
    )


def _add_substitutes(row: Draw, content: bytes, added: Any, run: JobRun) -> None:
    now = timezone.now()
    serial = row.changes.count() + 1
    file = _stored(content, f"change-{serial}.json", run)
    DrawChange.objects.create(draw=row, serial=serial, file=file, added=len(added), made_by=run.job.owner)
    numbers = {number for number, _code in added}
    applications = {one.number: one for one in Application.objects.filter(number__in=numbers)}
    experts = {one.code: one for one in Expert.objects.filter(campaign=row.campaign).select_related("user")}
    for number, code in added:
        Assignment.objects.create(
            application=applications[number], expert=experts[code], source=AssignmentSource.SUBSTITUTE,
            created_at=now, released_at=now,
        )  # fmt: skip
        if experts[code].user is not None:
            notify(experts[code].user, text=_("You have applications to review."), url="/")
    record("draw.substituted", row, by=run.job.owner, after={"added": [list(pair) for pair in added]})
