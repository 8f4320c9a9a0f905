"""Which evidence an application needs, and what is typed beside a file so that it can be compared."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from submissions.enums import EvidenceType, Level
from submissions.form.claims import LEADING, is_sme
from submissions.form.dossier import AMOUNTS, Dossier, as_decimal
from submissions.form.sections import BY_KEY

E = EvidenceType
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WAN, _WAN_USD = _("10,000 CNY"), _("10,000 USD")


# ------------------------------------------------------------------ typed beside a file


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure or word that stands in the file and is typed beside it. `kind`: choice, date, amount, count, text."""

    key: str
    label: Any
    kind: str
    unit: Any = ""
    choices: tuple[tuple[str, Any], ...] = ()
    limit: int = 20


STAGES = (("before", _("Before the breakthrough")), ("after", _("After the breakthrough")), ("both", _("Both")))


def _amounts() -> tuple[Fact, ...]:
    columns = {column.key: column for column in BY_KEY["benefits"].field("years").columns}
    return tuple(Fact(key, columns[key].label, "amount", unit=_WAN_USD if key == "forex" else _WAN) for key in AMOUNTS)


FACTS: dict[EvidenceType, tuple[Fact, ...]] = {
    E.TEST_REPORT: (Fact("stage", _("The report shows"), "choice", choices=STAGES),
                    Fact("issued_on", _("Date of the report"), "date")),
    E.FINANCIAL_PROOF: _amounts(),
    E.NOVELTY_SEARCH: (Fact("issued_on", _("Date of the report"), "date"),),
    E.SIZE_PROOF: (Fact("employees", _("Employees"), "count"), Fact("revenue", _("Revenue"), "amount", unit=_WAN)),
    E.SUMMARY_REPORT: (Fact("where", _("Pages that prove it"), "text", limit=100),),
}  # fmt: skip


def clean_facts(type: EvidenceType, data: Mapping[str, Any]) -> dict[str, str]:
    """Only the facts of this type, as text, without the empty ones."""
    kept = {}
    for fact in FACTS.get(type, ()):
        text = str(data.get(fact.key) or "").replace("\0", "").encode(errors="ignore").decode()
        text = text.strip()[: fact.limit].strip()
        if text and (fact.kind != "choice" or text in dict(fact.choices)):
            kept[fact.key] = text
    return kept


def as_date(text: Any) -> date | None:
    """A day written YYYY-MM-DD, or None."""
    try:
        return date.fromisoformat(str(text)) if DATE.fullmatch(str(text)) else None
    except ValueError:
        return None


def stated(dossier: Dossier, key: str) -> Decimal | None:
    """The sum of what the financial proofs state of an amount; None where none states any figure."""
    proofs = [one for one in dossier.proofs(E.FINANCIAL_PROOF) if any(name in one.facts for name in AMOUNTS)]
    if not proofs:
        return None
    return sum((as_decimal(one.facts.get(key, "")) or Decimal(0) for one in proofs), Decimal(0))


# ------------------------------------------------------------------ which evidence is needed


@dataclass(frozen=True, slots=True)
class Requirement:
    """A type of evidence: why it is needed now ("" when it is not), what it is, and a good example.

    `help` may name thresholds of the year: %(novelty_months)s, %(summary_pages)s.
    """

    type: EvidenceType
    reason: Callable[[Dossier], Any]
    help: Any
    example: str


def _always(dossier: Dossier) -> Any:
    return _("always required")


def _benefit(dossier: Dossier) -> Any:
    return _("required because you state benefits") if any(dossier.total(key) for key in AMOUNTS) else ""


def _novelty(dossier: Dossier) -> Any:
    if dossier.get("claims", "level") in LEADING:
        return _("required because of the level that you claim")
    return _("required because you claim a bottleneck technology") if _is_bottleneck(dossier) else ""


def _is_bottleneck(dossier: Dossier) -> bool:
    return bool(dossier.get("claims", "bottleneck") == "yes")


def _appraisal(dossier: Dossier) -> Any:
    is_claimed = dossier.get("claims", "level") in Level.values
    return _("required because of the level that you claim") if is_claimed else ""


def _rights(dossier: Dossier) -> Any:
    has_any = dossier.rows("rights", "patents") or dossier.rows("rights", "standards")
    return _("required because you state patents or standards") if has_any else ""


def _certificate(dossier: Dossier) -> Any:
    return _("required because you are a specialised enterprise") if dossier.profile.get("specialised") else ""


def _size(dossier: Dossier) -> Any:
    return _("required because you are not a large enterprise") if is_sme(dossier) else ""


def _award(dossier: Dossier) -> Any:
    return _("required because you state earlier awards") if dossier.rows("rights", "earlier_awards") else ""


def _never(dossier: Dossier) -> Any:
    return ""


REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement(E.LICENCE, _always, _("Name and credit code must be readable and equal the form."), "营业执照副本.pdf"),
    Requirement(E.INTEGRITY, _always, _("With date and seal."), "诚信承诺书（盖章）.pdf"),
    Requirement(E.NON_SECRET, _always, _("With date and seal."), "非涉密声明（盖章）.pdf"),
    Requirement(E.TEST_REPORT, _always, _("For every indicator, before and after; one report may show several."),
                "焊缝检测报告（攻关前）.pdf"),
    Requirement(E.FINANCIAL_PROOF, _benefit,
                _("With the seal of finance; type its figures beside it, they must equal the form."),
                "经济效益证明（财务章）.pdf"),
    Requirement(E.NOVELTY_SEARCH, _novelty, _("Not older than %(novelty_months)s months."), "科技查新报告.pdf"),
    Requirement(E.APPRAISAL, _appraisal, _("With the names and signatures of the experts."), "成果鉴定意见.pdf"),
    Requirement(E.RIGHTS, _rights, _("First page of each; the holder is you or a partner unit."), "发明专利证书.pdf"),
    Requirement(E.USER_OPINION, _always, _("At least one; who uses it, since when, how much."), "用户使用意见.pdf"),
    Requirement(E.SPECIALISED_CERTIFICATE, _certificate, _("Valid on the day when filing closes."), "专精特新证书.jpg"),
    Requirement(E.SIZE_PROOF, _size, _("First pages of the audit report of the last full year."), "审计报告首页.pdf"),
    Requirement(E.AWARD, _award, _("One file per award."), "获奖证书.jpg"),
    Requirement(E.SUMMARY_REPORT, _always,
                _("At most %(summary_pages)s pages; its text can be searched."), "攻关总结报告.pdf"),
    Requirement(E.RECOMMENDATION_LETTER, _never,
                _("Your recommending unit adds it; upload it only when you have it already."), "推荐函.pdf"),
)  # fmt: skip
BY_TYPE: dict[EvidenceType, Requirement] = {one.type: one for one in REQUIREMENTS}


ALWAYS, NEVER = "always", "never"
# What a year may do without: nothing hangs on these that the check of claims would then miss
WAIVABLE = (E.LICENCE, E.INTEGRITY, E.NON_SECRET, E.RIGHTS, E.SPECIALISED_CERTIFICATE, E.SIZE_PROOF, E.AWARD)


def reason_for(requirement: Requirement, dossier: Dossier, rules: Mapping[str, str]) -> Any:
    """Why a type is needed by this application in this year; "" when it is not."""
    rule = rules.get(requirement.type.value, "")
    if rule == ALWAYS:
        return _always(dossier)
    return "" if rule == NEVER and requirement.type in WAIVABLE else requirement.reason(dossier)


# The same reasons before anything is written, for the notice and the blank form
CONDITIONS: dict[Callable[[Dossier], Any], Any] = {
    _always: _("always required"),
    _benefit: _("when you state benefits"),
    _novelty: _("when you claim the highest levels or a bottleneck technology"),
    _appraisal: _("when you claim a level"),
    _rights: _("when you state patents or standards"),
    _certificate: _("when you are a specialised enterprise"),
    _size: _("when you are not a large enterprise"),
    _award: _("when you state earlier awards"),
    _never: _("added by your recommending unit"),
}


def condition_of(requirement: Requirement, rules: Mapping[str, str]) -> Any:
    """When a type is needed in a year with these rules, in words."""
    rule = rules.get(requirement.type.value, "")
    if rule == ALWAYS:
        return CONDITIONS[_always]
    if rule == NEVER and requirement.type in WAIVABLE:
        return _("not required")
    return CONDITIONS[requirement.reason]


def required_types(dossier: Dossier, rules: Mapping[str, str]) -> list[EvidenceType]:
    """The types of evidence without which this application cannot be submitted. `rules` are those of the year."""
    return [one.type for one in REQUIREMENTS if reason_for(one, dossier, rules)]
