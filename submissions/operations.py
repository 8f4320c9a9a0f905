"""Writing applications: start, save, and every step of the workflow, each locked, checked and audited."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.accounts.enums import Role
from qa_portal.accounts.rules import has_role, is_bureau_staff
from qa_portal.audit.operations import record
from qa_portal.campaigns.calendar import end_after_working_days
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from qa_portal.core.numbers import whole_number
from qa_portal.organisations.enums import Channel
from qa_portal.organisations.models import Enterprise, RecommendingUnit
from submissions.context import context_for
from submissions.enums import DigitalTechnology, State, Step
from submissions.form.checks import errors
from submissions.form.dossier import Dossier, cleaned_section, digest
from submissions.form.sections import BY_KEY
from submissions.mails import tell_extension, tell_step
from submissions.models import Application, FilingExtension, Recommendation, SectionContent, Submission, UnitQuota
from submissions.policy import is_filing_open, may_edit, organisation_id_of
from submissions.queries import dossier_of
from submissions.similarity import refresh_prints
from submissions.workflow import move_for

UNIT_KEY = re.compile(r"[0-9]{1,18}")


class Stale(Refusal):
    """Somebody else was quicker; nothing was changed."""


# ------------------------------------------------------------------ writing a draft


def start_application(campaign: Campaign, *, by: Any) -> Application:
    """Begin a draft for the person's enterprise while filing is open."""
    enterprise = (
        Enterprise.objects.filter(pk=organisation_id_of(by) or 0).first() if has_role(by, Role.APPLICANT) else None
    )
    if enterprise is None:
        raise Refusal(_("Only members of an enterprise file applications."), code="forbidden")
    with transaction.atomic():
        application = Application(
            campaign=campaign, applicant=enterprise, applicant_name=enterprise.name, state=State.DRAFT
        )
        if not is_filing_open(application, timezone.now()):
            raise Refusal(_("Filing is not open."), fix=_("See the dates on the page of the call."), code="closed")
        application.save()
        record("application.started", application, by=by, after={"campaign": campaign.year})
    return application


@dataclass
class Saved:
    """What a save did: the new version of the section, and the fields that somebody else changed meanwhile."""

    version: int
    conflicts: dict[str, dict[str, Any]] = field(default_factory=dict)


def save_fields(
    application: Application, section: str, changes: Mapping[str, Any], *, base: Mapping[str, Any], by: Any
) -> Saved:
    """Save changed fields of a section; fields that others changed meanwhile are reported, not overwritten.

    `base` holds, for each changed field, the value that the page last had from the server. Different
    fields merge; for the same field both values come back and the person chooses (and saves again with
    the newer base). Raises Refusal when the application may not be edited now.
    """
    if section not in BY_KEY:
        raise Refusal(_("There is no such section."), code="section")
    with transaction.atomic():
        # the application alone: a lock on the year would let one person save at a time
        row = Application.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=application.pk)
        if not may_edit(by, row, timezone.now()):
            raise Refusal(
                _("This application cannot be changed now."), fix=_("Your text is still on this page."), code="closed"
            )
        content, _is_new = SectionContent.objects.select_for_update().get_or_create(application=row, section=section)
        clean, old = cleaned_section(section, changes), cleaned_section(section, base)
        conflicts: dict[str, dict[str, Any]] = {}
        data = dict(content.data)
        for key, value in clean.items():
            now = data.get(key, BY_KEY[section].field(key).empty())
            known = old.get(key, BY_KEY[section].field(key).empty())
            if now == value:
                continue
            if now != known:
                conflicts[key] = {
                    "theirs": now,
                    "mine": value,
                    "by": str(content.updated_by or ""),
                    "at": content.updated_at,
                }
                continue
            data[key] = value
        if data != content.data:
            content.data, content.version = data, content.version + 1
            content.updated_by, content.updated_at = by, timezone.now()
            content.save()
            mirror_project(row, section, data)
            record("application.section_saved", row, by=by, after={"section": section, "version": content.version})
    return Saved(content.version, conflicts)


def mirror_project(application: Application, section: str, data: Mapping[str, Any]) -> None:
    """Keep the title and the unit of a draft on its row, so that lists can show them."""
    if section != "project":
        return
    channel = data.get("channel", "")
    unit = unit_of(channel, data.get("recommending_unit", ""))
    application.title = str(data.get("title", ""))[:200]
    application.channel = channel if channel in Channel.values and (unit or channel == Channel.SELF) else ""
    application.recommending_unit = unit
    if application.state == State.DRAFT:
        application.save(update_fields=["title", "channel", "recommending_unit"])


def unit_of(channel: str, key: Any) -> RecommendingUnit | None:
    """The unit that a form names, if it is one of the channel; whatever else was posted is none."""
    if channel not in Channel.values or channel == Channel.SELF or not UNIT_KEY.fullmatch(str(key)):
        return None
    return RecommendingUnit.objects.filter(pk=int(key), kind=channel).first()


# ------------------------------------------------------------------ steps


def seen_version(text: Any) -> int:
    """The version that a page had; nonsense is a version that no application has, so its step is refused."""
    number = whole_number(text)
    return -1 if number is None else number


def take_step(
    application: Application, step: Step, *, by: Any, seen_version: int, reason: str = "", **given: Any
) -> Application:
    """Move an application along the table of moves; nothing else writes `state`.

    One transaction: lock, policy, state, what the step itself does, messages, audit; sent after the commit.
    Raises Stale when somebody was quicker, Refusal with what to do otherwise. `given` is for the step:
    `warnings` for SUBMIT, `opinion`, `place`, `no_guidance_reason` for RECOMMEND.
    """
    with transaction.atomic():
        # the year first, then the application: every step takes the locks in this order
        campaign = Campaign.objects.select_for_update(no_key=True).get(pk=application.campaign_id)
        row = Application.objects.select_for_update().get(pk=application.pk)
        row.campaign = campaign
        now = timezone.now()
        if row.version != seen_version:
            raise Stale(_("This application has changed since you opened it."), fix=_("Open it again."), code="stale")
        move = move_for(step, State(row.state))
        if move is None or not move.may(by, row, now):
            raise Refusal(_("“%(step)s” is not possible now.") % {"step": step.label}, code="move")
        if move.needs_reason and not reason.strip():
            raise Refusal(_("Give a reason."), field="reason", code="reason")
        before = row.state
        row.state = move.target
        EFFECTS.get(step, _nothing)(row, before, by, now, given)
        row.version += 1
        row.save()
        tell_step(row, step)
        record(f"application.{step.value}", row, by=by, before=before, after=row.state, reason=reason)
    return row


def _nothing(row: Application, before: str, by: Any, now: datetime, given: Mapping[str, Any]) -> None:
    """The step changes the state only."""


def _submit(row: Application, before: str, by: Any, now: datetime, given: Mapping[str, Any]) -> None:
    """Check, freeze, number at the first time, and carry what is counted over to the row."""
    dossier = dossier_of(row)
    blocking = errors(dossier, context_for(row, dossier, now=now, is_full=False))
    if blocking:
        raise Refusal(
            _("%(count)s errors must be mended before submitting.") % {"count": len(blocking)},
            fix=_("Open the check to see them."),
            code="findings",
        )
    _carry_over(row, dossier)
    if row.number is None:
        row.number = _next_number(row.campaign)
    row.submitted_at = row.submitted_at or now
    row.answer_due_at = None
    if row.channel == Channel.SELF and row.state == State.PENDING_RECOMMENDATION:
        row.state = State.FORMAL_CHECK
    content = dossier.frozen()
    Submission.objects.create(
        application=row,
        serial=row.submissions.count() + 1,
        content=content,
        digest=digest(content),
        warnings_answered={**kept_answers(row), **(given.get("warnings") or {})},
        submitted_by=by,
        submitted_at=now,
    )
    refresh_prints(row, content["sections"])


def kept_answers(application: Application) -> dict[str, str]:
    """The reasons that the applicant gave on the page of the check, by key of the finding."""
    return dict(application.warning_answers.values_list("finding", "reason"))


def _carry_over(row: Application, dossier: Dossier) -> None:
    """Write the counted columns from the dossier; the one writer of them for filed applications."""
    profile = dossier.profile
    if not all(profile.get(name) for name in ("district", "ownership", "size_class")):
        raise Refusal(
            _("The profile of your enterprise lacks its district, ownership or figures for the size class."),
            fix=_("Complete the profile, then submit."),
            code="profile",
        )
    row.title = str(dossier.get("project", "title")).strip()
    row.channel = dossier.get("project", "channel")
    row.recommending_unit = unit_of(row.channel, dossier.get("project", "recommending_unit"))
    if row.recommending_unit is None and row.channel != Channel.SELF:
        raise Refusal(_("Choose a recommending unit of the channel."), field="recommending_unit", code="unit")
    row.district, row.ownership = profile.get("district") or "", profile.get("ownership") or ""
    row.size_class, row.specialised = profile.get("size_class") or "", bool(profile.get("specialised"))
    row.industry, row.level = dossier.get("claims", "industry"), dossier.get("claims", "level")
    row.high_end_category = dossier.get("claims", "high_end_category")
    row.bottleneck = dossier.get("claims", "bottleneck") == "yes"
    row.digital_technologies = digital_terms(dossier)
    for name in ("new_sales", "new_profit", "energy_saving", "forex"):
        setattr(row, name, dossier.total(name))


def digital_terms(dossier: Dossier) -> str:
    """The 、-separated terms of the import format, from the chosen technologies and the free ones."""
    chosen = dossier.get("claims", "digital_technologies")
    terms = [one.term for one in DigitalTechnology if one.value in chosen]
    free = [part.strip() for part in str(dossier.get("claims", "digital_other")).split("、")]
    return "、".join(dict.fromkeys([*terms, *(part for part in free if part)]))


def _next_number(campaign: Campaign) -> str:
    """The next free YYYY-NNNN; the caller holds the lock on the year."""
    last = Application.objects.filter(number__startswith=f"{campaign.year}-").order_by("-number").first()
    serial = int(str(last.number)[5:]) + 1 if last else 1
    if serial > 9999:
        raise Refusal(_("The year has no free application number left."), code="numbers")
    return f"{campaign.year}-{serial:04d}"


def _return(row: Application, before: str, by: Any, now: datetime, given: Mapping[str, Any]) -> None:
    """The applicant answers within working days, never after recommendation closes."""
    due = end_after_working_days(now, row.campaign.return_days)
    closes_at = row.campaign.recommendation_closes_at
    row.answer_due_at = min(due, closes_at) if closes_at else due


def _recommend(row: Application, before: str, by: Any, now: datetime, given: Mapping[str, Any]) -> None:
    """Opinion and place in the unit, at least one guidance note or why none, and a free place of the quota."""
    opinion, why = str(given.get("opinion", "")).strip(), str(given.get("no_guidance_reason", "")).strip()
    if not opinion:
        raise Refusal(_("Give an opinion."), field="opinion", code="opinion")
    if not why and not row.guidance_notes.filter(parent=None).exists():
        raise Refusal(
            _("Give at least one guidance note, or say why none was needed."),
            field="no_guidance_reason",
            code="guidance",
        )
    quota = UnitQuota.objects.select_for_update().filter(campaign=row.campaign, unit=row.recommending_unit).first()
    taken = Recommendation.objects.filter(
        application__campaign=row.campaign, application__recommending_unit=row.recommending_unit
    )
    taken = taken.exclude(application__state__in=(State.WITHDRAWN, State.REFUSED)).exclude(application=row)
    places = list(taken.values_list("place", flat=True))  # the lock of the year keeps them as they are
    if quota and len(places) >= quota.places:
        raise Refusal(_("All %(places)s places of your unit are taken.") % {"places": quota.places}, code="quota")
    place = given.get("place") or max(places, default=0) + 1
    if place in places:
        raise Refusal(
            _("Place %(place)s of your unit is taken.") % {"place": place},
            fix=_("Choose another one; %(free)s is free.") % {"free": max(places) + 1}, field="place", code="place",
        )  # fmt: skip
    Recommendation.objects.update_or_create(
        application=row,
        defaults={
            "opinion": opinion,
            "place": place,
            "no_guidance_reason": why,
            "recommended_by": by,
            "recommended_at": now,
        },
    )


def _ask_correction(row: Application, before: str, by: Any, now: datetime, given: Mapping[str, Any]) -> None:
    """A limited number of times, with a due time in working days."""
    if row.corrections >= row.campaign.corrections_allowed:
        raise Refusal(
            _("A correction was asked for already."), fix=_("Accept or refuse the application."), code="corrections"
        )
    row.corrections += 1
    row.answer_due_at = end_after_working_days(now, row.campaign.correction_days)


def _accept(row: Application, before: str, by: Any, now: datetime, given: Mapping[str, Any]) -> None:
    """From here on the application counts like an imported one."""
    row.accepted_at, row.answer_due_at = now, None


EFFECTS = {
    Step.SUBMIT: _submit,
    Step.RETURN: _return,
    Step.RECOMMEND: _recommend,
    Step.ASK_CORRECTION: _ask_correction,
    Step.ACCEPT: _accept,
}


def grant_extension(application: Application, *, until: datetime, reason: str, by: Any) -> FilingExtension:
    """Let one application past the end of filing; by bureau staff, with a reason."""
    if not is_bureau_staff(by):
        raise Refusal(_("Only bureau staff may extend a deadline."), code="forbidden")
    if not reason.strip():
        raise Refusal(_("Give a reason."), field="reason", code="reason")
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update(no_key=True).get(pk=application.campaign_id)
        row = Application.objects.select_for_update().get(pk=application.pk)
        row.campaign = campaign
        _refuse_extension(row, until)
        extension = FilingExtension.objects.create(application=row, until=until, reason=reason.strip(), granted_by=by)
        tell_extension(extension)
        record("application.extended", row, by=by, after={"until": until}, reason=reason.strip())
    return extension


def _refuse_extension(row: Application, until: datetime) -> None:
    """An extension helps a draft, after the end for all."""
    campaign, closes_at = row.campaign, row.campaign.filing_closes_at
    if row.state != State.DRAFT:
        raise Refusal(_("This application is submitted; it needs no extension."), code="state")
    if campaign.is_published or campaign.is_in_preparation or closes_at is None:
        raise Refusal(_("There is no filing in this year that could be extended."), code="closed")
    if until <= max(closes_at, timezone.now()):
        raise Refusal(
            _("The extension must end later than now, and later than filing closes for all."),
            field="until",
            code="until",
        )
