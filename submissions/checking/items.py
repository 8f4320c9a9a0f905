"""The sixteen items of the formal check (domain rules, section 5), those computed by machine marked as such."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from submissions.enums import CheckVerdict
from submissions.form.checks import ERROR, Finding, findings
from submissions.form.dossier import Dossier

Computed = Callable[[Dossier, list[Finding], Any], bool]


@dataclass(frozen=True, slots=True)
class Item:
    """One item: `computed` answers before the checker opens the file; None where a person must look."""

    number: int
    label: Any
    computed: Computed | None = None


def _no_errors_in(*rules: str) -> Computed:
    """No blocking finding of these rules."""

    def answer(dossier: Dossier, found: list[Finding], application: Any) -> bool:
        return not any(one.rule in rules and one.kind == ERROR for one in found)

    return answer


def _submitted(dossier: Dossier, found: list[Finding], application: Any) -> bool:
    return application.submitted_at is not None


def _registered(dossier: Dossier, found: list[Finding], application: Any) -> bool:
    return bool(dossier.profile.get("district") and dossier.profile.get("uscc"))


def _one_channel(dossier: Dossier, found: list[Finding], application: Any) -> bool:
    return bool(application.channel) and (application.recommending_unit_id is not None or application.channel == "self")


def _declared(dossier: Dossier, found: list[Finding], application: Any) -> bool:
    keys = ("integrity", "rights", "non_secret", "no_accident")
    return all(dossier.get("declarations", key) == "yes" for key in keys)


def _not_specialised_without_size(dossier: Dossier, found: list[Finding], application: Any) -> bool:
    """A note only, never a refusal: 专精特新 without SME size."""
    return not (application.specialised and application.size_class == "large")


ITEMS: tuple[Item, ...] = (
    Item(1, _("Submitted in time"), _submitted),
    Item(2, _("Registered in Shanghai, credit code valid"), _registered),
    Item(3, _("One channel, one recommending unit, sealed letter"), _one_channel),
    Item(4, _("Required fields inside their limits"), _no_errors_in("P01", "P09")),
    Item(5, _("Required evidence present, readable, of the right type"), _no_errors_in("P03")),
    Item(6, _("Every innovation point and indicator has evidence"), _no_errors_in("P07")),
    Item(7, _("Financial proof equals the form")),
    Item(8, _("Certificates valid on the closing day"), _no_errors_in("P16")),
    Item(9, _("Finished and in use for six months"), _no_errors_in("P15")),
    Item(10, _("No winner of earlier years, not similar to earlier applications")),
    Item(11, _("Linked to quality: at least one indicator improved"), _no_errors_in("P05")),
    Item(12, _("Declarations signed"), _declared),
    Item(13, _("No state secrets")),
    Item(14, _("Blind copy free of names of units and persons"), _no_errors_in("P19")),
    Item(15, _("Not on the list of serious dishonesty")),
    Item(16, _("Specialised without SME size: note only"), _not_specialised_without_size),
)
BY_NUMBER = {item.number: item for item in ITEMS}


def precomputed(dossier: Dossier, application: Any) -> dict[int, CheckVerdict | None]:
    """What the rules say of each item; None where a person must look."""
    found = findings(dossier)
    return {
        item.number: None
        if item.computed is None
        else CheckVerdict.PASS
        if item.computed(dossier, found, application)
        else CheckVerdict.FIX
        for item in ITEMS
    }
