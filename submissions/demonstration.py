"""The call of the demonstration: a year in which the demonstration applicant can file today.

It is set up as the bureau does it: copied from the last year, its sections filled in, its call published.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from qa_portal.audit.operations import record
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from submissions.applicants import open_campaign
from submissions.setup.copying import copy_year
from submissions.setup.gaps import gaps_of

YEAR = 2021
NOTICE = """为推动企业提升产品质量，现开展2021年度上海市重点产品质量攻关项目申报工作。

一、申报条件：在本市登记注册的企业，围绕重点产品的关键质量问题开展攻关，成果已应用六个月以上，质量指标改善有检测数据证明。
二、申报方式：在本平台填报，由所在区市场监管局、集团公司或行业协会推荐，也可自行申报。
三、材料要求：请按填报页面的提示上传证明材料；项目名称和正文不得出现单位名称和个人姓名。

（演示数据）"""
DECLARATION = "申报单位承诺：申报材料真实、准确，不涉及国家秘密，不侵犯他人知识产权；如有不实，愿承担相应责任。"
# what the points of the five standard criteria mean
ANCHORS = (
    "27分以上：关键质量指标较攻关前显著改善，有检测报告逐项证明\n22.5分以上：主要指标明显改善\n18分以上：有改善，证据不全",
    "22.5分以上：有原创方法并经查新或鉴定证明\n18.5分以上：对已有方法有明显改进\n15分以上：应用已有方法",
    "18分以上：解决行业公认的难题\n15分以上：涉及多项工艺或多个学科\n12分以上：局部改进",
    "13.5分以上：效益显著，财务证明完整\n11分以上：效益明显\n9分以上：有一定效益",
    "9分以上：已在本单位以外推广\n7.5分以上：在本单位多条产线应用\n6分以上：单一产线应用",
)


def create_demonstration_call() -> Campaign | None:
    """A year that opened a month ago and closes in a month; None where a call or the year is there already."""
    if open_campaign() is not None or Campaign.objects.filter(year=YEAR).exists():
        return None
    now = timezone.now()
    today = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    with transaction.atomic():
        campaign = copy_year(YEAR, by=None)
        campaign.filing_opens_at = today.replace(hour=9) - timedelta(days=30)
        campaign.filing_closes_at = today.replace(hour=17) + timedelta(days=30)
        campaign.recommendation_closes_at = campaign.filing_closes_at + timedelta(days=15)
        campaign.review_opens_at = today.replace(hour=9) + timedelta(days=60)
        campaign.review_closes_at = today.replace(hour=17) + timedelta(days=74)
        campaign.call_issued_on = campaign.filing_opens_at.date() - timedelta(days=10)
        campaign.call_notice, campaign.declaration_text = NOTICE, DECLARATION
        anchors = dict(zip((one.pk for one in campaign.criteria.all()), ANCHORS, strict=False))
        for criterion in campaign.criteria.all():
            criterion.anchors = criterion.anchors or anchors.get(criterion.pk, "")
            criterion.save(update_fields=["anchors"])
        if gaps := gaps_of(campaign, now):
            raise Refusal(" ".join(str(gap.text) for gap in gaps), code="gaps")
        campaign.is_in_preparation, campaign.call_published_at = False, now
        campaign.save()
        record("campaign.call_published", campaign, by=None)
    return campaign
