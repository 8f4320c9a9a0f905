"""The rows of the score sheet on a page: read from the year or from what was posted, with errors at each cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from qa_portal.campaigns.models import Campaign
from qa_portal.campaigns.rules import DEFAULT_STEP
from qa_portal.core.numbers import half_up
from qa_portal.core.templatetags.portal import money
from submissions.form.dossier import as_decimal
from submissions.setup.changes import CriterionRow

MOST_ROWS = 12
BLANK_ROWS = 2
LARGEST = Decimal(1000)
COLUMNS = ("key", "place", "name", "maximum", "step", "anchors")


@dataclass
class ShownRow:
    """One row: what stands in its cells, and what is wrong with them."""

    number: int
    key: str = ""
    place: str = ""
    name: str = ""
    maximum: str = ""
    step: str = ""
    anchors: str = ""
    is_removed: bool = False
    weight: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        return not self.key and not (self.name.strip() or self.maximum.strip() or self.anchors.strip())


class CriterionRows:
    """The rows of a form; two blank ones wait at the end, so that adding needs no script."""

    def __init__(self, campaign: Campaign, data: Mapping[str, Any] | None) -> None:
        kept = list(campaign.criteria.all())
        self._keys = {one.pk for one in kept}
        self.cleaned: list[CriterionRow] = []
        if data is None:
            self.rows = [
                ShownRow(
                    number,
                    str(one.pk),
                    str(number),
                    one.name,
                    money(one.maximum),
                    money(one.step),
                    one.anchors,
                )
                for number, one in enumerate(kept, start=1)
            ]
            first = len(self.rows) + 1
            self.rows += [ShownRow(number, step=money(DEFAULT_STEP)) for number in range(first, first + BLANK_ROWS)]
        else:
            self.rows = [_posted(data, number) for number in range(1, MOST_ROWS + 1) if f"row-{number}-name" in data]
        self._weigh()

    def _weigh(self) -> None:
        """The share of each maximum in all of them, one decimal."""
        kept = [(row, as_decimal(row.maximum)) for row in self.rows if not row.is_removed]
        known = [(row, points) for row, points in kept if points is not None and points > 0]
        total = sum((points for _row, points in known), Decimal(0))
        for row, points in known:
            row.weight = f"{money(half_up(Fraction(points) / Fraction(total) * 100, 1))}%"

    def clean(self) -> list[str]:
        """Fill `cleaned` in the order of the places; the errors of all rows, in words."""
        rows = [row for row in self.rows if not row.is_removed and not row.is_blank]
        found = [self._cleaned(row) for row in rows]
        names = [row.name.strip() for row in rows]
        for row in rows:
            if row.name.strip() and names.count(row.name.strip()) > 1:
                row.errors.setdefault("name", _("Two criteria have this name."))
        errors = [
            _("Row %(row)s: %(error)s") % {"row": row.number, "error": text}
            for row in rows
            for text in row.errors.values()
        ]
        if not rows:
            errors.append(_("The score sheet needs a criterion."))
        if not errors:
            order = sorted(range(len(rows)), key=lambda one: (found[one][0], one))
            self.cleaned = [made for one in order if (made := found[one][1]) is not None]
        return errors

    def _cleaned(self, row: ShownRow) -> tuple[Decimal, CriterionRow | None]:
        """The place and the row; errors go into `row.errors`."""
        name, anchors = row.name.strip(), row.anchors.replace("\r\n", "\n").strip()
        place, maximum, step = (as_decimal(text) for text in (row.place or "99", row.maximum, row.step))
        if not name or len(name) > 50:
            row.errors["name"] = _("Give a name of at most 50 signs.")
        for column, value in (("maximum", maximum), ("step", step)):
            if value is None or not 0 < value <= LARGEST or value != value.quantize(Decimal("0.01")):
                row.errors[column] = _("Give points above 0 with at most two decimals.")
        if maximum is not None and step is not None and "step" not in row.errors and maximum % step:
            row.errors.setdefault("step", _("The maximum must be a multiple of the step."))
        if place is None:
            row.errors["place"] = _("Give a number.")
        if len(anchors) > 1000:
            row.errors["anchors"] = _("At most %(most)s signs.") % {"most": 1000}
        key = int(row.key) if row.key.isascii() and row.key.isdigit() and len(row.key) < 18 else None
        if row.key and key not in self._keys:
            row.errors["name"] = _("This criterion is not there any more.")
        if row.errors or maximum is None or step is None:
            return Decimal(0), None
        return place or Decimal(0), CriterionRow(key, name, maximum, step, anchors)


def _posted(data: Mapping[str, Any], number: int) -> ShownRow:
    row = ShownRow(number, is_removed=bool(data.get(f"row-{number}-remove")))
    for column in COLUMNS:
        setattr(row, column, str(data.get(f"row-{number}-{column}", ""))[:2000].replace("\0", ""))
    return row
