"""A dossier in which no rule finds anything, and changes of it: `with_field(GOOD, "project", "title", "")`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from submissions.form.checks import Context, findings
from submissions.form.dossier import Dossier, Proof
from tests.factories import uscc

TEXT = "攻关前焊缝一次合格率91.2%，攻关后98.6%，返修减少。"
SECTIONS: dict[str, dict[str, Any]] = {
    "project": {
        "title": "围护系统拐角焊缝质量攻关", "product_name": "薄膜型围护系统", "programme_type": "key_product",
        "channel": "district_bureau", "recommending_unit": "7", "start_month": "2019-01", "end_month": "2020-06",
        "partner_units": [{"id": "p1", "name": "上海合作第二有限公司", "uscc": uscc(2)}], "summary": TEXT,
    },
    "quality": {
        "quality_problem": TEXT, "cause_analysis": TEXT, "quality_tools": ["FMEA"],
        "solution": "改进焊接工艺，产量不变，合格率提高。", "difficulty": TEXT,
    },
    "indicators": {
        "indicators": [
            {"id": "a1", "name": "焊缝一次合格率", "unit": "%", "before": "91.2", "after": "98.6", "better": "up",
             "best_abroad": "98.0"},
            {"id": "a2", "name": "关键缺陷", "unit": "个", "before": "4.2", "after": "0.6", "better": "down"},
        ],
        "comparison": TEXT,
    },
    "innovations": {"innovations": [{"id": "b1", "text": "在线补偿拐角焊接变形。"}]},
    "claims": {
        "level": "INTL_LEADING", "industry": "HIGH_END_EQUIPMENT", "high_end_category": "SHIPBUILDING",
        "bottleneck": "yes", "bottleneck_reason": "进口占比由90%降到40%。",
        "digital_technologies": ["SIMULATION"], "digital_other": "",
    },
    "benefits": {
        "years": [
            {"id": "c1", "year": "2019", "new_sales": "1,000.00", "new_profit": "100", "energy_saving": "0",
             "forex": "10"},
            {"id": "c2", "year": "2020", "new_sales": "200.50", "new_profit": "50", "energy_saving": "12",
             "forex": "0"},
        ],
        "calculation_basis": "按出口合同计算。", "social_benefit": "",
    },
    "promotion": {
        "promotion": TEXT, "users": [{"id": "d1", "name": "某造船厂", "since": "2020-03", "scale": "三条产线"}],
        "consolidation": TEXT,
    },
    "rights": {
        "patents": [{"id": "e1", "name": "一种焊接方法", "number": "ZL1", "state": "granted"}],
        "standards": [], "earlier_awards": [],
    },
    "team": {
        "leader_name": "欧阳明远", "contact_name": "李静", "contact_phone": "021-1", "contact_email": "a@example.com",
        "team": [{"id": "f1", "name": "欧阳明远", "title": "", "contribution": "总体方案"}], "avoid_experts": [],
    },
    "declarations": {"integrity": "yes", "rights": "yes", "non_secret": "yes", "no_accident": "yes"},
}  # fmt: skip
PROFILE: dict[str, Any] = {
    "name": "上海申江密封件有限公司", "uscc": uscc(1), "district": "310112", "ownership": "PRIVATE",
    "size_class": "small", "size_sector": 2, "employees": 120, "revenue": "9000.00", "assets": "5000.00",
    "specialised": True, "specialised_until": "2021-12-31",
}  # fmt: skip
CLAIMS: dict[str, tuple[str, ...]] = {
    "EV01": (), "EV02": (), "EV03": (), "EV04": ("indicators:a1", "indicators:a2"), "EV05": ("benefits",),
    "EV06": ("level", "bottleneck"), "EV07": ("level", "bottleneck"), "EV08": ("patents:e1",), "EV09": ("users:d1",),
    "EV10": ("specialised",), "EV11": ("size",), "EV13": ("innovations:b1", "digital"),
}  # fmt: skip
FACTS: dict[str, dict[str, str]] = {
    "EV04": {"stage": "both", "issued_on": "2020-05-01"},
    "EV05": {"new_sales": "1200.50", "new_profit": "150", "energy_saving": "12", "forex": "10"},
    "EV06": {"issued_on": "2020-01-15"},
    "EV11": {"employees": "120", "revenue": "9,000"},
    "EV13": {"where": "3-5"},
}


def proof(type: str, number: int = 0, **fields: Any) -> Proof:
    given: dict[str, Any] = {
        "id": number or int(type[2:]), "type": type, "name": f"{type}.pdf", "claims": CLAIMS.get(type, ()),
        "sha256": "0" * 64, "size": 9, "scan": "not_scanned", "pages": 3, "facts": FACTS.get(type, {}),
        "inspection": {"text": True, "secret": []},
    }  # fmt: skip
    return Proof(**given | fields)


GOOD = Dossier(SECTIONS, tuple(proof(type) for type in CLAIMS), PROFILE)
CONTEXT = Context(
    today=date(2021, 5, 3),
    closing_day=date(2021, 5, 31),
    unit_kind="district_bureau",
    top_amounts={"new_sales": Decimal("1200.50")},
)


def with_field(dossier: Dossier, section: str, key: str, value: Any) -> Dossier:
    changed = {**dossier.sections[section], key: value}
    return replace(dossier, sections={**dossier.sections, section: changed})


def with_cell(dossier: Dossier, section: str, key: str, row: int, column: str, value: str) -> Dossier:
    rows = [dict(one) for one in dossier.sections[section][key]]
    rows[row][column] = value
    return with_field(dossier, section, key, rows)


def with_profile(dossier: Dossier, **values: Any) -> Dossier:
    return replace(dossier, profile={**dossier.profile, **values})


def without(dossier: Dossier, *types: str) -> Dossier:
    return replace(dossier, evidence=tuple(one for one in dossier.evidence if one.type not in types))


def with_proof(dossier: Dossier, type: str, **fields: Any) -> Dossier:
    """The proofs of this type are replaced by one."""
    return replace(without(dossier, type), evidence=(*without(dossier, type).evidence, proof(type, **fields)))


def places(dossier: Dossier, context: Context = CONTEXT) -> list[str]:
    """What the rules find, as “P01 error project.title row”."""
    return [f"{one.rule} {one.kind} {one.section}.{one.field} {one.row}".strip() for one in findings(dossier, context)]


def facts_of(changes: Mapping[str, str], type: str) -> dict[str, str]:
    return {**FACTS[type], **changes}
