"""The figures of contracts, section 3, counted by plain loops over the rows of the import format.

Written from the text of the contract alone: no model, no query, no function of the portal.
"""

from collections import Counter
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

Row = dict[str, str]

CHANNELS = ("区市场监管局", "集团公司", "行业协会", "自行申报")
INDUSTRIES = (
    "高端装备制造", "新能源", "新一代信息技术", "节能环保", "生物", "新材料",
    "新能源汽车", "数字创意", "相关服务", "其他",
)  # fmt: skip
GRADES = ("一等奖", "二等奖", "三等奖")
EXACT = Context(prec=200)
CENT = Decimal("0.01")


def percent(part: int, base: int, places: int) -> str | None:
    if base == 0:
        return None
    # 100 × part / base, by long division with integers
    scaled = 100 * part * 10**places
    units, rest = divmod(scaled, base)
    if 2 * rest >= base:
        units += 1
    text = str(EXACT.scaleb(Decimal(units), -places))
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text}%"


def change(now: tuple[int, int], before: tuple[int, int] | None) -> int | None:
    if before is None or now[1] == 0 or before[1] == 0:
        return None
    # 100 × (a/b - c/d) = 100 × (ad - cb) / bd
    top, bottom = 100 * (now[0] * before[1] - before[0] * now[1]), now[1] * before[1]
    units = (2 * abs(top) + bottom) // (2 * bottom)
    return units if top >= 0 else -units


def yi(rows: list[Row], column: str) -> str:
    total = Decimal(0)
    for row in rows:
        total = EXACT.add(total, Decimal(row[column]))
    rounded = EXACT.divide(total, Decimal(10_000)).quantize(CENT, ROUND_HALF_UP, context=EXACT)
    text = f"{rounded:f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def is_winner(row: Row) -> bool:
    return row["评审结果"] in GRADES


def is_sme(row: Row) -> bool:
    return row["企业规模"] in ("中型", "小型", "微型")


FEATURES = {
    "high_end": lambda row: row["高端制造类别"] != "",
    "private": lambda row: row["企业性质"] == "民营",
    "specialised": lambda row: row["专精特新"] == "是",
    "bottleneck": lambda row: row["卡脖子"] == "是",
    "digital": lambda row: row["数字化技术"] != "",
}


def statistics(year: int, rows: list[Row], previous: list[Row] | None) -> dict[str, Any]:
    """The document; `previous` are the rows of the year before, None without one."""
    total = len(rows)

    def counted(count: int, places: int) -> dict[str, Any]:
        return {"count": count, "share": percent(count, total, places)}

    winners = [row for row in rows if is_winner(row)]
    before = None if previous is None else [row for row in previous if is_winner(row)]
    features = {}
    for name, has in FEATURES.items():
        count = sum(1 for row in winners if has(row))
        then = None if before is None else (sum(1 for row in before if has(row)), len(before))
        features[name] = {
            "count": count,
            "share": percent(count, len(winners), 1),
            "change_points": change((count, len(winners)), then),
        }
    sme = [row for row in rows if is_sme(row)]
    sme_winners = [row for row in winners if is_sme(row)]
    refused = [row for row in rows if row["评审结果"] == "未入选"]
    return {
        "year": year,
        "applications": {
            "total": total,
            "by_channel": {one: counted(sum(row["推荐渠道"] == one for row in rows), 0) for one in CHANNELS},
            "by_district": dict(Counter(row["推荐单位"] for row in rows if row["推荐渠道"] == "区市场监管局")),
            "by_industry": {one: counted(sum(row["产业领域"] == one for row in rows), 0) for one in INDUSTRIES},
            "strategic": counted(sum(row["产业领域"] != "其他" for row in rows), 0),
            "international_advanced": counted(sum(row["水平评价"] in ("国际领先", "国际先进") for row in rows), 1),
            "domestic_leading": counted(sum(row["水平评价"] == "国内领先" for row in rows), 1),
            "new_sales_yi": yi(rows, "新增销售额"),
            "new_profit_yi": yi(rows, "新增利润"),
            "energy_saving_yi": yi(rows, "节能降耗"),
            "forex_yi_usd": yi(rows, "节汇创汇"),
        },
        "results": {
            "total": len(winners),
            "by_grade": {grade: sum(row["评审结果"] == grade for row in winners) for grade in GRADES},
            **features,
        },
        "sme": {
            "applications": len(sme),
            "results": len(sme_winners),
            "share_of_results": percent(len(sme_winners), len(winners), 1),
            "by_grade": {grade: sum(row["评审结果"] == grade for row in sme_winners) for grade in GRADES},
        },
        "not_selected": {
            "total": len(refused),
            # an empty reason counts in the total only
            "by_reason": dict(Counter(row["未入选原因"] for row in refused if row["未入选原因"])),
        },
    }
