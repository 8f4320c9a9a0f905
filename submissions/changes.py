"""What changed from one frozen content of an application to another, field by field, as readable text. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from submissions.enums import EvidenceType
from submissions.form.dossier import Dossier
from submissions.form.sections import EVIDENCE_KEY, SECTIONS
from submissions.form.spec import Field, Kind
from submissions.links import TITLES
from submissions.wording import value_text

# above so many comparisons of signs, a text is shown whole without marks
MOST_COMPARED = 4_000_000
SAME, GONE, NEW = "same", "gone", "new"


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text: `kind` is same, gone (only before) or new (only after)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs between two submissions. `key` is "" for the files of a type."""

    section: str
    key: str
    title: Any
    label: Any
    before: str
    after: str

    @property
    def old_parts(self) -> list[Part]:
        """What stood before, with what is gone marked."""
        return [one for one in parts_of(self.before, self.after) if one.kind != NEW]

    @property
    def new_parts(self) -> list[Part]:
        """What stands now, with what is new marked."""
        return [one for one in parts_of(self.before, self.after) if one.kind != GONE]


def parts_of(before: str, after: str) -> list[Part]:
    """Both texts as one row of stretches, in order."""
    if not before or not after or len(before) * len(after) > MOST_COMPARED:
        return [Part(kind, text) for kind, text in ((GONE, before), (NEW, after)) if text]
    found = []
    for step, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if step == "equal":
            found.append(Part(SAME, before[a:b]))
            continue
        found += [Part(kind, text) for kind, text in ((GONE, before[a:b]), (NEW, after[c:d])) if text]
    return found


def changes_between(
    before: Mapping[str, Any], after: Mapping[str, Any], units: Mapping[str, str] | None = None
) -> list[Change]:
    """The fields, then the evidence, that differ, in the order of the form. `units` are names by key."""
    old, new = Dossier(before.get("sections", {})).cleaned(), Dossier(after.get("sections", {})).cleaned()
    found = []
    for section in SECTIONS:
        for spec in section.fields:
            was, now = (_text(spec, one.get(section.key, spec.key), units) for one in (old, new))
            if was != now:
                found.append(Change(section.key, spec.key, section.title, spec.label, was, now))
    return found + _files(before.get("evidence", ()), after.get("evidence", ()))


def _text(spec: Field, value: Any, units: Mapping[str, str] | None) -> str:
    """A value as text; rows line by line, each cell after its heading."""
    if value in ("", []):
        return ""
    if spec.kind != Kind.ROWS:
        return value_text(spec, value, units)
    return "\n".join(_line(spec.columns, row) for row in value if any(row.get(one.key) for one in spec.columns))


def _line(columns: Sequence[Field], row: Mapping[str, str]) -> str:
    cells = ((one.label, value_text(one, row[one.key])) for one in columns if row.get(one.key))
    return "；".join(f"{label} {text}" for label, text in cells)


def _files(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[Change]:
    """Types of evidence whose files are others now: a file is the same where its bytes are."""
    found = []
    for type in EvidenceType:
        was, now = ([one for one in files if one.get("type") == type.value] for files in (before, after))
        if {one.get("sha256") for one in was} != {one.get("sha256") for one in now}:
            texts = ["\n".join(sorted(str(one.get("name", "")) for one in files)) for files in (was, now)]
            if texts[0] == texts[1]:  # another file under the same name
                texts = ["\n".join(sorted(f"{one.get('name', '')} · {one.get('sha256', '')[:12]}" for one in files))
                         for files in (was, now)]  # fmt: skip
            found.append(Change(EVIDENCE_KEY, type.value, TITLES[EVIDENCE_KEY], type.label, texts[0], texts[1]))
    return found


def only_about(changes: Sequence[Change], section: str, field: str = "") -> list[Change]:
    """The changes in a section or one of its fields; all for section ""."""
    return [one for one in changes if (not section or one.section == section) and (not field or one.key == field)]
