"""P25 and P26: classes that do not fit each other."""

from collections.abc import Iterator

from django.utils.translation import gettext_noop

from submissions.enums import Industry, Level
from submissions.form.checks.base import Context, Finding, rule, warning
from submissions.form.dossier import Dossier

I = Industry  # noqa: E741 - read as the enumeration it is
LABELS = dict(Industry.choices)


def _divisions(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Divisions of GB/T 4754-2017 in which the classification of strategic emerging industries (2018) has entries
DIVISIONS: dict[str, frozenset[str]] = {
    I.HIGH_END_EQUIPMENT: _divisions("33 34 35 37 38 39 40 43 73 74"),
    I.NEW_ENERGY: _divisions("25 26 29 34 35 38 39 40 44 45 48 73 74"),
    I.NEW_IT: _divisions("34 35 38 39 40 63 64 65 73"),
    I.ENVIRONMENT: frozenset(
        ["25", "26", "29", "30", "33", "34", "35", "38", "40", "42", "46", "48", "49", "73", "74", "75", "77"]
    ),
    I.BIOLOGY: frozenset(
        ["01", "02", "03", "04", "05", "13", "14", "26", "27", "35", "40", "51", "73", "74", "75", "84"]
    ),
    I.NEW_MATERIALS: _divisions("17 22 25 26 28 29 30 31 32 33 39 73"),
    I.NEW_ENERGY_VEHICLES: _divisions("36 37 38 39 40 44 51 52 73 81"),
    I.DIGITAL_CREATIVE: _divisions("24 34 35 39 63 64 65 72 74 85 86 87 88 90"),
    I.SERVICES: _divisions("51 59 63 64 65 66 69 71 72 73 74 75"),
}
# Rows of the size standard in which such enterprises stand, where only the row is known
SIZE_SECTORS: dict[str, frozenset[int]] = {
    one: frozenset({2, 16}) for one in DIVISIONS
} | {
    I.NEW_IT: frozenset({2, 11, 12, 16}), I.DIGITAL_CREATIVE: frozenset({2, 11, 12, 15, 16}),
    I.SERVICES: frozenset({4, 6, 7, 11, 12, 15, 16}), I.BIOLOGY: frozenset({1, 2, 16}),
    I.ENVIRONMENT: frozenset({2, 3, 16}), I.NEW_ENERGY: frozenset({2, 3, 16}),
}  # fmt: skip


@rule
def p25_industry_and_sector(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """A strategic industry belongs to certain sectors of GB/T 4754; another sector is worth a look."""
    industry = dossier.get("claims", "industry")
    if industry not in DIVISIONS:
        return
    sector, size_sector = str(dossier.profile.get("sector") or ""), dossier.profile.get("size_sector")
    if sector[:2].isdigit():
        fits = sector[:2] in DIVISIONS[industry]
    else:
        fits = not isinstance(size_sector, int) or size_sector in SIZE_SECTORS[industry]
    if not fits:
        message = gettext_noop("“%(industry)s” is unusual for the sector of your enterprise: check both.")
        yield warning("P25", "claims", "industry", message, industry=LABELS[industry])


@rule
def p26_category_and_comparison(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """A high-end category without a strategic industry; the highest level without the best value abroad."""
    if dossier.get("claims", "high_end_category") and dossier.get("claims", "industry") == Industry.OTHER:
        message = gettext_noop("You chose a high-end category, but the industry “%(industry)s”: check both.")
        yield warning("P26", "claims", "high_end_category", message, industry=Industry.OTHER.label)
    if dossier.get("claims", "level") == Level.INTL_LEADING:
        rows = dossier.rows("indicators", "indicators")
        if rows and not any(str(row.get("best_abroad", "")).strip() for row in rows):
            message = gettext_noop("You claim “%(level)s”, but no indicator states the best value abroad.")
            yield warning("P26", "indicators", "indicators", message, level=Level.INTL_LEADING.label)
