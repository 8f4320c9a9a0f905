"""P10 to P14: benefits that may be a slip of the pen."""

import re
from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext_noop

from submissions.form.checks.base import Context, Finding, rule, warning
from submissions.form.dossier import AMOUNTS, Dossier, as_decimal
from submissions.form.sections import BY_KEY

# An export or the replacement of an import, from which foreign exchange comes
TRADE = re.compile("出口|进口|创汇|节汇|外销|海外|境外|国产化|替代|外汇|美元|export|import", re.I)
# A sum in 元 right after words of foreign exchange
FOREX_IN_YUAN = re.compile(r"(?:节汇|创汇|外汇)[^。；;\n]{0,20}?\d[\d,.，]*\s*[万亿]?元(?!件)")
TEXTS = (
    ("benefits", "calculation_basis"), ("benefits", "social_benefit"), ("promotion", "promotion"),
    ("claims", "bottleneck_reason"), ("indicators", "comparison"), ("project", "summary"),
)  # fmt: skip


@rule
def p10_negative_profit(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """A loss is possible, and worth a second look."""
    if dossier.total("new_profit") < 0:
        yield warning("P10", "benefits", "years", gettext_noop("The new profit is negative."))


@rule
def p11_profit_and_sales(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """Profit above sales, or above half of them, is rarely right."""
    sales, profit = dossier.total("new_sales"), dossier.total("new_profit")
    if profit <= 0:
        return
    if profit > sales:
        yield warning("P11", "benefits", "years", gettext_noop("The new profit is higher than the new sales."))
    elif profit > sales * context.settings.profit_share:
        message = gettext_noop("The new profit is more than %(share)s%% of the new sales.")
        share = f"{(context.settings.profit_share * 100).normalize():f}"
        yield warning("P11", "benefits", "years", message, share=share)


@rule
def p12_sales_and_revenue(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """New sales of a year above the whole revenue of the enterprise."""
    revenue = as_decimal(dossier.profile.get("revenue") or "")
    if revenue is None:
        return
    for row in dossier.rows("benefits", "years"):
        sales = as_decimal(row.get("new_sales", ""))
        if sales is not None and sales > revenue:
            message = gettext_noop("The new sales of %(year)s are higher than the revenue of your last year.")
            year = str(row.get("year", ""))[:4]
            yield warning("P12", "benefits", "years", message, year, year=year)


@rule
def p13_foreign_exchange(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """Foreign exchange comes from exports or replaced imports, and is counted in dollars."""
    if dossier.total("forex") <= 0:
        return
    texts = [str(dossier.get(section, key)) for section, key in TEXTS]
    if not any(TRADE.search(text) for text in texts):
        message = gettext_noop("You state foreign exchange; say where it comes from: exports, or replaced imports.")
        yield warning("P13", "benefits", "calculation_basis", message)
    if any(FOREX_IN_YUAN.search(text) for text in texts):
        message = gettext_noop("A text gives foreign exchange in yuan; the form counts it in 10,000 US dollars.")
        yield warning("P13", "benefits", "calculation_basis", message, "unit")


@rule
def p14_unusual_amounts(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """An amount among the top of all earlier years: were yuan typed as 10,000 yuan?"""
    labels = {column.key: column.label for column in BY_KEY["benefits"].field("years").columns}
    for key in AMOUNTS:
        limit = context.top_amounts.get(key)
        if limit is not None and limit > Decimal(0) and dossier.total(key) > limit:
            message = gettext_noop("“%(label)s” is higher than nearly all of earlier years: check the unit.")
            yield warning("P14", "benefits", "years", message, key, label=labels[key])
