"""Sealed letters of recommendation (EV14): upload by the unit, who may fetch them, what they cover."""

from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.accounts.enums import Role
from qa_portal.accounts.rules import has_role, is_bureau
from qa_portal.audit.operations import record
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from qa_portal.files.models import StoredFile
from qa_portal.files.operations import open_file, store
from qa_portal.organisations.models import RecommendingUnit
from submissions.enums import EvidenceType, ScanState
from submissions.evidence.operations import Checked, check_file
from submissions.evidence.scanning import is_scanner_configured, scan
from submissions.form.dossier import Proof
from submissions.models import Application, RecommendationLetter
from submissions.policy import organisation_id_of
from submissions.recommending.summary import recommended_by, summary_of

PURPOSE = "recommendation_letter"
MOST_VERSIONS = 30
SCANNED_AT_ONCE = 50


# ------------------------------------------------------------------ who reads and writes them


def works_with_letters(user: Any) -> bool:
    """Units have letters, and the bureau reads them."""
    return has_role(user, Role.RECOMMENDER) or is_bureau(user)


def may_upload_letter(user: Any, unit: Any, campaign: Campaign) -> bool:
    """People of the unit, until the circular of the year is published."""
    if campaign.is_published or not has_role(user, Role.RECOMMENDER):
        return False
    return organisation_id_of(user) == unit.pk


def letters_for(user: Any) -> Any:
    """The letters that a person may fetch: a unit its own, the bureau all; others than the unit only clean ones."""
    found = RecommendationLetter.objects.exclude(scan=ScanState.INFECTED)
    if has_role(user, Role.RECOMMENDER):
        return found.filter(unit=organisation_id_of(user) or 0)
    if not is_bureau(user):
        return found.none()
    return found.filter(scan=ScanState.CLEAN) if is_scanner_configured() else found


def letter_scope(user: Any) -> Q:
    """The same as a condition on stored files."""
    return Q(letter__in=letters_for(user))


def unit_letters(user: Any, unit: Any, campaign: Campaign) -> list[RecommendationLetter]:
    """The letters for all of a unit in a year, the one that stands first: one query."""
    found = letters_for(user).filter(unit=unit.pk, campaign=campaign, application__isnull=True)
    return list(found.select_related("stored", "uploaded_by"))


def letters_covering(application: Application) -> list[RecommendationLetter]:
    """The letters that stand and cover an application: its own, or one for all in which it stood: one query."""
    if application.recommending_unit_id is None:
        return []
    found = RecommendationLetter.objects.current().filter(
        Q(application=application) | Q(application__isnull=True),
        unit=application.recommending_unit_id,
        campaign=application.campaign_id,
    )
    return [one for one in found.select_related("stored", "uploaded_by") if covers(one, application)]


def covers(letter: RecommendationLetter, application: Application) -> bool:
    """A letter of its own, or one whose table names it."""
    if letter.application_id is not None:
        return letter.application_id == application.pk
    return any(row.get("key") == application.pk for row in letter.covers)


def letter_proofs(application: Application) -> tuple[Proof, ...]:
    """The same as evidence, for the rules."""
    return tuple(
        Proof(one.pk, EvidenceType.RECOMMENDATION_LETTER.value, one.stored.name, (), one.stored.sha256,
              one.stored.size, one.scan, one.pages)
        for one in letters_covering(application)
    )  # fmt: skip


# ------------------------------------------------------------------ writing


def add_letter(
    unit: RecommendingUnit, campaign: Campaign, file: IO[bytes], name: str, *, by: Any,
    application: Application | None = None,
) -> RecommendationLetter:  # fmt: skip
    """Keep the scan of a sealed letter: for one application, or for all that the table shows now.

    The content is held to the rules of evidence. The former version is kept. Raises Refusal; then
    nothing is stored.
    """
    _refuse_unless(may_upload_letter(by, unit, campaign))
    checked = check_file(campaign, application or campaign, file, name, by=by)
    stored: StoredFile | None = None
    try:
        with transaction.atomic():
            # the lock of the year orders this with recommendations, which change what is covered
            year = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
            _refuse_unless(may_upload_letter(by, unit, year))
            file.seek(0)
            stored = store(file, name=name, purpose=PURPOSE, owner=by, content_type=checked.inspected.content_type)
            made = _make(unit, year, application, stored, checked, by)
            subject = application or year
            after = {"unit": unit.pk, "letter": made.pk, "sha256": stored.sha256, "digest": made.digest}
            record("letter.added", subject, by=by, before=made.replaces_id, after=after)
    except BaseException:
        if stored is not None:
            default_storage.delete(stored.key)
        raise
    return made


def _refuse_unless(is_allowed: bool) -> None:
    if not is_allowed:
        raise Refusal(_("Your unit cannot add a letter now."), code="forbidden")


def _make(
    unit: RecommendingUnit, campaign: Campaign, application: Application | None, stored: StoredFile, checked: Checked,
    by: Any,
) -> RecommendationLetter:  # fmt: skip
    standing = RecommendationLetter.objects.filter(campaign=campaign, unit=unit, application=application)
    if standing.count() >= MOST_VERSIONS:
        raise Refusal(_("Too many former versions are kept already."), fix=_("Call the bureau."), field="file")
    summary = summary_of(unit, campaign) if application is None else None
    if summary is not None and not summary.rows:
        raise Refusal(
            _("Nothing is recommended yet, so there is nothing to seal."), fix=_("Recommend first."), field="file",
            code="empty",
        )  # fmt: skip
    if application is not None and not recommended_by(unit, campaign).filter(pk=application.pk).exists():
        raise Refusal(_("This application is not recommended by your unit."), field="file", code="not_recommended")
    former, now = standing.current().first(), timezone.now()
    if former is not None:
        former.replaced_at = now
        former.save(update_fields=["replaced_at"])
    return RecommendationLetter.objects.create(
        campaign=campaign,
        unit=unit,
        application=application,
        stored=stored,
        scan=checked.scan,
        pages=checked.inspected.pages,
        covers=summary.covered if summary else [],
        digest=summary.digest if summary else "",
        uploaded_by=by,
        uploaded_at=now,
        replaces=former,
    )


def scan_letters() -> int:
    """Scan what waits since the scanner did not answer; returns how many have a verdict now."""
    if not is_scanner_configured():
        return 0
    done = 0
    waiting = RecommendationLetter.objects.filter(scan=ScanState.NOT_SCANNED).select_related("stored", "campaign")
    for letter in waiting.order_by("uploaded_at")[:SCANNED_AT_ONCE]:
        try:
            with open_file(letter.stored) as file:
                found = scan(file)
        except FileNotFoundError:
            continue
        if found.state == ScanState.NOT_SCANNED:
            break  # the scanner is away: the next run asks again
        with transaction.atomic():
            letter.scan = found.state
            letter.save(update_fields=["scan"])
            if found.state == ScanState.INFECTED:
                after = {"sha256": letter.stored.sha256, "virus": found.virus}
                record("evidence.infected", letter.campaign, by=None, after=after)
        done += 1
    return done
