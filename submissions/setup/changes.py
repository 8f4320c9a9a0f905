"""What a page of the settings asks to be otherwise: computed against the locked year, then written.

The names under which changes are guarded and recorded: a column of the year; `evidence_rules:EV06`;
`criterion:<key>` (name before, None: removed), `criterion:new` (None, name), `criterion:<key>:maximum` and
the other columns of a criterion; `quota:<unit>`; `unit:<unit>` (takes part or not).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from qa_portal.campaigns.models import Campaign, Criterion
from submissions.models import UnitAbsence, UnitQuota

Changed = dict[str, tuple[Any, Any]]


class Wanted(Protocol):
    """The wish of one page."""

    def changes(self, campaign: Campaign) -> Changed:
        """Setting → value before and after, for what differs only."""

    def write(self, campaign: Campaign, changed: Changed) -> None:
        """Write it; the caller holds the lock and saves the year itself."""


@dataclass(frozen=True)
class Columns:
    """Columns of the year."""

    values: Mapping[str, Any]

    def changes(self, campaign: Campaign) -> Changed:
        found: Changed = {}
        for name, value in self.values.items():
            before = getattr(campaign, name)
            if name == "evidence_rules":
                for code in sorted({*before, *value}):
                    if before.get(code, "") != value.get(code, ""):
                        found[f"{name}:{code}"] = (before.get(code, ""), value.get(code, ""))
            elif before != value:
                found[name] = (before, value)
        return found

    def write(self, campaign: Campaign, changed: Changed) -> None:
        for name, value in self.values.items():
            setattr(campaign, name, value)


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One line of the score sheet as typed; `key` None is a new one."""

    key: int | None
    name: str
    maximum: Decimal
    step: Decimal
    anchors: str = ""


CRITERION_COLUMNS = ("position", "name", "maximum", "step", "anchors")


@dataclass(frozen=True)
class Sheet:
    """The score sheet in its order, and the columns of the year that stand on the same page."""

    rows: Iterable[CriterionRow]
    columns: Columns = field(default_factory=lambda: Columns({}))

    def changes(self, campaign: Campaign) -> Changed:
        found = self.columns.changes(campaign)
        kept = {one.pk: one for one in campaign.criteria.all()}
        rows = list(self.rows)
        for key in kept.keys() - {row.key for row in rows}:
            found[f"criterion:{key}"] = (kept[key].name, None)
        for place, row in enumerate(rows, start=1):
            if row.key is None or row.key not in kept:
                found[f"criterion:new:{place}"] = (None, row.name)
                continue
            for name, after in _values(row, place).items():
                before = getattr(kept[row.key], name)
                if before != after:
                    found[f"criterion:{row.key}:{name}"] = (before, after)
        return found

    def write(self, campaign: Campaign, changed: Changed) -> None:
        self.columns.write(campaign, changed)
        if not any(name.startswith("criterion:") for name in changed):
            return
        rows = list(self.rows)
        criteria = Criterion.objects.filter(campaign=campaign)
        kept = {one.pk: one for one in criteria}
        criteria.exclude(pk__in=[row.key for row in rows if row.key is not None]).delete()
        # places and names are unique: everything steps aside before it takes its new place
        for one in criteria:
            criteria.filter(pk=one.pk).update(position=one.position + 1000, name=f"~{one.pk}")
        for place, row in enumerate(rows, start=1):
            criterion = kept.get(row.key or 0) or Criterion(campaign=campaign)
            for name, value in _values(row, place).items():
                setattr(criterion, name, value)
            criterion.save()


def _values(row: CriterionRow, place: int) -> dict[str, Any]:
    return {"position": place, "name": row.name, "maximum": row.maximum, "step": row.step, "anchors": row.anchors}


@dataclass(frozen=True)
class Quotas:
    """Places by key of the unit; None is no limit. Units that are not named stay as they are."""

    places: Mapping[int, int | None]

    def changes(self, campaign: Campaign) -> Changed:
        kept = dict(campaign.unit_quotas.values_list("unit", "places"))
        return {
            f"quota:{unit}": (kept.get(unit), places)
            for unit, places in self.places.items()
            if kept.get(unit) != places
        }

    def write(self, campaign: Campaign, changed: Changed) -> None:
        for name, (_before, places) in changed.items():
            unit = int(name.partition(":")[2])
            if places is None:
                UnitQuota.objects.filter(campaign=campaign, unit=unit).delete()
            else:
                UnitQuota.objects.update_or_create(campaign=campaign, unit_id=unit, defaults={"places": places})


@dataclass(frozen=True)
class Units:
    """Who takes part: key of the unit → yes or no. Units that are not named stay as they are."""

    taking_part: Mapping[int, bool]

    def changes(self, campaign: Campaign) -> Changed:
        absent = set(campaign.unit_absences.values_list("unit", flat=True))
        return {
            f"unit:{unit}": (unit not in absent, takes_part)
            for unit, takes_part in self.taking_part.items()
            if (unit not in absent) != takes_part
        }

    def write(self, campaign: Campaign, changed: Changed) -> None:
        units = {int(name.partition(":")[2]): after for name, (_before, after) in changed.items()}
        UnitAbsence.objects.filter(campaign=campaign, unit__in=[one for one, takes in units.items() if takes]).delete()
        UnitAbsence.objects.bulk_create(
            UnitAbsence(campaign=campaign, unit_id=one) for one, takes in units.items() if not takes
        )
