"""The application as an expert sees it: a frozen projection of the blind fields, never the model.

A new field or column stays hidden until the specification opens it (`Shown`). Names of files, units, people
and the enterprise are no fields of it.
"""

from dataclasses import dataclass, replace
from typing import Any

from submissions.enums import EvidenceType
from submissions.evidence.rules import kind_of_name
from submissions.form.claims import matrix_of
from submissions.form.dossier import Dossier
from submissions.form.sections import BY_KEY, SECTIONS
from submissions.form.spec import Field
from submissions.tables import Answer, answer_of


@dataclass(frozen=True, slots=True)
class BlindSection:
    title: Any
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class BlindFile:
    """A file by its type and place among those of the type; its own name may tell who filed.

    `key` is that of the evidence, `kind` the ending of its name (pdf, jpg, …).
    """

    label: Any
    number: int
    pages: int | None
    key: int
    kind: str

    @property
    def is_shown(self) -> bool:
        """Experts can open it: of an OFD the portal cannot take away what it says of its author."""
        return self.kind in SHOWN_KINDS


@dataclass(frozen=True, slots=True)
class BlindClaim:
    """A claim with the files that prove it and the proofs that are missing."""

    group: Any
    text: Any
    files: tuple[BlindFile, ...]
    missing: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class BlindCopy:
    sections: tuple[BlindSection, ...]
    files: tuple[BlindFile, ...]


SHOWN_KINDS = ("pdf", "jpg", "jpeg", "png")
# claims without a row of a table that experts see, with the field that opens them
FIXED_CLAIMS = {
    "level": ("claims", "level"),
    "bottleneck": ("claims", "bottleneck"),
    "digital": ("claims", "digital_technologies"),
    "benefits": ("benefits", "years"),
}
# tables whose rows are claims, with the column of their words
CLAIM_COLUMNS = {"indicators": ("indicators", "name"), "innovations": ("innovations", "text")}


# what shows who filed, whatever a page of it says
HIDDEN_FILES = (
    EvidenceType.LICENCE, EvidenceType.INTEGRITY, EvidenceType.NON_SECRET, EvidenceType.SPECIALISED_CERTIFICATE,
    EvidenceType.SIZE_PROOF, EvidenceType.RECOMMENDATION_LETTER,
)  # fmt: skip


def blind_copy(dossier: Dossier) -> BlindCopy:
    """The projection of what the applicant wrote; sections without a blind field are left out."""
    sections = []
    for section in SECTIONS:
        shown = [opened(spec) for spec in section.fields if spec.blind]
        if shown:
            answers = tuple(answer_of(spec, dossier.get(section.key, spec.key), {}) for spec in shown)
            sections.append(BlindSection(section.title, answers))
    return BlindCopy(tuple(sections), tuple(_files(dossier)))


def opened(spec: Field) -> Field:
    """The field with those of its columns only that experts see."""
    return replace(spec, columns=tuple(one for one in spec.columns if one.blind))


def _files(dossier: Dossier) -> list[BlindFile]:
    labels, counts, files = dict(EvidenceType.choices), dict[str, int](), []
    for one in sorted(dossier.evidence, key=lambda proof: (proof.type, proof.id)):
        if one.type in HIDDEN_FILES:
            continue
        counts[one.type] = counts.get(one.type, 0) + 1
        label = labels.get(one.type, one.type)
        files.append(BlindFile(label, counts[one.type], one.pages, one.id, kind_of_name(one.name)))
    return files


def blind_matrix(dossier: Dossier) -> list[BlindClaim]:
    """What each claim that experts see is proved by, as files of the blind copy; other claims are left out."""
    files = {one.key: one for one in _files(dossier)}
    return [
        BlindClaim(
            row.claim.group,
            row.claim.text,
            tuple(dict.fromkeys(files[one.id] for need in row.needs for one in need.proofs if one.id in files)),
            tuple(need.label for need in row.unmet),
        )
        for row in matrix_of(dossier)
        if _is_claim_shown(row.claim.key)
    ]


def _is_claim_shown(key: str) -> bool:
    table, colon, _row = key.partition(":")
    if not colon:
        section, field = FIXED_CLAIMS.get(key, ("", ""))
        return bool(section) and BY_KEY[section].field(field).blind
    section, column = CLAIM_COLUMNS.get(table, ("", ""))
    if not section:
        return False
    spec = BY_KEY[section].field(table)
    return spec.blind and any(one.key == column and one.blind for one in spec.columns)
