"""People, a call that is open, and an application in which nothing is missing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.campaigns.models import Campaign
from qa_portal.organisations.enums import District, Ownership
from qa_portal.organisations.models import EnterpriseProfile, Membership
from submissions.enums import State
from submissions.form.reading import write_base
from submissions.form.sections import BY_KEY, SECTIONS
from submissions.form.spec import Kind
from submissions.models import Application, SectionContent
from tests.factories import CampaignFactory, EnterpriseFactory, RecommendingUnitFactory

OPENS = datetime(2021, 4, 1, 1, tzinfo=UTC)
CLOSES = datetime(2021, 5, 31, 9, tzinfo=UTC)  # 17:00 in Shanghai
NOW = datetime(2021, 5, 3, 2, tzinfo=UTC)


def open_call(**fields: Any) -> Campaign:
    """The year 2021, open from April to the end of May."""
    dates = {
        "filing_opens_at": OPENS,
        "filing_closes_at": CLOSES,
        "recommendation_closes_at": CLOSES + timedelta(days=15),
    }
    return CampaignFactory(year=2021, **dates | fields)


def person(name: str, role: Role | None = Role.APPLICANT, organisation: Any = None, *, is_owner: bool = True) -> User:
    user = User.objects.create_user(f"{name}@example.com", "a-long-password", name=name)
    if role is not None:
        RoleGrant.objects.create(user=user, role=role)
    if organisation is not None:
        Membership.objects.create(user=user, organisation=organisation, is_owner=is_owner)
    return user


def enterprise(**fields: Any) -> Any:
    """An enterprise of 闵行区 with a complete profile: private, small."""
    made = EnterpriseFactory(district=District.MINHANG, **fields)
    EnterpriseProfile.objects.create(
        organisation=made, ownership=Ownership.PRIVATE, size_sector=2, employees=120, revenue=9000, assets=5000
    )
    return made


def english(user: User) -> Client:
    """A browser in which the person is signed in, and which asks for English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def draft_of(organisation: Any, campaign: Campaign | None = None, **fields: Any) -> Application:
    given = {"campaign": campaign or open_call(), "state": State.DRAFT, "applicant_name": organisation.name}
    return Application.objects.create(applicant_id=organisation.pk, **given | fields)


# ------------------------------------------------------------------ answers
ROWS: dict[str, list[dict[str, str]]] = {
    "partner_units": [],
    "indicators": [
        {"id": "a1", "name": "焊缝一次合格率", "unit": "%", "before": "91.2", "after": "98.6", "better": "up",
         "best_abroad": "98.0", "best_home": "95.0", "standard": "GB/T 3323"},
        {"id": "a2", "name": "关键缺陷", "unit": "个/百件", "before": "4.2", "after": "0.6", "better": "down",
         "best_abroad": "", "best_home": "", "standard": ""},
    ],
    "innovations": [{"id": "b1", "text": "提出一种拐角焊接变形的在线补偿方法。"}],
    "years": [{"id": "c1", "year": "2020", "new_sales": "1,200.50", "new_profit": "150", "energy_saving": "12",
               "forex": "0"}],
    "users": [{"id": "d1", "name": "某造船厂", "since": "2020-03", "scale": "三条产线"}],
    "patents": [], "standards": [], "earlier_awards": [],
    "team": [{"id": "e1", "name": "张工", "title": "高级工程师", "contribution": "总体方案"}],
    "avoid_experts": [],
}  # fmt: skip
TEXTS: dict[str, str] = {
    "title": "围护系统拐角焊缝质量攻关",
    "product_name": "薄膜型围护系统",
    "start_month": "2019-01",
    "end_month": "2020-06",
    "contact_email": "contact@example.com",
    "contact_phone": "021-12345678",
    "level": "",
    "high_end_category": "",
    "bottleneck": "no",
    "bottleneck_reason": "",
    "digital_other": "",
}


def answers(unit: Any) -> dict[str, dict[str, Any]]:
    """A value for every field, by section; filed through the unit."""
    found: dict[str, dict[str, Any]] = {}
    for section in SECTIONS:
        data: dict[str, Any] = {}
        for spec in section.fields:
            if spec.kind == Kind.ROWS:
                data[spec.key] = ROWS[spec.key]
            elif spec.key == "channel":
                data[spec.key] = str(unit.kind)
            elif spec.key == "recommending_unit":
                data[spec.key] = str(unit.pk)
            elif spec.key in TEXTS:
                data[spec.key] = TEXTS[spec.key]
            elif spec.kind == Kind.CHOICES:
                data[spec.key] = [spec.choices[0][0]]
            elif spec.choices:
                data[spec.key] = spec.choices[0][0]
            else:
                data[spec.key] = f"{spec.key}：攻关前合格率91.2%，攻关后98.6%。"[: spec.limit]
        found[section.key] = data
    return found


def fill(application: Application, unit: Any = None) -> None:
    """Every section complete, written straight into the database."""
    for key, data in answers(unit or RecommendingUnitFactory()).items():
        SectionContent.objects.create(application=application, section=key, data=data, version=1)


def as_posted(section: str, values: Mapping[str, Any], base: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Values as a browser posts them, with the base that the page had."""
    posted: dict[str, Any] = {"base": write_base(base or {spec.key: spec.empty() for spec in BY_KEY[section].fields})}
    for key, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for row in value:
                posted |= {f"{key}-{row['id']}-{name}": cell for name, cell in row.items() if name != "id"}
        else:
            posted[key] = value
    return posted
