"""An application filed through the forms and accepted is the same to the statistics as an imported one.

Two applications are typed, submitted, recommended and accepted by HTTP; the same two rows are imported into
an empty database. Every column of the import contract, and every figure of `campaign_statistics`, is equal.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from qa_portal.accounts.enums import Role
from qa_portal.organisations.models import Organisation
from qa_portal.organisations.registration_forms import ProfileForm
from reports.importing.columns import APPLICATION_COLUMNS
from reviews.enums import Result
from submissions.checking.items import ITEMS
from submissions.enums import State
from submissions.form.sections import SECTIONS
from submissions.form.spec import Kind
from submissions.models import Application
from tests.builders import application_row, write_year
from tests.factories import DecisionFactory, RecommendingUnitFactory, uscc
from tests.reports.importing.support import printed, run_import
from tests.submissions.complete import prove
from tests.submissions.pages.support import NOW, answers, as_posted, english, open_call, person

pytestmark = pytest.mark.django_db
HOUSES = ("上海甲示例有限公司", "上海乙示例股份有限公司")
# what is typed into the profile and the sections …
PROFILES: tuple[dict[str, str], ...] = (
    {"district": "310112", "ownership": "PRIVATE", "size_sector": "2", "employees": "120", "revenue": "9000",
     "specialised": "on", "specialised_certificate": "SH-2020-77", "specialised_until": "2023-12-31"},
    {"district": "310115", "ownership": "STATE", "size_sector": "2", "employees": "3000", "revenue": "90000"},
)  # fmt: skip
ANSWERS: tuple[dict[str, dict[str, Any]], ...] = (
    {
        "project": {"title": "围护系统拐角焊缝质量攻关"},
        "claims": {"level": "INTL_LEADING", "industry": "HIGH_END_EQUIPMENT", "high_end_category": "SHIPBUILDING",
                   "bottleneck": "yes", "bottleneck_reason": "进口占比由90%降至20%，替代进口。",
                   "digital_technologies": ["SIMULATION", "AI_ALGORITHMS"], "digital_other": "数字孪生"},
        "benefits": {"years": [
            {"id": "c1", "year": "2019", "new_sales": "1,200.5", "new_profit": "１５０", "energy_saving": "12",
             "forex": "30.25"},
            {"id": "c2", "year": "2020", "new_sales": "800", "new_profit": "100", "energy_saving": "0", "forex": "0"},
        ]},
    },
    {
        "project": {"title": "轴承寿命质量攻关", "channel": "self", "recommending_unit": ""},
        "claims": {"level": "", "industry": "OTHER", "high_end_category": "", "bottleneck": "no",
                   "digital_technologies": [], "digital_other": ""},
        "benefits": {"years": [
            {"id": "c1", "year": "2020", "new_sales": "50", "new_profit": "-3", "energy_saving": "0", "forex": "0"},
        ]},
    },
)  # fmt: skip
# … and the same as rows of the import
ROWS = (
    application_row(
        "2021-0001", 项目名称="围护系统拐角焊缝质量攻关", 申报单位=HOUSES[0], 统一社会信用代码=uscc(1),
        推荐渠道="区市场监管局", 推荐单位="闵行区市场监督管理局", 所在区="闵行区", 企业性质="民营", 企业规模="小型",
        专精特新="是", 卡脖子="是", 产业领域="高端装备制造", 高端制造类别="船舶海工",
        数字化技术="仿真分析试验、AI智能算法、数字孪生", 新增销售额="2000.5", 新增利润="250", 节能降耗="12",
        节汇创汇="30.25", 水平评价="国际领先", 评审结果="一等奖",
    ),
    application_row(
        "2021-0002", 项目名称="轴承寿命质量攻关", 申报单位=HOUSES[1], 统一社会信用代码=uscc(2), 推荐渠道="自行申报",
        推荐单位="", 所在区="浦东新区", 企业性质="国有", 企业规模="大型", 专精特新="否", 卡脖子="否", 产业领域="其他",
        高端制造类别="", 数字化技术="", 新增销售额="50", 新增利润="-3", 节能降耗="0", 节汇创汇="0", 水平评价="",
        评审结果="未入选", 未入选原因="创新性不足",
    ),
)  # fmt: skip
# columns of the contract that are not columns of the row: whose it is, and what the review decided
ELSEWHERE = {"uscc", "recommending_unit", "result", "not_selected_reason"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """It is the morning of 3 May 2021 in Shanghai."""
    with time_machine.travel(NOW, tick=False):
        yield


def post(client: Client, view: str, data: Any, **kwargs: Any) -> None:
    """One form, which must be taken."""
    response = client.post(reverse(view, kwargs=kwargs), data)
    assert response.status_code == 302, (view, response.status_code)


def file_and_accept(place: int, unit: Any, recommender: Client, checker: Client) -> None:
    """One enterprise from its registration to its acceptance."""
    owner = person(f"owner{place}", None)
    client = english(owner)
    house = {"uscc": uscc(place + 1), "name": HOUSES[place], "district": PROFILES[place]["district"]}
    post(client, "organisations:register", house)
    post(client, "organisations:profile", PROFILES[place])
    post(client, "submissions:start", {})
    made = Application.objects.get(state=State.DRAFT)
    for section in SECTIONS:
        typed = answers(unit)[section.key] | ANSWERS[place].get(section.key, {})
        post(client, "submissions:section", as_posted(section.key, typed), pk=made.pk, section=section.key)
    prove(made, by=owner)
    form = client.get(reverse("submissions:submit", args=[made.pk])).context["form"]
    data = {name: "It is so." for name, _key in form.warnings} | {"confirm": "on"}
    data |= {name: str(form.initial[name]) for name in ("seen_version", "seen_digest")}
    post(client, "submissions:submit", data, pk=made.pk)
    made.refresh_from_db()
    if made.state == State.PENDING_RECOMMENDATION:
        data = {"opinion": "好。", "no_guidance_reason": "材料齐全。", "version": str(made.version)}
        post(recommender, "recommending:step", data, pk=made.pk, name="recommend")
        made.refresh_from_db()
    passed = {f"verdict-{item.number}": "pass" for item in ITEMS}
    post(checker, "checking:step", passed | {"version": str(made.version)}, pk=made.pk, name="accept")


def filed() -> None:
    unit = RecommendingUnitFactory()
    open_call()
    recommender, checker = english(person("unit", Role.RECOMMENDER, unit)), english(person("staff", Role.STAFF))
    for place in range(len(HOUSES)):
        file_and_accept(place, unit, recommender, checker)
    first, second = Application.objects.order_by("number")
    DecisionFactory(application=first, result=Result.FIRST_PRIZE)
    DecisionFactory(application=second, not_selected=True)


def columns_of(row: Application) -> dict[str, Any]:
    """Every column of the import contract that is a column of the row, and whose the row is."""
    names = [column.key for column in APPLICATION_COLUMNS if column.key not in ELSEWHERE]
    return {name: getattr(row, name) for name in names} | {
        "uscc": row.applicant.uscc,
        "recommending_unit": str(row.recommending_unit or ""),
    }


def everything() -> tuple[Any, ...]:
    """The rows, column by column, and the statistics as the command prints them."""
    rows = Application.objects.counted().select_related("applicant", "recommending_unit").order_by("number")
    return [columns_of(row) for row in rows], printed("campaign_statistics", 2021)


def test_filed_and_imported_applications_count_the_same(tmp_path: Path) -> None:
    with transaction.atomic():
        filed()
        by_form = everything()
        transaction.set_rollback(True)
    assert Organisation.objects.filter(uscc__in=[uscc(1), uscc(2)]).count() == 0
    run_import(write_year(tmp_path, {"applications": list(ROWS)}))
    rows, statistics = everything()
    assert by_form[0] == rows
    assert by_form[1] == statistics
    # the figures are not both empty
    assert (statistics["applications"]["total"], statistics["results"]["by_grade"]["一等奖"]) == (2, 1)
    assert [row["new_sales"] for row in rows] == [Decimal("2000.5"), Decimal(50)]


def test_every_column_of_the_circular_is_chosen_or_a_number() -> None:
    """Nothing that is counted is taken out of prose: the form gives choices, yes or no, and decimals."""
    fields = [field for section in SECTIONS for field in section.fields]
    kinds = {one.key: one.kind for field in fields for one in (field, *field.columns)}
    counted = {column.key for column in APPLICATION_COLUMNS} - {"result", "not_selected_reason", "number"}
    of_the_profile = {"applicant_name", "uscc", "district", "ownership", "size_class", "specialised"}
    assert {key: kinds.get(key) for key in counted - of_the_profile} == {
        "title": Kind.TEXT,
        "channel": Kind.CHOICE,
        "recommending_unit": Kind.UNIT,
        "bottleneck": Kind.YES_NO,
        "industry": Kind.CHOICE,
        "high_end_category": Kind.CHOICE,
        "digital_technologies": Kind.CHOICES,
        "level": Kind.CHOICE,
        **dict.fromkeys(("new_sales", "new_profit", "energy_saving", "forex"), Kind.DECIMAL),
    }
    assert of_the_profile - {"applicant_name", "uscc"} <= {*ProfileForm.base_fields, "size_class"}
