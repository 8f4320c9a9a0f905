"""The smallest valid objects, without randomness; traits make the situations.

All objects belong to the year 2020 unless told otherwise: `ApplicationFactory(campaign__year=2021)`.
`ReviewFactory` writes review and scores; the ranking follows from `refresh_standings`, as in the portal.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from factory.declarations import (
    LazyAttribute,
    LazyAttributeSequence,
    RelatedFactory,
    SelfAttribute,
    Sequence,
    SubFactory,
    Trait,
)
from factory.django import DjangoModelFactory

from qa_portal.campaigns.models import Campaign
from qa_portal.campaigns.operations import create_campaign
from qa_portal.organisations.enums import Channel, District, OrganisationKind, Ownership, SizeClass
from qa_portal.organisations.models import Enterprise, Organisation, RecommendingUnit
from reviews.enums import Result
from reviews.models import Decision, Expert, Review, Score
from submissions.enums import Industry
from submissions.models import Application

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# 产品质量, 创新程度, 技术难度, 经济社会效益, 推广应用: together 80
POINTS = tuple(Decimal(points) for points in (24, 20, 16, 12, 8))


def uscc(number: int) -> str:
    """The valid, invented credit code with this body: 1 → 91310115000000001U (GB 32100-2015)."""
    code = f"91310115{number:09d}"
    total = sum(USCC_ALPHABET.index(one) * pow(3, place, 31) for place, one in enumerate(code))
    return code + USCC_ALPHABET[-total % 31]


class CampaignFactory(DjangoModelFactory[Campaign]):
    """A year with the standard score sheet; asked twice for a year, it gives the same one."""

    class Meta:
        model = Campaign

    year = 2020

    @classmethod
    def _create(cls, model_class: type[Campaign], *args: Any, **fields: Any) -> Campaign:
        year = fields.pop("year")
        campaign = model_class.objects.filter(year=year).first() or create_campaign(year)
        for name, value in fields.items():
            setattr(campaign, name, value)
        if fields:
            campaign.save(update_fields=list(fields))
        return campaign


class EnterpriseFactory(DjangoModelFactory[Enterprise]):
    class Meta:
        model = Enterprise

    kind = OrganisationKind.ENTERPRISE
    uscc = Sequence(lambda n: uscc(n + 1))
    name = Sequence(lambda n: f"上海示例第{n + 1}有限公司")


class RecommendingUnitFactory(DjangoModelFactory[RecommendingUnit]):
    """The district bureau of 闵行区; `group` and `association` are units of the other channels."""

    class Meta:
        model = RecommendingUnit
        django_get_or_create = ("kind", "name")

    class Params:
        group = Trait(kind=OrganisationKind.GROUP, name="浦江化工集团", district="")
        association = Trait(kind=OrganisationKind.ASSOCIATION, name="上海市新材料协会", district="")

    kind = OrganisationKind.DISTRICT_BUREAU
    name = "闵行区市场监督管理局"
    district = District.MINHANG


class EmployerFactory(DjangoModelFactory[Organisation]):
    """专家工作单位."""

    class Meta:
        model = Organisation
        django_get_or_create = ("kind", "name")

    kind = OrganisationKind.EMPLOYER
    name = "申江大学"


class ApplicationFactory(DjangoModelFactory[Application]):
    """An undecided application of a small private enterprise by its district bureau."""

    class Meta:
        model = Application
        skip_postgeneration_save = True

    class Params:
        self_filed = Trait(channel=Channel.SELF, recommending_unit=None)
        by_group = Trait(channel=Channel.GROUP, recommending_unit=SubFactory(RecommendingUnitFactory, group=True))
        by_association = Trait(
            channel=Channel.ASSOCIATION, recommending_unit=SubFactory(RecommendingUnitFactory, association=True)
        )
        first_prize = Trait(
            decision=RelatedFactory("tests.factories.DecisionFactory", "application", result=Result.FIRST_PRIZE)
        )
        second_prize = Trait(
            decision=RelatedFactory("tests.factories.DecisionFactory", "application", result=Result.SECOND_PRIZE)
        )
        third_prize = Trait(
            decision=RelatedFactory("tests.factories.DecisionFactory", "application", result=Result.THIRD_PRIZE)
        )
        not_selected = Trait(
            decision=RelatedFactory("tests.factories.DecisionFactory", "application", not_selected=True)
        )

    campaign = SubFactory(CampaignFactory)
    number = LazyAttributeSequence(lambda one, n: f"{one.campaign.year}-{(n + 1) % 10_000:04d}")
    title = LazyAttribute(lambda one: f"质量攻关{one.number}")
    applicant = SubFactory(EnterpriseFactory)
    applicant_name = SelfAttribute("applicant.name")
    channel = Channel.DISTRICT_BUREAU
    recommending_unit = SubFactory(RecommendingUnitFactory)
    district = District.MINHANG
    ownership = Ownership.PRIVATE
    size_class = SizeClass.SMALL
    industry = Industry.NEW_MATERIALS


class ExpertFactory(DjangoModelFactory[Expert]):
    class Meta:
        model = Expert

    campaign = SubFactory(CampaignFactory)
    code = Sequence(lambda n: f"E{n + 1:04d}")
    name = LazyAttribute(lambda one: f"专家{one.code}")
    employer = SubFactory(EmployerFactory)


class ReviewFactory(DjangoModelFactory[Review]):
    """A review with its scores; `points` are those of the criteria in order, `total` is their sum."""

    class Meta:
        model = Review

    application = SubFactory(ApplicationFactory)
    expert = SubFactory(ExpertFactory, campaign=SelfAttribute("..application.campaign"))
    points: Any = POINTS
    total = LazyAttribute(lambda one: sum((Decimal(points) for points in one.points), Decimal()))

    @classmethod
    def _create(cls, model_class: type[Review], *args: Any, points: Iterable[Any], **fields: Any) -> Review:
        review = model_class.objects.create(**fields)
        criteria = review.application.campaign.criteria.order_by("position")
        Score.objects.bulk_create(
            Score(review=review, criterion=criterion, points=Decimal(value))
            for criterion, value in zip(criteria, points, strict=True)
        )
        return review


class DecisionFactory(DjangoModelFactory[Decision]):
    """A first prize; `not_selected` gives the reason 创新性不足."""

    class Meta:
        model = Decision

    class Params:
        not_selected = Trait(result=Result.NOT_SELECTED, not_selected_reason="创新性不足")

    application = SubFactory(ApplicationFactory)
    result = Result.FIRST_PRIZE
