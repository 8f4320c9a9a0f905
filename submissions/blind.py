"""The application as an expert sees it: a frozen projection of the blind fields, never the model.

A new field or column stays hidden until the specification opens it (`Shown`). Names of files, units, people
and the enterprise are no fields of it.
"""

from dataclasses import dataclass, replace
from typing import Any

from submissions.enums import EvidenceType
from submissions.form.dossier import Dossier
from submissions.form.sections import SECTIONS
from submissions.form.spec import Field
from submissions.tables import Answer, answer_of


@dataclass(frozen=True, slots=True)
class BlindSection:
    title: Any
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class BlindFile:
    """A file by its type and place among those of the type; its own name may tell who filed."""

    label: Any
    number: int
    pages: int | None


@dataclass(frozen=True, slots=True)
class BlindCopy:
    sections: tuple[BlindSection, ...]
    files: tuple[BlindFile, ...]


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
        files.append(BlindFile(labels.get(one.type, one.type), counts[one.type], one.pages))
    return files
