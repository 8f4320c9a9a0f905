"""How far experts agree: Kendall's W, ICC and Krippendorff's alpha, all exact fractions."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

# One row for each application, one column for each expert of the panel, nothing missing
Table = Sequence[Sequence[Decimal]]


def mean_ranks(values: Sequence[Decimal]) -> list[Fraction]:
    """Rank 1 for the smallest; equal values share the mean of their ranks."""
    places: dict[Decimal, list[int]] = {}
    for rank, value in enumerate(sorted(values), start=1):
        places.setdefault(value, []).append(rank)
    return [Fraction(sum(places[value]), len(places[value])) for value in values]


def kendall_w(table: Table) -> Fraction | None:
    """Kendall's W with the correction for ties: 12 S / (m² (n³ − n) − m ΣT), T = Σ (t³ − t) of each expert.

    None for fewer than two experts or applications, or where no expert tells any two apart.
    """
    n, m = _shape(table)
    if n < 2 or m < 2:
        return None
    columns = [[row[place] for row in table] for place in range(m)]
    ranked = [mean_ranks(column) for column in columns]
    sums = [sum((column[row] for column in ranked), Fraction()) for row in range(n)]
    mean = Fraction(m * (n + 1), 2)
    deviations = sum(((one - mean) ** 2 for one in sums), Fraction())
    ties = sum(t**3 - t for column in columns for t in Counter(column).values())
    base = m * m * (n**3 - n) - m * ties
    return 12 * deviations / base if base else None


def kendall_chi_square(w: Fraction, table: Table) -> Fraction:
    """χ² = m (n − 1) W, with n − 1 degrees of freedom."""
    n, m = _shape(table)
    return m * (n - 1) * w


def icc(table: Table) -> tuple[Fraction, Fraction] | None:
    """ICC(2,1) and ICC(2,k): two-way random effects, absolute agreement, of one expert and of the mean of k.

    None for fewer than two experts or applications, or where nothing varies.
    """
    n, k = _shape(table)
    if n < 2 or k < 2:
        return None
    rows = [[Fraction(one) for one in row] for row in table]
    grand = sum((sum(row, Fraction()) for row in rows), Fraction()) / (n * k)
    by_row = [sum(row, Fraction()) / k for row in rows]
    by_column = [sum((row[place] for row in rows), Fraction()) / n for place in range(k)]
    of_rows = k * sum(((one - grand) ** 2 for one in by_row), Fraction())
    of_columns = n * sum(((one - grand) ** 2 for one in by_column), Fraction())
    of_all = sum(((one - grand) ** 2 for row in rows for one in row), Fraction())
    msr, msc = of_rows / (n - 1), of_columns / (k - 1)
    mse = (of_all - of_rows - of_columns) / ((n - 1) * (k - 1))
    single = msr + (k - 1) * mse + k * (msc - mse) / n
    mean = msr + (msc - mse) / n
    return ((msr - mse) / single, (msr - mse) / mean) if single and mean else None


def krippendorff_alpha(units: Sequence[Sequence[Decimal]]) -> Fraction | None:
    """Krippendorff's alpha for interval data, 1 − Dₒ/Dₑ; designs may be incomplete.

    `units` holds the totals of each application; those with one total say nothing. None where nothing
    can be compared, or nothing varies.
    """
    kept = [[Fraction(one) for one in unit] for unit in units if len(unit) > 1]
    values = [one for unit in kept for one in unit]
    count = len(values)
    if count < 2:
        return None
    observed = sum((_squared_differences(unit) / (len(unit) - 1) for unit in kept), Fraction()) / count
    expected = _squared_differences(values) / (count * (count - 1))
    return 1 - observed / expected if expected else None


def _squared_differences(values: Sequence[Fraction]) -> Fraction:
    """Σ (x − y)² over all ordered pairs."""
    total = sum(values, Fraction())
    return 2 * (len(values) * sum((one * one for one in values), Fraction()) - total * total)


def _shape(table: Table) -> tuple[int, int]:
    """Applications and experts. Raises ValueError for a table with gaps."""
    widths = {len(row) for row in table}
    if len(widths) > 1:
        raise ValueError("every expert of a panel has scored every application")
    return len(table), widths.pop() if widths else 0
