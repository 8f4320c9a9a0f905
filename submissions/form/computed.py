"""What the pages compute from typed figures: change of an indicator, totals of the benefits. Exact."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from qa_portal.core.numbers import half_up
from qa_portal.core.templatetags.portal import MINUS, NONE_MARK, money
from submissions.form.dossier import AMOUNTS, as_decimal
from submissions.form.spec import filled_rows


def change_text(before: Any, after: Any) -> str:
    """The change in per cent of the value before, one decimal: “+8.1%”; — where it cannot be computed."""
    old, new = as_decimal(before), as_decimal(after)
    if old is None or new is None or old == 0:
        return NONE_MARK
    change = half_up((Fraction(new) - Fraction(old)) / abs(Fraction(old)) * 100, 1)
    sign = "+" if change > 0 else MINUS if change < 0 else ""
    return f"{sign}{abs(change)}%"


def total_text(amount: Decimal, *, is_foreign: bool) -> str:
    """An amount in 万 as typed, and in 亿 where that is not nothing: “10,300 万元 (= 1.03 亿元)”."""
    unit, large = (_("10,000 USD"), _("100 million USD")) if is_foreign else (_("10,000 CNY"), _("100 million CNY"))
    typed, yi = f"{money(amount)} {unit}", half_up(Fraction(amount) / 10_000, 2)
    return _("%(typed)s (= %(yi)s %(unit)s)") % {"typed": typed, "yi": money(yi), "unit": large} if yi else typed


def computed_of(section: str, values: Mapping[str, Any]) -> dict[str, str]:
    """The computed texts of a section, by the name of their place on the page."""
    if section == "indicators":
        rows = values.get("indicators", [])
        return {f"change-{row['id']}": change_text(row.get("before"), row.get("after")) for row in rows if "id" in row}
    if section == "benefits":
        rows = filled_rows(values.get("years", []))
        return {
            f"total-{name}": total_text(
                sum((as_decimal(row.get(name, "")) or Decimal(0) for row in rows), Decimal(0)),
                is_foreign=name == "forex",
            )
            for name in AMOUNTS
        }
    return {}
