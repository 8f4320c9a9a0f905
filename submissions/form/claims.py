"""What an application claims, and what each claim needs: the claim-by-evidence matrix, as data.

A claim has a key that evidence names: "level", "benefits", "indicators:<row>", "users:<row>", …
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from submissions.enums import EvidenceType, Level
from submissions.form.dossier import AMOUNTS, Dossier, Proof
from submissions.form.sections import BY_KEY

E = EvidenceType
LEADING = (Level.INTL_LEADING.value, Level.DOM_LEADING.value)
# What a file of this type usually proves; chosen when it is uploaded, changed by a checkbox
DEFAULT_CLAIMS: dict[EvidenceType, tuple[str, ...]] = {
    E.FINANCIAL_PROOF: ("benefits",),
    E.NOVELTY_SEARCH: ("level", "bottleneck"),
    E.APPRAISAL: ("level",),
    E.SPECIALISED_CERTIFICATE: ("specialised",),
    E.SIZE_PROOF: ("size",),
}
# Tables whose rows are claims: section, table, column that names the row, what a row is
TABLES: tuple[tuple[str, str, str, Any], ...] = (
    ("indicators", "indicators", "name", _("Indicator")),
    ("innovations", "innovations", "text", _("Innovation point")),
    ("promotion", "users", "name", _("User")),
    ("rights", "patents", "name", _("Patent or software right")),
    ("rights", "standards", "name", _("Standard")),
    ("rights", "earlier_awards", "name", _("Earlier award")),
)
FIXED: tuple[tuple[str, Any], ...] = (
    ("level", _("Level")),
    ("bottleneck", _("Bottleneck technology")),
    ("digital", _("Digital technologies")),
    ("benefits", _("Benefits")),
    ("specialised", _("Specialised enterprise")),
    ("size", _("Size class")),
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Something to be proved: what it is, and the applicant's own words where there are any."""

    key: str
    group: Any
    text: Any = ""


@dataclass(frozen=True, slots=True)
class Need:
    """One of the proofs that a claim needs: a file of any of these types, and what it must show."""

    types: tuple[EvidenceType, ...]
    label: Any
    proofs: tuple[Proof, ...]

    @property
    def is_met(self) -> bool:
        return bool(self.proofs)


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A claim with its needs; `lacks_reason` where a text is missing too. `blocks`: P07 refuses without."""

    claim: Claim
    needs: tuple[Need, ...]
    blocks: bool = False

    @property
    def unmet(self) -> list[Need]:
        return [need for need in self.needs if not need.is_met]


def row_key(row: Mapping[str, Any], place: int) -> str:
    """What names a row of a table: its id, which stays when it moves, or its place."""
    return str(row.get("id") or place)


def claims_of(dossier: Dossier) -> list[Claim]:
    """Everything that a file of this application may be linked to, in the order of the form."""
    claims = [
        Claim(f"{table}:{row_key(row, place)}", group, str(row.get(column, ""))[:80])
        for section, table, column, group in TABLES
        for place, row in enumerate(dossier.rows(section, table), start=1)
    ]
    return claims + [Claim(key, label) for key, label in FIXED]


def known_claims(dossier: Dossier) -> set[str]:
    return {claim.key for claim in claims_of(dossier)}


# ------------------------------------------------------------------ the matrix


def matrix_of(dossier: Dossier) -> list[MatrixRow]:
    """The claims that this application makes, each with what proves it and what is lacking."""
    rows = list(_table_rows(dossier))
    rows += _classes(dossier)
    rows += _benefits(dossier)
    return rows


def _table_rows(dossier: Dossier) -> Iterator[MatrixRow]:
    needs_of = {"indicators": _indicator, "innovations": _innovation, "users": _user, "patents": _right,
                "standards": _right, "earlier_awards": _award}  # fmt: skip
    tables = {table for _section, table, _column, _group in TABLES}
    for claim in claims_of(dossier):
        table = claim.key.partition(":")[0]
        if table in tables:
            needs = needs_of[table](dossier, claim.key)
            yield MatrixRow(claim, needs, blocks=table in ("indicators", "innovations"))


def _any(dossier: Dossier, claim: str, label: Any, *types: EvidenceType) -> Need:
    return Need(types, label, tuple(one for one in dossier.proofs_for(claim) if one.type in types))


def _indicator(dossier: Dossier, claim: str) -> tuple[Need, ...]:
    """A test report before and one after; one report may show both."""
    labels = {"before": _("Test report before"), "after": _("Test report after")}
    reports = [one for one in dossier.proofs_for(claim) if one.type == E.TEST_REPORT]
    return tuple(
        Need((E.TEST_REPORT,), label, tuple(one for one in reports if one.facts.get("stage") in (stage, "both")))
        for stage, label in labels.items()
    )


def _innovation(dossier: Dossier, claim: str) -> tuple[Need, ...]:
    label = _("Novelty search, appraisal, rights, or summary report with page")
    found = _any(dossier, claim, label, E.NOVELTY_SEARCH, E.APPRAISAL, E.RIGHTS, E.SUMMARY_REPORT)
    return (Need(found.types, label, tuple(one for one in found.proofs if _has_page(one))),)


def _has_page(proof: Proof) -> bool:
    """A summary report proves a point only where the page is named."""
    return proof.type != E.SUMMARY_REPORT or bool(str(proof.facts.get("where", "")).strip())


def _user(dossier: Dossier, claim: str) -> tuple[Need, ...]:
    return (_any(dossier, claim, E.USER_OPINION.label, E.USER_OPINION),)


def _right(dossier: Dossier, claim: str) -> tuple[Need, ...]:
    return (_any(dossier, claim, E.RIGHTS.label, E.RIGHTS),)


def _award(dossier: Dossier, claim: str) -> tuple[Need, ...]:
    return (_any(dossier, claim, E.AWARD.label, E.AWARD),)


def _classes(dossier: Dossier) -> Iterator[MatrixRow]:
    """Level, bottleneck, digital technologies, specialised enterprise and size."""
    fixed = {key: Claim(key, label) for key, label in FIXED}
    level = dossier.get("claims", "level")
    if level in Level.values:
        needs = [_any(dossier, "level", E.NOVELTY_SEARCH.label, E.NOVELTY_SEARCH)] if level in LEADING else []
        needs.append(_any(dossier, "level", E.APPRAISAL.label, E.APPRAISAL))
        yield MatrixRow(Claim("level", _("Level"), dict(Level.choices)[level]), tuple(needs), blocks=True)
    if dossier.get("claims", "bottleneck") == "yes":
        novelty = _any(dossier, "bottleneck", E.NOVELTY_SEARCH.label, E.NOVELTY_SEARCH)
        used = _any(dossier, "bottleneck", _("Appraisal or user opinion"), E.APPRAISAL, E.USER_OPINION)
        yield MatrixRow(fixed["bottleneck"], (novelty, used), blocks=True)
    if dossier.get("claims", "digital_technologies") or str(dossier.get("claims", "digital_other")).strip():
        label = _("Appraisal, or summary report with page")
        found = _any(dossier, "digital", label, E.APPRAISAL, E.SUMMARY_REPORT)
        proofs = tuple(one for one in found.proofs if _has_page(one))
        yield MatrixRow(fixed["digital"], (Need(found.types, label, proofs),))
    if dossier.profile.get("specialised"):
        label = E.SPECIALISED_CERTIFICATE.label
        yield MatrixRow(fixed["specialised"], (_any(dossier, "specialised", label, E.SPECIALISED_CERTIFICATE),))
    if is_sme(dossier):
        yield MatrixRow(fixed["size"], (_any(dossier, "size", E.SIZE_PROOF.label, E.SIZE_PROOF),))


def _benefits(dossier: Dossier) -> Iterator[MatrixRow]:
    """Each amount that is stated; all are linked by the one claim “benefits”."""
    for key in AMOUNTS:
        if dossier.total(key) != Decimal(0):
            label = BY_KEY["benefits"].field("years").columns
            name = next(column.label for column in label if column.key == key)
            needs = (_any(dossier, "benefits", E.FINANCIAL_PROOF.label, E.FINANCIAL_PROOF),)
            yield MatrixRow(Claim("benefits", _("Benefits"), name), needs)


def is_sme(dossier: Dossier) -> bool:
    """The size class is known and not large."""
    return dossier.profile.get("size_class") in ("medium", "small", "micro")
