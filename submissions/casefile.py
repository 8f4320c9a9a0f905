"""The documents of an application as those who guide and check it see them: answers, files, findings, changes.

What stands here is what was submitted, not what the enterprise is writing now.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from qa_portal.organisations.enums import District, Ownership, SizeClass
from qa_portal.organisations.models import RecommendingUnit
from submissions.changes import Change, changes_between
from submissions.enums import EvidenceType
from submissions.evidence.access import evidence_for
from submissions.evidence.rules import kind_of_name
from submissions.evidence.slots import SCAN_KINDS, SHOWN_INLINE
from submissions.form.checks import ERROR, EVIDENCE, PROFILE, Finding
from submissions.form.claims import claims_of
from submissions.form.computed import computed_of
from submissions.form.dossier import Dossier
from submissions.form.requirements import FACTS, REQUIREMENTS
from submissions.form.sections import SECTIONS
from submissions.links import TITLES
from submissions.models import Application, EvidenceFile, GuidanceNote, RecommendationLetter, Submission
from submissions.tables import Answer, answer_of

PICTURES = ("jpg", "jpeg", "png")


def place_of(section: str, field: str = "") -> str:
    """The id of a place in the documents: of a field, a type of evidence, or a whole section."""
    if section == EVIDENCE:
        return f"e-{field}" if field else "s-evidence"
    return f"f-{section}-{field}" if field and section != PROFILE else f"s-{section}"


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """One field with what changed in it and the notes that hang on it."""

    key: str
    place: str
    answer: Answer
    change: Change | None = None
    notes: int = 0


@dataclass(frozen=True, slots=True)
class CaseSection:
    key: str
    place: str
    title: Any
    answers: tuple[CaseAnswer, ...]
    notes: int = 0

    @property
    def changed(self) -> int:
        return sum(one.change is not None for one in self.answers)


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One file of evidence, with what it proves; `is_new` since the version with which it is compared."""

    file: EvidenceFile | RecommendationLetter
    scan_kind: str
    may_fetch: bool
    is_picture: bool
    is_shown: bool
    proves: tuple[str, ...] = ()
    is_new: bool = False


@dataclass(slots=True)
class CaseEvidence:
    """The files of one type; `reason` why the type is needed, "" where it is not."""

    type: EvidenceType
    place: str
    reason: Any
    change: Change | None = None
    notes: int = 0
    files: list[CaseFile] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CaseFinding:
    """A finding in words, with the place of its documents and what the enterprise answered."""

    finding: Finding
    place: str
    where: Any
    answer: str

    @property
    def is_error(self) -> bool:
        return self.finding.kind == ERROR


@dataclass(frozen=True, slots=True)
class Documents:
    """All of it. `since` is the earlier version with which `last` is compared; None without one."""

    facts: tuple[tuple[Any, Any], ...]
    sections: tuple[CaseSection, ...]
    evidence: tuple[CaseEvidence, ...]
    changes: tuple[Change, ...]
    last: Submission | None
    since: Submission | None


def versions_of(application: Application) -> list[Submission]:
    """All submissions, the first first: one query."""
    return list(application.submissions.order_by("serial"))


def submitted_dossier(dossier: Dossier, last: Submission | None) -> Dossier:
    """The answers of the last submission with the files that stand; the whole dossier before any submission."""
    if last is None:
        return dossier
    return Dossier(last.content["sections"], dossier.evidence, last.content.get("profile") or dossier.profile)


def documents_of(
    application: Application,
    dossier: Dossier,
    *,
    user: Any,
    versions: Sequence[Submission],
    since: Submission | None = None,
    notes: Iterable[GuidanceNote] = (),
    letters: Iterable[RecommendationLetter] = (),
) -> Documents:
    """Put the documents together: three queries. `dossier` is what `submitted_dossier` gave."""
    last = versions[-1] if versions else None
    units = _unit_names([dossier, *(Dossier(one.content["sections"]) for one in versions[:-1])])
    changes = changes_between(since.content, last.content, units) if since and last else []
    by_place = {(one.section, one.key): one for one in changes}
    hung = [one for one in notes if one.resolved_at is None]
    return Documents(
        facts=_facts(dossier),
        sections=tuple(_section(one, dossier, units, by_place, hung) for one in SECTIONS),
        evidence=_evidence(application, dossier, user, by_place, since, hung, letters),
        changes=tuple(changes),
        last=last,
        since=since if last else None,
    )


def _unit_names(dossiers: Iterable[Dossier]) -> dict[str, str]:
    keys = {str(one.get("project", "recommending_unit")) for one in dossiers}
    known = [int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 19]
    found = RecommendingUnit.objects.filter(pk__in=known).values_list("pk", "name")
    return {str(key): name for key, name in found}


def _facts(dossier: Dossier) -> tuple[tuple[Any, Any], ...]:
    """What the enterprise says of itself."""
    profile = dossier.profile
    return (
        (_("Name of the enterprise"), profile.get("name")),
        (_("Unified social credit code"), profile.get("uscc")),
        (_("District"), dict(District.choices).get(profile.get("district") or "", "")),
        (_("Ownership"), dict(Ownership.choices).get(profile.get("ownership") or "", "")),
        (_("Size class"), dict(SizeClass.choices).get(profile.get("size_class") or "", "")),
        (_("Employees"), profile.get("employees")),
        (_("Revenue (10,000 CNY)"), profile.get("revenue")),
        (_("Specialised enterprise"), _("Yes") if profile.get("specialised") else _("No")),
        (_("Certificate valid until"), profile.get("specialised_until")),
    )


def _section(
    section: Any, dossier: Dossier, units: Mapping[str, str], changes: Mapping[Any, Change], notes: list[GuidanceNote]
) -> CaseSection:
    answers = []
    for spec in section.fields:
        shown = answer_of(spec, dossier.get(section.key, spec.key), dict(units))
        count = sum((one.section, one.field) == (section.key, spec.key) for one in notes)
        place = place_of(section.key, spec.key)
        answers.append(CaseAnswer(spec.key, place, shown, changes.get((section.key, spec.key)), count))
    if section.key == "benefits":
        totals = computed_of("benefits", {"years": dossier.get("benefits", "years")})
        columns = {column.key: column for column in section.field("years").columns}
        answers[1:1] = [
            CaseAnswer("", "", Answer(_("Total: %(label)s") % {"label": columns[one[6:]].label}, text))
            for one, text in totals.items()
        ]  # fmt: skip
    count = sum((one.section, one.field) == (section.key, "") for one in notes)
    return CaseSection(section.key, place_of(section.key), section.title, tuple(answers), count)


def _evidence(
    application: Application, dossier: Dossier, user: Any, changes: Mapping[Any, Change], since: Submission | None,
    notes: list[GuidanceNote], letters: Iterable[RecommendationLetter],
) -> tuple[CaseEvidence, ...]:  # fmt: skip
    groups = {
        one.type: CaseEvidence(
            one.type, place_of(EVIDENCE, one.type.value), one.reason(dossier), changes.get((EVIDENCE, one.type.value)),
            sum((note.section, note.field) == (EVIDENCE, one.type.value) for note in notes),
        )
        for one in REQUIREMENTS
    }  # fmt: skip
    known = {one.get("sha256") for one in since.content.get("evidence", ())} if since else None
    claims = {one.key: f"{one.group}: {one.text}" if one.text else str(one.group) for one in claims_of(dossier)}
    fetchable = set(evidence_for(user).filter(application=application).values_list("pk", flat=True))
    for file in application.evidence.current().select_related("stored"):
        facts = {fact.key: fact for fact in FACTS.get(EvidenceType(file.type), ())}
        proves = [claims[key] for key in file.claims if key in claims]
        proves += [
            f"{facts[key].label}: {_fact(facts[key], value)}" for key, value in file.facts.items() if key in facts
        ]
        is_new = known is not None and file.stored.sha256 not in known
        groups[EvidenceType(file.type)].files.append(_file(file, fetchable, tuple(proves), is_new))
    for letter in letters:
        groups[EvidenceType.RECOMMENDATION_LETTER].files.append(_file(letter, {letter.pk}, (), False))
    return tuple(groups.values())


def _fact(fact: Any, value: str) -> str:
    return str(dict(fact.choices).get(value, value)) + (f" {fact.unit}" if fact.unit else "")


def _file(file: Any, fetchable: Container[int], proves: tuple[str, ...], is_new: bool) -> CaseFile:
    kind, may_fetch = kind_of_name(file.stored.name), file.pk in fetchable
    is_evidence = isinstance(file, EvidenceFile)
    return CaseFile(
        file,
        SCAN_KINDS[file.scan],
        may_fetch,
        may_fetch and is_evidence and kind in PICTURES,
        may_fetch and is_evidence and kind in SHOWN_INLINE,
        proves,
        is_new,
    )


def case_findings(found: Iterable[Finding], answers: Mapping[str, str]) -> list[CaseFinding]:
    """Findings with their places; `answers` are the reasons that were submitted, by key of the finding."""
    return [
        CaseFinding(one, place_of(one.section, one.field), TITLES[one.section], str(answers.get(one.key, "")))
        for one in found
    ]
