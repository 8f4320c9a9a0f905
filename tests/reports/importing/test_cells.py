"""Every rule of a cell: what is refused is named by file, row and column; what is accepted is stored so."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reviews.models import Decision, Expert, Review
from submissions.models import Application
from tests.builders import CRITERIA, review_row, small_year, write_year
from tests.reports.importing.support import errors_in, run_import

pytestmark = pytest.mark.django_db

FULL_WIDTH_100 = "１００"
DISTRICTS = (
    "黄浦区、徐汇区、长宁区、静安区、普陀区、虹口区、杨浦区、闵行区、宝山区、嘉定区、"
    "浦东新区、金山区、松江区、青浦区、奉贤区、崇明区、临港新片区"
)
USCC = "统一社会信用代码"
LONG_ADDRESS = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 20}"
NO_CODE = "is not a credit code"
INDUSTRIES = "高端装备制造、新能源、新一代信息技术、节能环保、生物、新材料、新能源汽车、数字创意、相关服务、其他"
OWNERSHIPS = "国有、民营、外商投资、港澳台投资、中外合资、集体、其他"
CATEGORIES = "船舶海工、航空航天、汽车零部件、电气装备、医疗设备、其他高端制造"
LEVELS = "国际领先、国际先进、国内领先、国内先进"
RESULTS = "一等奖、二等奖、三等奖、未入选"

# table, column, cell, message; the cell stands in the second row of data, which is row 3 of the file
WRONG: list[tuple[str, str, str, str]] = [
    *(
        ("applications", "申报编号", cell, f'"{cell}" is not of the form YYYY-NNNN')
        for cell in (
            "2021-1", "2021-00001", "20210001", "2021/0001", "2021-000A", "21-0001", "２０２１-0003", "2021—0003",
            "2021-0001-1", "2021-١٢٣٤",
        )
    ),
    ("applications", "申报编号", "", "is required"),
    ("applications", "项目名称", "", "is required"),
    ("applications", "项目名称", "题" * 201, "has 201 characters; at most 200 are possible"),
    ("applications", "项目名称", "=1+1", '"=1+1" is a formula; give its value'),
    ("applications", "项目名称", "＝1+1", '"＝1+1" is a formula; give plain text'),
    ("applications", "项目名称", "@SUM(A1)", '"@SUM(A1)" is a formula; give plain text'),
    ("applications", "项目名称", "+cmd|' /C calc'!A0", "\"+cmd|' /C calc'!A0\" is a formula; give plain text"),
    ("applications", "项目名称", "#REF!", '"#REF!" is an error of the spreadsheet'),
    ("applications", "项目名称", "铃\x07声", "holds a character that cannot be shown"),
    ("applications", "项目名称", "反\u202e转", "holds a character that cannot be shown"),
    ("applications", "项目名称", "孤\u2066立", "holds a character that cannot be shown"),
    ("applications", "推荐单位", "闵行区\u200b市场监督管理局", "holds a character that cannot be shown"),
    ("applications", "项目名称", "上\n下", "holds a line break"),
    ("applications", "项目名称", "上\u2028下", "holds a line break"),
    ("applications", "申报单位", "", "is required"),
    ("applications", USCC, "", "is required"),
    ("applications", USCC, "9131011500000001U", f'"9131011500000001U" {NO_CODE}: 18 characters are needed'),
    ("applications", USCC, "9131011500000000IU", f'"9131011500000000IU" {NO_CODE}: it holds characters that none has'),
    ("applications", USCC, "91310115000000001X", f'"91310115000000001X" {NO_CODE}: the check character is wrong'),
    ("applications", "推荐渠道", "国家局", '"国家局" is not one of: 区市场监管局、集团公司、行业协会、自行申报'),
    ("applications", "推荐渠道", "", "is required"),
    ("applications", "所在区", "南汇区", f'"南汇区" is not one of: {DISTRICTS}'),
    ("applications", "所在区", "闵行", f'"闵行" is not one of: {DISTRICTS}'),
    ("applications", "所在区", "", "is required"),
    ("applications", "企业性质", "私营", f'"私营" is not one of: {OWNERSHIPS}'),
    ("applications", "企业规模", "超大型", '"超大型" is not one of: 大型、中型、小型、微型'),
    ("applications", "专精特新", "Y", '"Y" is neither 是 nor 否'),
    ("applications", "专精特新", "", "is required"),
    ("applications", "卡脖子", "TRUE", '"TRUE" is neither 是 nor 否'),
    ("applications", "产业领域", "农业", f'"农业" is not one of: {INDUSTRIES}'),
    ("applications", "产业领域", "", "is required"),
    ("applications", "高端制造类别", "轨道交通", f'"轨道交通" is not one of: {CATEGORIES}'),
    ("applications", "数字化技术", "数字孪生、、MES", '"数字孪生、、MES" has an empty entry between the separators'),
    ("applications", "水平评价", "世界领先", f'"世界领先" is not one of: {LEVELS}'),
    ("applications", "评审结果", "特等奖", f'"特等奖" is not one of: {RESULTS}'),
    ("applications", "未入选原因", "因" * 201, "has 201 characters; at most 200 are possible"),
    *(
        ("applications", "新增利润", cell, f'"{cell}" is not a number')
        for cell in (
            "一百", "NaN", "nan", "Infinity", "-inf", "1e5", "1E5", "1,000", "1 000", FULL_WIDTH_100, "0x10", "１.5",
            "1.", ".5", "--1", "1_000", "12万", "１２", "١٢", "½", "#N/A", "True",
        )
    ),
    ("applications", "新增利润", "=1+1", '"=1+1" is a formula; give its value'),
    ("applications", "新增利润", "", "is required"),
    ("applications", "新增利润", "0.1234567", '"0.1234567" has more than 6 decimals'),
    ("applications", "新增利润", "-0.0000001", '"-0.0000001" has more than 6 decimals'),
    ("applications", "新增利润", "123456789", '"123456789" has more than 8 digits before the point'),
    ("applications", "新增利润", "9" * 5_000, '"' + "9" * 60 + '…" has more than 8 digits before the point'),
    ("applications", "新增销售额", "-0.01", '"-0.01" is negative'),
    ("applications", "节能降耗", "-1", '"-1" is negative'),
    ("applications", "节汇创汇", "-1", '"-1" is negative'),
    ("experts", "专家编号", "", "is required"),
    ("experts", "专家编号", "E" * 21, "has 21 characters; at most 20 are possible"),
    ("experts", "姓名", "", "is required"),
    ("experts", "专业领域", "新材料、农业", f'"农业" is not one of: {INDUSTRIES}'),
    ("experts", "电子邮箱", "nobody", '"nobody" is not an e-mail address'),
    ("experts", "电子邮箱", LONG_ADDRESS, "has 264 characters; at most 254 are possible"),
    ("reviews", "申报编号", "2021-9999", '"2021-9999" is not in the table applications'),
    ("reviews", "申报编号", "", "is required"),
    ("reviews", "专家编号", "E9", '"E9" is not in the table experts'),
    ("reviews", "专家编号", "", "is required"),
    ("reviews", "产品质量", "30.5", '"30.5" is not between 0 and the maximum of 30'),
    ("reviews", "创新程度", "25.5", '"25.5" is not between 0 and the maximum of 25'),
    ("reviews", "技术难度", "20.5", '"20.5" is not between 0 and the maximum of 20'),
    ("reviews", "经济社会效益", "15.5", '"15.5" is not between 0 and the maximum of 15'),
    ("reviews", "推广应用", "10.5", '"10.5" is not between 0 and the maximum of 10'),
    ("reviews", "产品质量", "-0.5", '"-0.5" is not between 0 and the maximum of 30'),
    ("reviews", "产品质量", "22.25", '"22.25" is not a multiple of 0.5'),
    ("reviews", "产品质量", "22.501", '"22.501" has more than 2 decimals'),
    ("reviews", "产品质量", "", "is required"),
    ("reviews", "产品质量", "一百", '"一百" is not a number'),
    ("reviews", "水平评价", "优", f'"优" is not one of: {LEVELS}'),
    ("reviews", "评语", "语" * 20_001, "has 20001 characters; at most 20000 are possible"),
    ("reviews", "评语", "=HYPERLINK(A1)", '"=HYPERLINK(A1)" is a formula; give its value'),
]  # fmt: skip


@pytest.mark.parametrize(("table", "column", "cell", "message"), WRONG)
def test_a_wrong_cell_is_named(table: str, column: str, cell: str, message: str, tmp_path: Path) -> None:
    tables = small_year()
    row = tables[table][1]
    if table == "applications":
        row |= {"推荐渠道": "区市场监管局", "推荐单位": "闵行区市场监督管理局"}
        del tables["reviews"]  # a number that is wrong would leave orphans
    if table == "experts":
        del tables["reviews"]
    row[column] = cell
    assert errors_in(tmp_path, tables) == [f"{table}.csv:3:{column}: {message}"]


def test_the_line_of_the_contract(tmp_path: Path) -> None:
    tables = small_year(applications=20)
    tables["applications"][15]["新增利润"] = "一百"
    assert errors_in(tmp_path, tables) == ['applications.csv:17:新增利润: "一百" is not a number']


@pytest.mark.parametrize(
    ("channel", "unit", "message"),
    [
        ("自行申报", "闵行区市场监督管理局", "must be empty for 自行申报"),
        ("区市场监管局", "", "is required except for 自行申报"),
        ("集团公司", " \u3000", "is required except for 自行申报"),
        ("行业协会", "", "is required except for 自行申报"),
    ],
)
def test_a_unit_belongs_to_all_channels_but_one(channel: str, unit: str, message: str, tmp_path: Path) -> None:
    tables = small_year()
    tables["applications"][2] |= {"推荐渠道": channel, "推荐单位": unit}
    assert errors_in(tmp_path, tables) == [f"applications.csv:4:推荐单位: {message}"]


def test_controls_of_a_wrong_cell_do_not_reach_the_screen(tmp_path: Path) -> None:
    """A choice has no rule about characters, so its message must not repeat them."""
    tables = small_year()
    tables["applications"][0]["所在区"] = "\x1b[2J\u202e闵行"
    [line] = errors_in(tmp_path, tables)
    assert line == f'applications.csv:2:所在区: "<U+001B>[2J<U+202E>闵行" is not one of: {DISTRICTS}'


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_all_errors_of_all_tables_are_listed(kind: str, tmp_path: Path) -> None:
    tables = small_year()
    tables["applications"][0] |= {"新增利润": "一百", "所在区": "南汇区"}
    tables["applications"][2]["新增销售额"] = "-1"
    tables["experts"][1]["电子邮箱"] = "nobody"
    tables["reviews"][0]["产品质量"] = "31"
    tables["reviews"][3]["申报编号"] = "2021-0009"
    assert errors_in(tmp_path, tables, kind=kind) == [
        f'applications.{kind}:2:所在区: "南汇区" is not one of: {DISTRICTS}',
        f'applications.{kind}:2:新增利润: "一百" is not a number',
        f'applications.{kind}:4:新增销售额: "-1" is negative',
        f'experts.{kind}:3:电子邮箱: "nobody" is not an e-mail address',
        f'reviews.{kind}:2:产品质量: "31" is not between 0 and the maximum of 30',
        f'reviews.{kind}:5:申报编号: "2021-0009" is not in the table applications',
    ]


def test_a_cell_of_ten_megabytes(tmp_path: Path) -> None:
    tables = small_year()
    tables["applications"][0]["项目名称"] = "题" * 3_500_000
    tables["applications"][1]["新增利润"] = "1." + "0" * 10_000_000
    tables["applications"][2]["所在区"] = "区" * 3_500_000
    tables["reviews"][0]["产品质量"] = "9" * 10_000_000
    assert errors_in(tmp_path, tables) == [
        "applications.csv:2:项目名称: has 3500000 characters; at most 200 are possible",
        f'applications.csv:4:所在区: "{"区" * 60}…" is not one of: {DISTRICTS}',
        f'reviews.csv:2:产品质量: "{"9" * 60}…" has more than 8 digits before the point',
    ]


# ------------------------------------------------------------------ what is accepted
ACCEPTED: list[tuple[str, str, str, Any]] = [
    ("新增利润", "-1234.56", "new_profit", Decimal("-1234.56")),
    ("新增利润", "+5", "new_profit", Decimal(5)),
    ("新增利润", "-0", "new_profit", Decimal(0)),
    ("新增利润", "007.50", "new_profit", Decimal("7.5")),
    ("新增利润", "0.1000000", "new_profit", Decimal("0.1")),
    ("新增销售额", "99999999.999999", "new_sales", Decimal("99999999.999999")),
    ("节汇创汇", "0.000001", "forex", Decimal("0.000001")),
    ("统一社会信用代码", "９1310115000000001u", "applicant_id", None),
    ("数字化技术", "数字孪生、AI智能算法、数字孪生", "digital_technologies", "数字孪生、AI智能算法"),
    ("数字化技术", "", "digital_technologies", ""),
    ("水平评价", "", "level", ""),
    ("高端制造类别", "", "high_end_category", ""),
    ("项目名称", "-40℃密封件", "title", "-40℃密封件"),
    ("项目名称", '含"引号",逗号', "title", '含"引号",逗号'),
    ("项目名称", "𠮷野<b>&amp;", "title", "𠮷野<b>&amp;"),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(("column", "cell", "attribute", "stored"), ACCEPTED)
def test_an_accepted_cell_is_stored(
    column: str, cell: str, attribute: str, stored: Any, kind: str, tmp_path: Path
) -> None:
    tables = small_year(applications=1)
    tables["applications"][0][column] = cell
    run_import(write_year(tmp_path, tables, kind=kind, as_text=True))
    application = Application.objects.select_related("applicant").get()
    if stored is None:
        assert application.applicant.uscc == "91310115000000001U"
    else:
        assert getattr(application, attribute) == stored


def test_a_result_makes_a_decision_and_none_makes_none(tmp_path: Path) -> None:
    tables = small_year()
    tables["applications"][0] |= {"评审结果": "未入选", "未入选原因": "创新性不足"}
    tables["applications"][1] |= {"评审结果": "二等奖"}
    tables["applications"][2] |= {"评审结果": "", "未入选原因": "尚未审定"}
    run_import(write_year(tmp_path, tables))
    decisions = Decision.objects.order_by("application__number")
    assert list(decisions.values_list("application__number", "result", "not_selected_reason")) == [
        ("2021-0001", "NOT_SELECTED", "创新性不足"),
        ("2021-0002", "SECOND_PRIZE", ""),
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_review_is_stored_with_its_points_and_total(kind: str, tmp_path: Path) -> None:
    tables = small_year(applications=1, experts=1)
    tables["reviews"] = [review_row(points=("30", "0", "19.50", "7.5", "0.5")) | {"评语": "- 第一\n- 第二"}]
    run_import(write_year(tmp_path, tables, kind=kind))
    review = Review.objects.get()
    scores = review.scores.order_by("criterion__position").values_list("criterion__name", "points")
    points = [Decimal(30), Decimal(0), Decimal("19.5"), Decimal("7.5"), Decimal("0.5")]
    assert list(scores) == list(zip(CRITERIA, points, strict=True))
    assert (review.total, review.level, review.comment) == (Decimal("57.5"), "DOM_LEADING", "- 第一\n- 第二")


def test_an_expert_may_have_a_code_and_a_name_only(tmp_path: Path) -> None:
    tables = small_year(experts=1)
    tables["experts"][0] |= {"工作单位": "", "职称": "", "专业领域": "", "电子邮箱": ""}
    run_import(write_year(tmp_path, tables))
    expert = Expert.objects.get()
    assert (expert.code, expert.name, expert.employer, expert.title, expert.fields, expert.email) == (
        "E1", "专家E1", None, "", "", "",
    )  # fmt: skip
