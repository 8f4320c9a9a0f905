"""The sixteen items of the formal check (domain rules, section 5): what a machine computes of each, and the rest."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.organisations.enums import Channel, District
from submissions.enums import CheckVerdict, EvidenceType
from submissions.form.checks import EVIDENCE, Context, Finding
from submissions.form.dossier import Dossier

LETTER = EvidenceType.RECOMMENDATION_LETTER


@dataclass(frozen=True, slots=True)
class Case:
    """What the computed items look at. `found` are the findings of all rules; `letters` names of sealed letters."""

    application: Any
    dossier: Dossier
    context: Context
    found: tuple[Finding, ...]
    letters: tuple[str, ...] = ()
    extended_until: datetime | None = None
    earlier_winners: tuple[str, ...] = ()


# whether the item is in order, and what was computed, in words
Said = tuple[bool, str]
Compute = Callable[[Case], Said]


@dataclass(frozen=True, slots=True)
class Item:
    """One item. `compute` answers before the checker opens the file; None where only a person can look.

    `rules` are those whose findings belong to it, `places` where in the documents it is looked up.
    """

    number: int
    label: Any
    compute: Compute | None = None
    rules: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    is_note: bool = False

    @property
    def is_computed(self) -> bool:
        return self.compute is not None

    def findings(self, found: Iterable[Finding]) -> list[Finding]:
        """The findings that belong to this item; the letter is a matter of item 3 alone."""
        return [one for one in found if one.rule in self.rules and (_is_letter(one) == (self.number == 3))]


def _is_letter(one: Finding) -> bool:
    return (one.section, one.field) == (EVIDENCE, LETTER.value)


def _moment(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S")


def _by_rules(*rules: str) -> Compute:
    """In order where these rules find nothing."""

    def compute(case: Case) -> Said:
        count = sum(one.rule in rules and not _is_letter(one) for one in case.found)
        return not count, _("%(count)s findings of %(rules)s") % {"count": count, "rules": "、".join(rules)}

    return compute


def _in_time(case: Case) -> Said:
    """The first submission came before the end of filing, or of an extension."""
    at, closes_at = case.application.submitted_at, case.application.campaign.filing_closes_at
    if at is None:
        return False, str(_("never submitted"))
    if closes_at is None:
        return True, _("submitted %(at)s; the year has no end of filing") % {"at": _moment(at)}
    end = max(closes_at, case.extended_until) if case.extended_until else closes_at
    return at < end, _("submitted %(at)s, end %(end)s") % {"at": _moment(at), "end": _moment(end)}


def _registered(case: Case) -> Said:
    """A district of Shanghai, and a code with a right check character."""
    district = str(dict(District.choices).get(case.dossier.profile.get("district") or "", ""))
    uscc = str(case.dossier.profile.get("uscc") or "")
    is_valid = bool(district and uscc) and not any(one.rule == "P02" and one.section != "project" for one in case.found)
    return is_valid, f"{uscc or '—'} · {district or '—'}"


def _one_channel(case: Case) -> Said:
    """A channel, its unit, and a sealed letter where the year asks for one."""
    application, unit = case.application, case.application.recommending_unit
    if application.channel == Channel.SELF:
        return unit is None, str(Channel.SELF.label)
    lacking = _("letter missing") if case.context.settings.needs_letter else _("no letter required")
    letters = "、".join(case.letters) or lacking
    is_found = bool(application.channel and unit) and not any(_is_letter(one) for one in case.found)
    return is_found, f"{application.get_channel_display() or '—'} · {unit or '—'} · {letters}"


def _not_similar(case: Case) -> Said:
    """No text like earlier ones; whether the enterprise won before with the same work, a person judges."""
    shares = [one.share for one in case.context.similar]
    text = _("highest similarity %(share)s%%") % {"share": int(max(shares) * 100)} if shares else _("no similar text")
    return not shares, str(text)


def _declared(case: Case) -> Said:
    keys = ("integrity", "rights", "non_secret", "no_accident")
    count = sum(case.dossier.get("declarations", key) == "yes" for key in keys)
    return count == len(keys), _("%(count)s of %(all)s confirmed") % {"count": count, "all": len(keys)}


def _size_of_specialised(case: Case) -> Said:
    """A note only, never a refusal: 专精特新 without SME size."""
    application = case.application
    words = _("specialised") if application.specialised else _("not specialised")
    is_odd = application.specialised and application.size_class == "large"
    return not is_odd, f"{words} · {application.get_size_class_display() or '—'}"


ITEMS: tuple[Item, ...] = (
    Item(1, _("Submitted in time"), _in_time),
    Item(2, _("Registered in Shanghai, credit code valid"), _registered, ("P02",), ("evidence:EV01",)),
    Item(3, _("One channel, one recommending unit, sealed letter"), _one_channel, ("P03", "P04"),
         ("project:channel", "evidence:EV14")),
    Item(4, _("Required fields inside their limits"), _by_rules("P01", "P09"), ("P01", "P09", "P10", "P18")),
    Item(5, _("Required evidence present, readable, of the right type"), _by_rules("P03"), ("P03",), ("evidence",)),
    Item(6, _("Every innovation point and indicator has evidence"), _by_rules("P07"), ("P07",),
         ("indicators:indicators", "innovations:innovations")),
    Item(7, _("Financial proof equals the form"), None, ("P08", "P11", "P12", "P13", "P14"),
         ("benefits:years", "evidence:EV05")),
    Item(8, _("Certificates valid on the closing day"), _by_rules("P16"), ("P16",), ("evidence:EV10",)),
    Item(9, _("Finished and in use for six months"), _by_rules("P15"), ("P15",), ("project:end_month",)),
    Item(10, _("No winner of earlier years, not similar to earlier applications"), _not_similar, ("P21", "P23"),
         ("rights:earlier_awards",)),
    Item(11, _("Linked to quality: at least one indicator improved"), None, ("P05", "P06", "P22"),
         ("quality:quality_problem", "indicators:indicators")),
    Item(12, _("Declarations signed"), _declared, ("P24",), ("declarations", "evidence:EV02")),
    Item(13, _("No state secrets"), None, ("P20",), ("evidence:EV03",)),
    Item(14, _("Blind copy free of names of units and persons"), _by_rules("P19"), ("P19",)),
    Item(15, _("Not on the list of serious dishonesty")),
    Item(16, _("Specialised without SME size: note only"), _size_of_specialised, ("P17", "P25", "P26"),
         ("evidence:EV11",), is_note=True),
)  # fmt: skip
BY_NUMBER = {item.number: item for item in ITEMS}


@dataclass(frozen=True, slots=True)
class Computed:
    """What the machine says of an item: verdict None where a person must look; `said` what was computed."""

    verdict: CheckVerdict | None
    said: str
    found: tuple[Finding, ...]


def computed_of(case: Case) -> dict[int, Computed]:
    """What the rules say of each item, by its number."""
    return {item.number: _computed(item, case) for item in ITEMS}


def _computed(item: Item, case: Case) -> Computed:
    found = tuple(item.findings(case.found))
    if item.compute is None:
        return Computed(CheckVerdict.FIX if found else None, "", found)
    is_right, said = item.compute(case)
    return Computed(CheckVerdict.PASS if is_right else CheckVerdict.FIX, said, found)
