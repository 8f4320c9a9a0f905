"""P02, P04, P15 to P18, P23, P24: who files, by whom, when, and whether twice."""

from collections.abc import Iterator

from django.utils.translation import gettext_noop

from qa_portal.organisations.enums import Channel
from qa_portal.organisations.rules import InvalidUscc, normalise_uscc
from submissions.form.checks.base import (
    EVIDENCE,
    PROFILE,
    Context,
    Finding,
    as_month,
    error,
    month_of,
    rule,
    warning,
)
from submissions.form.claims import is_sme, row_key
from submissions.form.dossier import Dossier, as_decimal
from submissions.form.requirements import as_date
from submissions.form.sections import BY_KEY

UNIT_CHANNELS = tuple(one.value for one in Channel if one != Channel.SELF)


@rule
def p02_credit_codes(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """Every unified social credit code has the right check character (GB 32100-2015)."""
    code = dossier.profile.get("uscc")
    if code and not _is_code(code):
        message = gettext_noop("The credit code %(code)s of your enterprise is wrong.")
        yield error("P02", PROFILE, "uscc", message, code=code)
    for place, row in enumerate(dossier.rows("project", "partner_units"), start=1):
        code = str(row.get("uscc", "")).strip()
        if code and not _is_code(code):
            message = gettext_noop("The credit code %(code)s is wrong: check every character.")
            yield error("P02", "project", "partner_units", message, row_key(row, place), code=code[:40])


def _is_code(text: str) -> bool:
    try:
        normalise_uscc(text)
    except InvalidUscc:
        return False
    return True


@rule
def p04_recommending_unit(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """A recommending unit of the channel is named, and none by those who file by themselves."""
    channel, unit = dossier.get("project", "channel"), str(dossier.get("project", "recommending_unit")).strip()
    if channel == Channel.SELF and unit:
        message = gettext_noop("You file by yourself; leave the recommending unit empty.")
        yield error("P04", "project", "recommending_unit", message)
    if channel in UNIT_CHANNELS and not unit:
        message = gettext_noop("Choose the recommending unit, or file by yourself.")
        yield error("P04", "project", "recommending_unit", message)
    if channel in UNIT_CHANNELS and unit and context.unit_kind is not None and context.unit_kind != channel:
        message = gettext_noop("The recommending unit does not belong to the channel; choose another.")
        yield error("P04", "project", "recommending_unit", message)


@rule
def p15_time_of_the_project(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """Begin, end, then at least six months in use before filing closes."""
    start, end = (as_month(dossier.get("project", key)) for key in ("start_month", "end_month"))
    if end is None:
        return
    if start is not None and start > end:
        yield error("P15", "project", "end_month", gettext_noop("The project ends before it begins."))
    if context.filing_day is None:
        return
    filing = month_of(context.filing_day)
    if end > filing:
        yield error("P15", "project", "end_month", gettext_noop("The project ends after filing closes."))
    elif filing - end < context.settings.months_in_use:
        message = gettext_noop("In use for %(months)s months when filing closes; at least %(least)s are needed.")
        least = context.settings.months_in_use
        yield error("P15", "project", "end_month", message, months=filing - end, least=least)


@rule
def p16_certificate(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """The certificate of a specialised enterprise is valid on the day when filing closes."""
    if not dossier.profile.get("specialised"):
        return
    until = as_date(dossier.profile.get("specialised_until"))
    if until is None:
        message = gettext_noop("State until when your certificate as a specialised enterprise is valid.")
        yield error("P16", PROFILE, "specialised_until", message)
    elif context.filing_day is not None and until < context.filing_day:
        message = gettext_noop(
            "Your certificate as a specialised enterprise is valid until %(until)s; filing closes on %(closes)s."
        )
        params = {"until": until.isoformat(), "closes": context.filing_day.isoformat()}
        yield error("P16", PROFILE, "specialised_until", message, **params)


@rule
def p17_specialised_but_large(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """A specialised enterprise is usually small or medium-sized; a large one is possible."""
    if dossier.profile.get("specialised") and dossier.profile.get("size_class") == "large":
        message = gettext_noop("You are a specialised enterprise and large: check the figures of your size.")
        yield warning("P17", PROFILE, "size_class", message)


@rule
def p18_size_figures(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """The figures for the size class are there, and equal those of the proof where it states them."""
    if dossier.profile and not dossier.profile.get("size_class"):
        message = gettext_noop("The profile of your enterprise lacks figures: the size class follows from them.")
        yield error("P18", PROFILE, "size_class", message)
    if not is_sme(dossier):
        return
    labels = {"employees": gettext_noop("Employees"), "revenue": gettext_noop("Revenue")}
    for proof in dossier.proofs("EV11"):
        for key in labels:
            typed, known = as_decimal(proof.facts.get(key, "")), as_decimal(dossier.profile.get(key) or "")
            if typed is not None and known is not None and typed != known:
                message = gettext_noop("“%(name)s” states %(typed)s, your profile %(known)s: one of them is wrong.")
                params = {"name": proof.name, "typed": f"{typed:,f}", "known": f"{known:,f}"}
                yield error("P18", EVIDENCE, "EV11", message, f"{proof.id}-{key}", **params)


@rule
def p23_filed_twice(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """The same enterprise or title twice in a year is looked at; both the same is refused."""
    for place, twin in enumerate(context.twins, start=1):
        if twin.same_code and twin.same_title:
            message = gettext_noop("You have filed this title already in this year: %(number)s.")
            yield error("P23", "project", "title", message, number=twin.number)
        elif twin.same_code:
            message = gettext_noop("Your enterprise has filed another application in this year: %(number)s.")
            yield warning("P23", "project", "title", message, str(place), number=twin.number)
        elif twin.same_title:
            message = gettext_noop("Another application of this year has the same title.")
            yield warning("P23", "project", "title", message, str(place))


@rule
def p24_declarations(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """All four declarations are made."""
    for spec in BY_KEY["declarations"].fields:
        if str(dossier.get("declarations", spec.key)).strip() == "no":
            message = gettext_noop("Without this declaration the application cannot be submitted: “%(label)s”")
            yield error("P24", "declarations", spec.key, message, label=spec.label)
