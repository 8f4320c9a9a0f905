"""The content of one application as values: what rules, previews, submissions and statistics read."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from submissions.form.sections import SECTIONS
from submissions.form.spec import Kind, filled_rows

NUMBER = re.compile(r"[+-]?\d{1,12}(\.\d{1,6})?")
AMOUNTS = ("new_sales", "new_profit", "energy_saving", "forex")


@dataclass(frozen=True, slots=True)
class Proof:
    """One current evidence file, as the rules need it."""

    id: int
    type: str
    name: str
    claims: tuple[str, ...]
    sha256: str
    size: int
    scan: str
    pages: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)  # typed beside the file
    inspection: Mapping[str, Any] = field(default_factory=dict)  # found in it: "text", "secret"


@dataclass(frozen=True, slots=True)
class Dossier:
    """All sections (field key → value) and the evidence of an application.

    `get` never fails: an untouched field gives its empty value.
    """

    sections: Mapping[str, Mapping[str, Any]]
    evidence: tuple[Proof, ...] = ()
    profile: Mapping[str, Any] = field(default_factory=dict)  # of the enterprise: name, uscc, size_class, …

    def get(self, section: str, key: str) -> Any:
        value = self.sections.get(section, {}).get(key)
        if value is None:
            found = next(one for one in SECTIONS if one.key == section).field(key)
            return found.empty()
        return value

    def rows(self, section: str, key: str) -> list[Mapping[str, str]]:
        """The filled rows of a table."""
        return filled_rows(self.get(section, key))

    def total(self, key: str) -> Decimal:
        """An amount over all years, exact; cells that are no number count as nothing (the check names them)."""
        return sum((as_decimal(row.get(key, "")) or Decimal(0) for row in self.rows("benefits", "years")), Decimal(0))

    def proofs(self, *types: str) -> list[Proof]:
        """The evidence of these types."""
        return [one for one in self.evidence if one.type in types]

    def proofs_for(self, claim: str) -> list[Proof]:
        """The evidence that supports a claim, such as "indicators:ab12" or "level"."""
        return [one for one in self.evidence if claim in one.claims]

    def cleaned(self) -> "Dossier":
        """The same with every section in its kept shape: rules read it, whatever a database once held."""
        kept = {
            one.key: cleaned_section(one.key, data)
            for one in SECTIONS
            if isinstance(data := self.sections.get(one.key, {}), Mapping)
        }
        return Dossier(kept, self.evidence, self.profile)

    def frozen(self) -> dict[str, Any]:
        """The content as it is kept at a submission."""
        proofs = [
            {
                "type": one.type, "name": one.name, "sha256": one.sha256, "claims": list(one.claims),
                "facts": dict(one.facts),
            }
            for one in self.evidence
        ]  # fmt: skip
        return {
            "sections": {key: dict(data) for key, data in self.sections.items()},
            "evidence": proofs,
            "profile": dict(self.profile),
        }


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of a frozen content in canonical JSON."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def as_decimal(text: Any) -> Decimal | None:
    """A typed number, or None: thousands separators and full-width digits are accepted when typed."""
    cleaned = str(text).strip().translate(FULL_WIDTH).replace(",", "")
    return Decimal(cleaned) if NUMBER.fullmatch(cleaned) and cleaned.isascii() else None


FULL_WIDTH = {ord(wide): plain for wide, plain in zip("０１２３４５６７８９．，－＋", "0123456789.,-+", strict=True)}


def cleaned_section(key: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Only the known fields of a section, in their kept shape; nothing else is ever stored."""
    section = next(one for one in SECTIONS if one.key == key)
    kept: dict[str, Any] = {}
    for spec in section.fields:
        if spec.key not in data:
            continue
        value = data[spec.key]
        if spec.kind == Kind.ROWS:
            columns = {column.key for column in spec.columns} | {"id"}
            kept[spec.key] = [
                {name: _text(cell) for name, cell in row.items() if name in columns}
                for row in (value if isinstance(value, list) else [])
                if isinstance(row, Mapping)
            ][: max(spec.max_rows, 1) * 2]
        elif spec.kind == Kind.CHOICES:
            allowed = {choice for choice, _label in spec.choices}
            kept[spec.key] = (
                [one for one in value if isinstance(one, str) and one in allowed] if isinstance(value, list) else []
            )
        else:
            kept[spec.key] = _text(value)
    return kept


def _text(value: Any) -> str:
    """One text without characters that no database keeps."""
    if value is None:
        return ""
    text = str(value).replace("\0", "").replace("\r\n", "\n")[:20_000]
    return text.encode(errors="ignore").decode()
