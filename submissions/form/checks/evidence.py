"""P03, P05 to P08 and P20 for files: what must be there, and what must prove what."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext_noop

from submissions.enums import EvidenceType, ScanState
from submissions.form.checks.base import EVIDENCE, Context, Finding, as_month, error, month_of, rule, warning
from submissions.form.claims import matrix_of, row_key
from submissions.form.dossier import AMOUNTS, Dossier, as_decimal
from submissions.form.requirements import as_date, required_types, stated
from submissions.form.sections import BY_KEY

E = EvidenceType


@rule
def p03_required_evidence(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """The evidence that this application needs is there."""
    needed = required_types(dossier, context.settings.evidence)
    if context.settings.needs_letter and dossier.get("project", "channel") not in ("", "self"):
        needed = list(dict.fromkeys([*needed, E.RECOMMENDATION_LETTER]))
    for type in needed:
        if not dossier.proofs(type):
            message = gettext_noop("Evidence is missing: %(type)s (%(code)s).")
            yield error("P03", EVIDENCE, type.value, message, type=type.label, code=type.value)


@rule
def p03_readable_evidence(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """No file is infected, the summary report is short and can be searched, the novelty search is recent."""
    for proof in dossier.evidence:
        if proof.scan == ScanState.INFECTED:
            message = gettext_noop("“%(name)s” is infected: replace it.")
            yield error("P03", EVIDENCE, proof.type, message, str(proof.id), name=proof.name)
    limit = context.settings.summary_pages
    for proof in dossier.proofs(E.SUMMARY_REPORT):
        if proof.pages is not None and proof.pages > limit:
            message = gettext_noop("“%(name)s” has %(pages)s pages; at most %(limit)s are possible.")
            params = {"name": proof.name, "pages": proof.pages, "limit": limit}
            yield error("P03", EVIDENCE, proof.type, message, str(proof.id), **params)
        if proof.inspection.get("text") is False:
            message = gettext_noop("The text of “%(name)s” cannot be searched: export it instead of scanning it.")
            yield warning("P03", EVIDENCE, proof.type, message, str(proof.id), name=proof.name)
    yield from _novelty_searches(dossier, context)
    yield from _test_reports(dossier)


def _novelty_searches(dossier: Dossier, context: Context) -> Iterator[Finding]:
    oldest = context.settings.novelty_months
    for proof in dossier.proofs(E.NOVELTY_SEARCH):
        issued = as_date(proof.facts.get("issued_on"))
        if issued is None:
            message = gettext_noop("“%(name)s”: state the date of the report.")
            yield warning("P03", EVIDENCE, proof.type, message, str(proof.id), name=proof.name)
        elif context.filing_day is not None:
            age = month_of(context.filing_day) - month_of(issued)
            if age > oldest or (age == oldest and context.filing_day.day > issued.day):
                message = gettext_noop("“%(name)s” is older than %(months)s months when filing closes.")
                yield error("P03", EVIDENCE, proof.type, message, str(proof.id), name=proof.name, months=oldest)


def _test_reports(dossier: Dossier) -> Iterator[Finding]:
    """The report after the breakthrough is not older than the project."""
    start = as_month(dossier.get("project", "start_month"))
    for proof in dossier.proofs(E.TEST_REPORT):
        issued = as_date(proof.facts.get("issued_on"))
        if start is None or issued is None or proof.facts.get("stage") == "before":
            continue
        if month_of(issued) < start:
            message = gettext_noop("“%(name)s” shows the time after, but is older than the project.")
            yield warning("P03", EVIDENCE, proof.type, message, f"{proof.id}-date", name=proof.name)


# ------------------------------------------------------------------ indicators


@rule
def p05_two_indicators(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """At least two quality indicators, and one of them at least with its value before and after."""
    rows = dossier.rows("indicators", "indicators")
    least = BY_KEY["indicators"].field("indicators").min_rows
    if rows and len(rows) < least:
        message = gettext_noop("State at least %(least)s quality indicators.")
        yield error("P05", "indicators", "indicators", message, least=least)
    if rows and not any(_has_both(row) for row in rows):
        message = gettext_noop("No quality indicator has a value before and after.")
        yield error("P05", "indicators", "indicators", message, "values")


def _has_both(row: Mapping[str, str]) -> bool:
    return all(as_decimal(row.get(key, "")) is not None for key in ("before", "after"))


@rule
def p06_indicator_not_better(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """An indicator that got worse, or did not change, is no breakthrough."""
    for place, row in enumerate(dossier.rows("indicators", "indicators"), start=1):
        before, after = as_decimal(row.get("before", "")), as_decimal(row.get("after", ""))
        if before is None or after is None or row.get("better") not in ("up", "down"):
            continue
        gain = after - before if row["better"] == "up" else before - after
        if gain > 0:
            continue
        message = gettext_noop("“%(name)s” got worse: check the values and which direction is better.")
        if gain == 0:
            message = gettext_noop("“%(name)s” did not change.")
        yield warning(
            "P06", "indicators", "indicators", message, row_key(row, place), name=str(row.get("name", ""))[:60]
        )


# ------------------------------------------------------------------ what proves what


@rule
def p07_claims_with_evidence(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """Every indicator, innovation point, level and bottleneck is linked to what proves it."""
    for row in matrix_of(dossier):
        if row.blocks and row.unmet:
            message = gettext_noop("%(group)s “%(claim)s” has no evidence: %(needs)s.")
            if not str(row.claim.text):
                message = gettext_noop("%(group)s has no evidence: %(needs)s.")
            needs = tuple(need.label for need in row.unmet)
            yield error(
                "P07", EVIDENCE, row.unmet[0].types[0].value, message, row.claim.key,
                group=row.claim.group, claim=row.claim.text, needs=needs,
            )  # fmt: skip
    is_bottleneck = dossier.get("claims", "bottleneck") == "yes"
    if is_bottleneck and not str(dossier.get("claims", "bottleneck_reason")).strip():
        message = gettext_noop("Say why it is a bottleneck technology.")
        yield error("P07", "claims", "bottleneck_reason", message)


@rule
def p08_benefits_as_proved(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """The benefits equal the figures of the financial proof, to one hundredth."""
    if not dossier.proofs(E.FINANCIAL_PROOF) or not any(dossier.total(key) for key in AMOUNTS):
        return
    if stated(dossier, AMOUNTS[0]) is None:
        message = gettext_noop("Type the figures of the financial proof beside the file.")
        yield error("P08", EVIDENCE, E.FINANCIAL_PROOF.value, message)
        return
    for column in BY_KEY["benefits"].field("years").columns:
        if column.key not in AMOUNTS:
            continue
        claimed, proved = dossier.total(column.key), stated(dossier, column.key)
        if proved is not None and abs(claimed - proved) > context.settings.deviation:
            message = gettext_noop("“%(label)s”: the form says %(claimed)s, the financial proof %(proved)s.")
            params = {"label": column.label, "claimed": f"{claimed:,f}", "proved": f"{proved:,f}"}
            yield error("P08", "benefits", "years", message, column.key, **params)
