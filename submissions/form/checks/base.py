"""What a finding is, what rules know beyond the dossier, and running all rules."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from qa_portal.campaigns import rules
from submissions.form.dossier import Dossier
from submissions.form.sections import EVIDENCE_KEY, SECTIONS

ERROR, WARNING = "error", "warning"
# Places of findings that are no section of the form
EVIDENCE, PROFILE = EVIDENCE_KEY, "profile"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: its id, kind, where it is (section, field, row), and an English msgid with params."""

    rule: str
    kind: str
    section: str
    field: str
    message: str
    params: dict[str, Any] = made_by(default_factory=dict)
    row: str = ""

    @property
    def key(self) -> str:
        """Names the finding in answers: rule and place."""
        return ":".join(part for part in (self.rule, self.section, self.field, self.row) if part)[:120]

    @property
    def text(self) -> str:
        """The message in the language of the reader; lists become “a, b”."""
        shown = {
            name: _(", ").join(str(one) for one in value) if isinstance(value, tuple | list) else value
            for name, value in self.params.items()
        }
        return _(self.message) % shown


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """Thresholds of the rules as the year sets them; without a year, what a new year begins with."""

    summary_pages: int = rules.DEFAULT_SUMMARY_PAGES  # P03: summary report
    novelty_months: int = rules.DEFAULT_NOVELTY_MONTHS  # P03: age of a novelty search
    needs_letter: bool = False  # P03: the formal check asks for the sealed letter of the unit
    evidence: Mapping[str, str] = made_by(default_factory=dict)  # P03: code → "always" or "never"
    deviation: Decimal = rules.DEFAULT_DEVIATION  # P08
    profit_share: Decimal = rules.DEFAULT_PROFIT_PERCENT / 100  # P11
    top_share: Decimal = rules.DEFAULT_TOP_PERCENT / 100  # P14
    top_sample: int = rules.DEFAULT_TOP_SAMPLE  # P14: fewer amounts of earlier years say nothing
    months_in_use: int = rules.DEFAULT_MONTHS_IN_USE  # P15
    similarity: Decimal = rules.DEFAULT_SIMILARITY_PERCENT / 100  # P21


@dataclass(frozen=True, slots=True)
class Twin:
    """Another application of the year with the same code or title. `number` only where it is one's own."""

    same_code: bool
    same_title: bool
    number: str = ""


@dataclass(frozen=True, slots=True)
class Similar:
    """An earlier application that shares text: the share of one's own text, and the shared words themselves.

    `year` and one's own words are all that an applicant may know of it.
    """

    share: Decimal
    passages: tuple[str, ...]
    year: int
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What the rules know beyond the dossier. What was not looked up is None or empty; its rules then wait."""

    settings: CheckSettings = CheckSettings()
    today: date | None = None
    closing_day: date | None = None  # of filing; certificates must be valid then
    unit_kind: str | None = None  # of the chosen recommending unit; "" when there is no such unit
    twins: tuple[Twin, ...] = ()
    top_amounts: Mapping[str, Decimal] = made_by(default_factory=dict)  # amount → where the top share begins
    similar: tuple[Similar, ...] = ()

    @property
    def filing_day(self) -> date | None:
        """The day for which the application is judged: when filing closes, or today where that is open."""
        return self.closing_day or self.today


NO_CONTEXT = Context()
Rule = Callable[[Dossier, Context], Iterator[Finding]]
RULES: list[Rule] = []


def rule(function: Rule) -> Rule:
    """Register a rule."""
    RULES.append(function)
    return function


def findings(dossier: Dossier, context: Context | None = None, only: Iterable[Rule] | None = None) -> list[Finding]:
    """Everything the rules find, errors first, in the order of the form."""
    order = {key: place for place, key in enumerate([*(section.key for section in SECTIONS), EVIDENCE, PROFILE])}
    clean, known = dossier.cleaned(), context or NO_CONTEXT
    found = [one for check in (RULES if only is None else only) for one in check(clean, known)]
    return sorted(found, key=lambda one: (one.kind != ERROR, order[one.section], one.rule))


def errors(dossier: Dossier, context: Context | None = None) -> list[Finding]:
    """What blocks the submission."""
    return [one for one in findings(dossier, context) if one.kind == ERROR]


def error(rule: str, section: str, field: str, message: str, row: str = "", **params: Any) -> Finding:
    return Finding(rule, ERROR, section, field, message, params, row)


def warning(rule: str, section: str, field: str, message: str, row: str = "", **params: Any) -> Finding:
    return Finding(rule, WARNING, section, field, message, params, row)


# ------------------------------------------------------------------ months


def as_month(text: Any) -> int | None:
    """A month written YYYY-MM as a number that can be subtracted, or None."""
    year, dash, month = str(text).strip().partition("-")
    if not dash or len(year) != 4 or len(month) != 2 or not (year + month).isascii() or not (year + month).isdigit():
        return None
    return int(year) * 12 + int(month) - 1 if 1 <= int(month) <= 12 and int(year) > 0 else None


def month_of(day: date) -> int:
    return day.year * 12 + day.month - 1
