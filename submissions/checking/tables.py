"""What the screen of the formal check shows, put together in Python so that templates only print it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from qa_portal.organisations.enums import SizeClass
from submissions.casefile import CaseFinding, case_findings, place_of
from submissions.checking.items import ITEMS, Computed, Item
from submissions.checking.operations import Judgement
from submissions.enums import CheckVerdict, EvidenceType
from submissions.form.dossier import Dossier
from submissions.form.sections import BY_KEY
from submissions.links import TITLES
from submissions.models import FormalCheckItem
from submissions.operations import digital_terms
from submissions.wording import value_text

VERDICT_KINDS = {CheckVerdict.PASS: "ok", CheckVerdict.FIX: "wait", CheckVerdict.FAIL: "bad"}


@dataclass(frozen=True, slots=True)
class Place:
    """A link into the documents."""

    anchor: str
    label: Any


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item on the screen. `given` is what stands in its fields, `before` the judgement of the round before."""

    item: Item
    computed: Computed
    given: Judgement
    is_saved: bool
    before: FormalCheckItem | None
    findings: tuple[CaseFinding, ...]
    places: tuple[Place, ...]
    next_number: int | None
    error: str = ""

    @property
    def computed_kind(self) -> tuple[str, str]:
        """Kind and words of what the machine says."""
        if self.computed.verdict == CheckVerdict.PASS:
            return "ok", _("in order")
        return ("wait", _("please look")) if self.computed.verdict else ("neutral", _("a person judges"))

    @property
    def verdict_label(self) -> str:
        """The verdict in words, with its reason, for those who only read."""
        kept = FormalCheckItem(verdict=self.given.verdict, code=self.given.code, reason=self.given.reason)
        return " · ".join(part for part in (str(kept.get_verdict_display()), kept.why) if part)

    @property
    def before_kind(self) -> str:
        return VERDICT_KINDS[CheckVerdict(self.before.verdict)] if self.before else "neutral"


def item_rows(
    computed: Mapping[int, Computed],
    saved: Mapping[int, FormalCheckItem],
    before: Mapping[int, FormalCheckItem],
    answers: Mapping[str, str],
    posted: Mapping[int, Judgement] | None = None,
    errors: Mapping[int, str] | None = None,
) -> list[ItemRow]:
    """The computed items first, then those that a person judges; `posted` wins over what is saved.

    An item that nobody judged yet begins as passed where the machine found it in order.
    """
    ordered = [one for one in ITEMS if one.is_computed] + [one for one in ITEMS if not one.is_computed]
    following = dict(zip((one.number for one in ordered), (one.number for one in ordered[1:]), strict=False))
    rows = []
    for item in ordered:
        number, said = item.number, computed[item.number]
        kept = saved.get(number)
        given = Judgement(said.verdict if said.verdict == CheckVerdict.PASS else "")
        if posted is not None:
            given = posted.get(number, Judgement(""))
        elif kept is not None:
            given = Judgement(kept.verdict, kept.reason, kept.code)
        rows.append(
            ItemRow(
                item,
                said,
                given,
                kept is not None,
                before.get(number),
                tuple(case_findings(said.found, answers)),
                tuple(_place(one) for one in item.places),
                following.get(number),
                (errors or {}).get(number, ""),
            )
        )
    return rows


def _place(text: str) -> Place:
    section, _colon, key = text.partition(":")
    if section in BY_KEY:
        return Place(place_of(section, key), BY_KEY[section].field(key).label if key else TITLES[section])
    return Place(place_of(section, key), EvidenceType(key).label if key else TITLES[section])


def progress_of(rows: Iterable[ItemRow]) -> tuple[int, int]:
    """How many items have a saved judgement, and how many there are."""
    known = list(rows)
    return sum(one.is_saved for one in known), len(known)


def claimed_texts(dossier: Dossier) -> dict[str, str]:
    """What the enterprise claims of each value that the bureau confirms, in words."""
    claims = BY_KEY["claims"]
    texts = {
        key: value_text(claims.field(key), dossier.get("claims", key))
        for key in ("level", "industry", "high_end_category", "bottleneck")
    }
    profile = dossier.profile
    return texts | {
        "digital_technologies": digital_terms(dossier) or "—",
        "size_class": str(dict(SizeClass.choices).get(profile.get("size_class") or "", "—")),
        "specialised": str(_("Yes") if profile.get("specialised") else _("No")),
    }
