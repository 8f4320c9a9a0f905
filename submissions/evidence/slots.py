"""The page of evidence and the check page as data: templates only print it."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from submissions.enums import EvidenceType, ScanState
from submissions.evidence.rules import kind_of_name
from submissions.form.claims import Claim, MatrixRow, Need, claims_of, matrix_of
from submissions.form.dossier import Dossier
from submissions.form.requirements import FACTS, REQUIREMENTS, Fact, reason_for
from submissions.models import Application, EvidenceFile

E = EvidenceType
# Which claims a type can prove, by the part of the claim's key before the colon
PROVES: dict[str, tuple[str, ...]] = {
    E.TEST_REPORT: ("indicators",),
    E.FINANCIAL_PROOF: ("benefits",),
    E.NOVELTY_SEARCH: ("level", "bottleneck", "innovations"),
    E.APPRAISAL: ("level", "bottleneck", "digital", "innovations"),
    E.RIGHTS: ("patents", "standards", "innovations"),
    E.USER_OPINION: ("users", "bottleneck"),
    E.SPECIALISED_CERTIFICATE: ("specialised",),
    E.SIZE_PROOF: ("size",),
    E.AWARD: ("earlier_awards",),
    E.SUMMARY_REPORT: ("innovations", "digital"),
}
SCAN_KINDS = {ScanState.CLEAN: "ok", ScanState.NOT_SCANNED: "neutral", ScanState.INFECTED: "bad"}
SHOWN_INLINE = ("pdf", "jpg", "jpeg", "png")


@dataclass(frozen=True, slots=True)
class FactBox:
    """A figure typed beside a file, with its present value."""

    fact: Fact
    value: str

    @property
    def options(self) -> list[tuple[str, Any, bool]]:
        return [(key, label, key == self.value) for key, label in self.fact.choices]


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file that stands, with what it proves and its former versions."""

    evidence: EvidenceFile
    claims: tuple[tuple[Claim, bool], ...]
    facts: tuple[FactBox, ...]
    former: tuple[EvidenceFile, ...]
    scan_kind: str
    may_fetch: bool
    may_preview: bool
    lacks: bool  # something beside it is still to be said


@dataclass(slots=True)
class Slot:
    """One type of evidence: why it is needed, what is there."""

    type: EvidenceType
    reason: Any
    help: Any
    example: str
    files: list[ShownFile] = field(default_factory=list)

    @property
    def state(self) -> tuple[str, str]:
        """Kind and words of the state of the slot."""
        if self.files:
            return "ok", _("Available")
        return ("bad", _("Missing")) if self.reason else ("neutral", _("Not required"))


def slots_of(application: Application, dossier: Dossier, fetchable: Container[int]) -> list[Slot]:
    """All types in order with their files; one query. `fetchable`: keys of what the person may fetch."""
    year = application.campaign
    limits = {"novelty_months": year.novelty_months, "summary_pages": year.summary_pages}
    slots = {
        one.type: Slot(one.type, reason_for(one, dossier, year.evidence_rules), one.help % limits, one.example)
        for one in REQUIREMENTS
    }
    everything = list(application.evidence.select_related("stored", "uploaded_by").order_by("uploaded_at", "pk"))
    former_of: dict[int, EvidenceFile] = {one.replaced_by_id: one for one in everything if one.replaced_by_id}
    claims = claims_of(dossier)
    for one in everything:
        if one.removed_at is None and one.replaced_by_id is None:
            slots[E(one.type)].files.append(_shown(one, former_of, claims, fetchable))
    return list(slots.values())


def _shown(
    one: EvidenceFile, former_of: Mapping[int, EvidenceFile], claims: Iterable[Claim], fetchable: Container[int]
) -> ShownFile:
    former, at = [], former_of.get(one.pk)
    while at is not None:
        if at.pk in fetchable:
            former.append(at)
        at = former_of.get(at.pk)
    kinds = PROVES.get(one.type, ())
    boxes = tuple((claim, claim.key in one.claims) for claim in claims if claim.key.partition(":")[0] in kinds)
    facts = tuple(FactBox(fact, str(one.facts.get(fact.key, ""))) for fact in FACTS.get(E(one.type), ()))
    lacks = bool(boxes) and not any(chosen for _claim, chosen in boxes)
    lacks = lacks or any(box.fact.kind == "choice" and not box.value for box in facts)
    lacks = lacks or (one.type == E.FINANCIAL_PROOF and not any(box.value for box in facts))
    may_fetch, is_shown = one.pk in fetchable, kind_of_name(one.stored.name) in SHOWN_INLINE
    kind = SCAN_KINDS[ScanState(one.scan)]
    return ShownFile(one, boxes, facts, tuple(former), kind, may_fetch, may_fetch and is_shown, lacks)


# ------------------------------------------------------------------ the matrix


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """What a claim has of one type: file names, "" where the type is not asked for, or what is missing."""

    names: tuple[str, ...] = ()
    missing: tuple[Any, ...] = ()
    is_asked: bool = False


@dataclass(frozen=True, slots=True)
class MatrixLine:
    claim: Claim
    cells: tuple[MatrixCell, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class MatrixTable:
    types: tuple[EvidenceType, ...]
    lines: tuple[MatrixLine, ...]

    @property
    def complete(self) -> int:
        return sum(line.is_complete for line in self.lines)


def matrix_table(dossier: Dossier) -> MatrixTable:
    """Claims down, types of evidence across; a type of which any claim of this application asks."""
    rows = matrix_of(dossier.cleaned())
    asked = {type for row in rows for need in row.needs for type in need.types}
    types = tuple(one for one in E if one in asked)
    return MatrixTable(types, tuple(_line(row, types) for row in rows))


def _line(row: MatrixRow, types: tuple[EvidenceType, ...]) -> MatrixLine:
    return MatrixLine(row.claim, tuple(_cell(row.needs, type) for type in types), not row.unmet)


def _cell(needs: Iterable[Need], type: EvidenceType) -> MatrixCell:
    """A need that one of several types can meet is missing in the first of them only."""
    asked = [need for need in needs if type in need.types]
    names = dict.fromkeys(proof.name for need in asked for proof in need.proofs if proof.type == type)
    missing = tuple(need.label for need in asked if not need.is_met and need.types[0] == type)
    return MatrixCell(tuple(names), missing, bool(asked))
