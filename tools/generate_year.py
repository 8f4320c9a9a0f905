#!/usr/bin/env python3
"""Write an invented campaign year in the import format, of any size up to the format's 10,000 applications.

The same arguments give the same files. Needs nothing but Python:

    tools/generate_year.py /tmp/2030 --year 2030 --applications 10000 --reviews 5
    python manage.py import_campaign /tmp/2030

More reviews per application (--reviews 50) make larger tables; several years make a larger database.
"""

import argparse
import csv
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DISTRICTS = (
    "黄浦区", "徐汇区", "长宁区", "静安区", "普陀区", "虹口区", "杨浦区", "闵行区", "宝山区", "嘉定区",
    "浦东新区", "金山区", "松江区", "青浦区", "奉贤区", "崇明区", "临港新片区",
)  # fmt: skip
CHANNELS = ("区市场监管局",) * 10 + ("集团公司",) * 8 + ("行业协会", "自行申报")
GROUPS = ("上汽集团", "上海船舶", "中国商飞", "上海电气", "上海航天", "浦江化工集团", "申城仪电集团", "东海能源集团")
ASSOCIATIONS = ("上海市装备制造业协会", "上海市医疗装备协会", "上海市新材料协会")
OWNERSHIPS = ("国有", "民营", "民营", "外商投资", "港澳台投资", "中外合资", "集体", "其他")
SIZES = ("大型", "中型", "小型", "微型")
INDUSTRIES = (
    "高端装备制造", "新能源", "新一代信息技术", "节能环保", "生物", "新材料",
    "新能源汽车", "数字创意", "相关服务", "其他",
)  # fmt: skip
CATEGORIES = ("", "", "船舶海工", "航空航天", "汽车零部件", "电气装备", "医疗设备", "其他高端制造")
TECHNOLOGIES = ("", "仿真分析试验", "数字在线检测", "AI智能算法", "仿真分析试验、数字在线检测", "数字孪生")
LEVELS = ("国际领先", "国际先进", "国际先进", "国内领先", "国内领先", "国内先进", "")
RESULTS = ("一等奖", "二等奖", "二等奖", "三等奖", "三等奖", "三等奖") + ("未入选",) * 14
REASONS = ("材料不完善", "缺少有效证明材料", "与质量关联度不强", "创新性不足", "技术难度一般", "经济效益一般")
CRITERIA = (("产品质量", 30), ("创新程度", 25), ("技术难度", 20), ("经济社会效益", 15), ("推广应用", 10))
SUBJECTS = ("液化气船围护系统", "卫星平台微振动", "航空发动机叶片", "新能源汽车电机", "医用影像设备", "特种钢焊缝")
GOALS = ("一次合格率提升", "可靠性提升", "寿命提升", "精度控制", "能耗降低")

APPLICATIONS = (
    "申报编号", "项目名称", "申报单位", "统一社会信用代码", "推荐渠道", "推荐单位", "所在区", "企业性质", "企业规模",
    "专精特新", "卡脖子", "产业领域", "高端制造类别", "数字化技术", "新增销售额", "新增利润", "节能降耗", "节汇创汇",
    "水平评价", "评审结果", "未入选原因",
)  # fmt: skip
EXPERTS = ("专家编号", "姓名", "工作单位", "职称", "专业领域", "电子邮箱")
REVIEWS = ("申报编号", "专家编号", *(name for name, _maximum in CRITERIA), "水平评价", "评语")


def credit_code(number: int) -> str:
    """A valid, invented credit code (GB 32100-2015)."""
    code = f"91310115{number:09d}"
    total = sum(ALPHABET.index(one) * pow(3, place, 31) for place, one in enumerate(code))
    return code + ALPHABET[-total % 31]


def unit_of(channel: str, district: str, chance: random.Random) -> str:
    if channel == "区市场监管局":
        return district if district == "临港新片区" else f"{district}市场监督管理局"
    if channel == "自行申报":
        return ""
    return chance.choice(GROUPS if channel == "集团公司" else ASSOCIATIONS)


def amount(chance: random.Random, highest: int) -> str:
    """万元, every third one with decimals."""
    whole = chance.randrange(highest)
    return f"{whole}.{chance.randrange(100):02d}" if chance.randrange(3) == 0 else str(whole)


def applications(year: int, count: int, chance: random.Random) -> Iterator[tuple[str, ...]]:
    for number in range(count):
        channel, district, result = chance.choice(CHANNELS), chance.choice(DISTRICTS), chance.choice(RESULTS)
        applicant = chance.randrange(1, count * 4 // 5 + 2)  # some file more than once
        yield (
            f"{year}-{number:04d}",
            f"{chance.choice(SUBJECTS)}{chance.choice(GOALS)}质量攻关（第{number}项）",
            f"上海示例第{applicant}有限公司",
            credit_code(applicant),
            channel,
            unit_of(channel, district, chance),
            district,
            chance.choice(OWNERSHIPS),
            chance.choice(SIZES),
            chance.choice("是否"),
            chance.choice("是否"),
            chance.choice(INDUSTRIES),
            chance.choice(CATEGORIES),
            chance.choice(TECHNOLOGIES),
            amount(chance, 20_000),
            amount(chance, 4_000),
            amount(chance, 2_000),
            amount(chance, 3_000),
            chance.choice(LEVELS),
            result,
            chance.choice(REASONS) if result == "未入选" else "",
        )


def experts(count: int, chance: random.Random) -> Iterator[tuple[str, ...]]:
    for number in range(count):
        fields = "、".join(chance.sample(INDUSTRIES, 3))
        yield (
            f"E{number:05d}",
            f"专家{number}",
            f"申江第{number % 40}大学",
            chance.choice(("正高级", "副高级")),
            fields,
            f"expert{number:05d}@example.com",
        )


def reviews(year: int, count: int, per_application: int, pool: int, chance: random.Random) -> Iterator[tuple[str, ...]]:
    for number in range(count):
        quality = chance.uniform(0.55, 0.95)
        first = chance.randrange(pool)
        for one in range(per_application):
            expert = (first + one * 7) % pool if pool % 7 else (first + one) % pool
            points = (
                min(2 * maximum, max(0, round(2 * maximum * (quality + chance.uniform(-0.1, 0.1)))))
                for _name, maximum in CRITERIA
            )
            yield (
                f"{year}-{number:04d}",
                f"E{expert:05d}",
                *(f"{half / 2:g}" for half in points),
                chance.choice(LEVELS),
                "数据充分，同意推荐" if chance.randrange(10) == 0 else "",
            )


def write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def generate_year(folder: Path, *, year: int, count: int, per_application: int, pool: int, seed: int) -> None:
    """Write applications.csv, experts.csv and reviews.csv. Raises ValueError for sizes that cannot be."""
    if not 1 <= count <= 10_000:
        raise ValueError("a number is YYYY-NNNN: a year holds 1 to 10,000 applications")
    if per_application > pool:
        raise ValueError("there are fewer experts than reviews per application")
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(f"{seed}/{year}")  # noqa: S311 - repeatable, no secret
    write(folder / "applications.csv", APPLICATIONS, applications(year, count, chance))
    write(folder / "experts.csv", EXPERTS, experts(pool, chance))
    write(folder / "reviews.csv", REVIEWS, reviews(year, count, per_application, pool, chance))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--year", type=int, default=2030)
    parser.add_argument("--applications", type=int, default=1_000)
    parser.add_argument("--reviews", type=int, default=5, help="per application")
    parser.add_argument("--experts", type=int, default=211, help="size of the pool")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    try:
        generate_year(
            given.folder,
            year=given.year,
            count=given.applications,
            per_application=given.reviews,
            pool=given.experts,
            seed=given.seed,
        )
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
