"""Writing evidence: add, replace, remove, link to claims, state its figures. Content is checked first.

The look into a file and the virus scan take seconds and hold no lock; policy, deadline and the total of
the application are checked under the lock in which the file is added.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.audit.operations import record
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from qa_portal.files.models import StoredFile
from qa_portal.files.operations import open_file, store
from submissions.enums import EvidenceType, ScanState
from submissions.evidence.access import PURPOSE
from submissions.evidence.rules import Inspected, inspect
from submissions.evidence.scanning import is_scanner_configured, scan
from submissions.form.claims import DEFAULT_CLAIMS, known_claims
from submissions.form.requirements import clean_facts
from submissions.models import Application, EvidenceFile
from submissions.policy import may_edit
from submissions.queries import dossier_of

MEGABYTE = 1024 * 1024
MOST_KEPT = 5  # times the total: former versions and removed files count here
MOST_FILES = 150
SCANNED_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Checked:
    """A file whose content was found acceptable: nothing is stored yet."""

    file: IO[bytes]
    name: str
    size: int
    inspected: Inspected
    scan: ScanState


def check_file(campaign: Campaign, subject: Any, file: IO[bytes], name: str, *, by: Any) -> Checked:
    """Look into a file and scan it, by the limits of the year; a virus is put on record of `subject`.

    Raises Refusal with what to do.
    """
    size = file.seek(0, 2)
    refuse_size(campaign, size)
    inspected = inspect(file, name)
    found = scan(file)
    if found.state == ScanState.INFECTED:
        with transaction.atomic():
            record("evidence.infected", subject, by=by, after={"name": name, "virus": found.virus})
        raise _infected()
    return Checked(file, name, size, inspected, found.state)


def _infected() -> Refusal:
    return Refusal(
        _("The virus scanner found something in the file."),
        fix=_("Clean your computer, and make the file anew."), field="file", code="virus",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of one file, and of all files of an application."""

    file: int
    total: int


def limits_of(campaign: Campaign) -> Limits:
    """What the year allows, never more than the installation takes (EVIDENCE_MAX_FILE, EVIDENCE_MAX_TOTAL)."""
    return Limits(
        min(settings.EVIDENCE_MAX_FILE, campaign.evidence_file_mb * MEGABYTE),
        min(settings.EVIDENCE_MAX_TOTAL, campaign.evidence_total_mb * MEGABYTE),
    )


def refuse_size(campaign: Campaign, size: int) -> None:
    """Raises Refusal for a file over the limit of the year, with both figures."""
    limit = limits_of(campaign).file
    if size > limit:
        raise Refusal(
            _("The file has %(size)s MB; the limit is %(limit)s MB.")
            % {"size": -(-size // MEGABYTE), "limit": limit // MEGABYTE},
            fix=_("Scan or export it at a lower resolution, or split it."), field="file", code="too_large",
        )  # fmt: skip


def refuse_total(application: Application, size: int, *, less: int = 0) -> None:
    """Raises Refusal where `size` more bytes pass the total. `less` is what goes at the same time."""
    total = limits_of(application.campaign).total
    everything = EvidenceFile.objects.filter(application=application)
    standing = everything.current().aggregate(sum=Sum("stored__size"))["sum"] or 0
    left = total - standing + less
    if size > left:
        raise Refusal(
            _("All evidence together would pass %(limit)s MB; %(left)s MB are left.")
            % {"limit": total // MEGABYTE, "left": max(0, left) // MEGABYTE},
            fix=_("Remove a file that is not needed, or make this one smaller."), field="file", code="total",
        )  # fmt: skip
    kept = everything.aggregate(sum=Sum("stored__size"))["sum"] or 0
    if kept + size > MOST_KEPT * total:
        raise Refusal(
            _("Too many former versions are kept already."), fix=_("Call the bureau."), field="file", code="kept"
        )


def lock_for_edit(application: Application, by: Any) -> Application:
    """The locked application, if the person may change it at this moment. Raises Refusal."""
    row = Application.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=application.pk)
    if not may_edit(by, row, timezone.now()):
        raise Refusal(
            _("The evidence of this application cannot be changed now."),
            fix=_("Nothing was changed. See the dates on the page of the call."), code="closed",
        )  # fmt: skip
    return row


# ------------------------------------------------------------------ add, replace, remove


def add_evidence(
    application: Application,
    type: str,
    file: IO[bytes],
    name: str,
    *,
    by: Any,
    claims: Iterable[str] | None = None,
    facts: Mapping[str, Any] | None = None,
    replaces: EvidenceFile | None = None,
) -> EvidenceFile:
    """Check and add a file, or the next version of one; the former version is kept.

    `claims` None takes what this type usually proves, or the claims of the replaced version.
    Raises Refusal; then nothing is stored.
    """
    with transaction.atomic():
        lock_for_edit(application, by)  # before the work, so that it is not done in vain
    checked = check_file(application.campaign, application, file, name, by=by)
    stored: StoredFile | None = None
    try:
        with transaction.atomic():
            row = lock_for_edit(application, by)
            former = _former(row, replaces)
            refuse_total(row, checked.size, less=former.stored.size if former else 0)
            _refuse_many(row)
            file.seek(0)
            stored = store(file, name=name, purpose=PURPOSE, owner=by, content_type=checked.inspected.content_type)
            _refuse_same_bytes(row, stored)
            made = _make(row, former, stored, checked, EvidenceType(type), claims, facts, by)
            record(
                "evidence.replaced" if former else "evidence.added", row, by=by,
                before=former.stored.sha256 if former else None,
                after={"type": made.type, "name": stored.name, "size": stored.size, "sha256": stored.sha256},
            )  # fmt: skip
    except BaseException:
        if stored is not None:
            default_storage.delete(stored.key)
        raise
    return made


def _former(row: Application, replaces: EvidenceFile | None) -> EvidenceFile | None:
    if replaces is None:
        return None
    former = row.evidence.current().select_related("stored").filter(pk=replaces.pk).first()
    if former is None:
        raise Refusal(_("This file was replaced or removed meanwhile."), fix=_("Open the page again."), code="stale")
    return former


def _refuse_many(row: Application) -> None:
    if row.evidence.current().count() >= MOST_FILES:
        raise Refusal(
            _("An application has at most %(count)s files.") % {"count": MOST_FILES},
            fix=_("Put pages that belong together into one file."), field="file", code="count",
        )  # fmt: skip


def _refuse_same_bytes(row: Application, stored: StoredFile) -> None:
    """One file stands once: it may prove several claims."""
    same = row.evidence.current().select_related("stored").filter(stored__sha256=stored.sha256).first()
    if same is not None:
        raise Refusal(
            _("The same file is there already: “%(name)s”, %(type)s.")
            % {"name": same.stored.name, "type": same.get_type_display()},
            fix=_("Link that one to the claim, or choose another file."), field="file", code="same",
        )  # fmt: skip


def _make(
    row: Application, former: EvidenceFile | None, stored: StoredFile, checked: Checked, type: EvidenceType,
    claims: Iterable[str] | None, facts: Mapping[str, Any] | None, by: Any,
) -> EvidenceFile:  # fmt: skip
    if former is not None:
        type = EvidenceType(former.type)
    if claims is None:
        claims = former.claims if former else DEFAULT_CLAIMS.get(type, ())
    inspected = checked.inspected
    made = EvidenceFile.objects.create(
        application=row, type=type, stored=stored, scan=checked.scan, pages=inspected.pages, uploaded_by=by,
        claims=_known(row, claims),
        facts=clean_facts(type, facts if facts is not None else former.facts if former else {}),
        inspection={"text": inspected.is_searchable, "secret": list(inspected.secret_words)},
    )  # fmt: skip
    if former is not None:
        former.replaced_by = made
        former.save(update_fields=["replaced_by"])
    return made


def _known(row: Application, claims: Iterable[str]) -> list[str]:
    """Only claims that this application can make, each once."""
    known = known_claims(dossier_of(row))
    return [one for one in dict.fromkeys(claims) if one in known]


def remove_evidence(evidence: EvidenceFile, *, by: Any) -> None:
    """Take a file away; what was submitted with it stays readable."""
    with transaction.atomic():
        row = lock_for_edit(evidence.application, by)
        standing = _former(row, evidence)
        assert standing is not None
        standing.removed_at = timezone.now()
        standing.save(update_fields=["removed_at"])
        record("evidence.removed", row, by=by, before={"type": standing.type, "sha256": standing.stored.sha256})


def describe_evidence(
    evidence: EvidenceFile, *, claims: Iterable[str], facts: Mapping[str, Any], by: Any
) -> EvidenceFile:
    """Say what a file proves, and the figures that stand in it."""
    with transaction.atomic():
        row = lock_for_edit(evidence.application, by)
        standing = _former(row, evidence)
        assert standing is not None
        before = {"claims": standing.claims, "facts": standing.facts}
        standing.claims = _known(row, claims)
        standing.facts = clean_facts(EvidenceType(standing.type), facts)
        after = {"claims": standing.claims, "facts": standing.facts}
        if after != before:
            standing.save(update_fields=["claims", "facts"])
            record("evidence.described", row, by=by, before=before, after=after)
    return standing


# ------------------------------------------------------------------ virus scan, later


def scan_waiting() -> int:
    """Scan what waits since the scanner did not answer; returns how many have a verdict now."""
    if not is_scanner_configured():
        return 0
    waiting = EvidenceFile.objects.filter(scan=ScanState.NOT_SCANNED).select_related("stored", "application")
    done = 0
    for evidence in waiting.order_by("uploaded_at")[:SCANNED_AT_ONCE]:
        try:
            with open_file(evidence.stored) as file:
                found = scan(file)
        except FileNotFoundError:
            continue
        if found.state == ScanState.NOT_SCANNED:
            break  # the scanner is away: the next run asks again
        with transaction.atomic():
            evidence.scan = found.state
            evidence.save(update_fields=["scan"])
            if found.state == ScanState.INFECTED:
                after = {"sha256": evidence.stored.sha256, "virus": found.virus}
                record("evidence.infected", evidence.application, by=None, after=after)
        done += 1
    return done
