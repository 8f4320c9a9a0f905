"""The call of the demonstration: a year in which the demonstration applicant can file today."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from qa_portal.campaigns.models import Campaign
from qa_portal.campaigns.operations import create_campaign
from submissions.applicants import open_campaign

YEAR = 2021
NOTICE = """为推动企业提升产品质量，现开展2021年度上海市重点产品质量攻关项目申报工作。

一、申报条件：在本市登记注册的企业，围绕重点产品的关键质量问题开展攻关，成果已应用六个月以上，质量指标改善有检测数据证明。
二、申报方式：在本平台填报，由所在区市场监管局、集团公司或行业协会推荐，也可自行申报。
三、材料要求：请按填报页面的提示上传证明材料；项目名称和正文不得出现单位名称和个人姓名。

（演示数据）"""


def create_demonstration_call() -> Campaign | None:
    """A year that opened a month ago and closes in a month; None where a call or the year is there already."""
    if open_campaign() is not None or Campaign.objects.filter(year=YEAR).exists():
        return None
    today = timezone.localtime().replace(minute=0, second=0, microsecond=0)
    with transaction.atomic():
        campaign = create_campaign(YEAR)
        campaign.filing_opens_at = today.replace(hour=9) - timedelta(days=30)
        campaign.filing_closes_at = today.replace(hour=17) + timedelta(days=30)
        campaign.recommendation_closes_at = campaign.filing_closes_at + timedelta(days=15)
        campaign.call_notice = NOTICE
        campaign.save()
    return campaign
