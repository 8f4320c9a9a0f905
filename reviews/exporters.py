"""Files of the ranking."""

from collections.abc import Iterator

from django.db.models import QuerySet

from qa_portal.campaigns.models import Campaign
from qa_portal.core.exports import Row, RowExport
from reviews.enums import Result
from reviews.queries import score_text
from submissions.models import Application

CHUNK = 2_000


class RankingExport(RowExport):
    """The ranking as a table: rank, number, project, applicant, official score, reviews, result."""

    columns = {
        "rank": "名次",
        "number": "申报编号",
        "title": "项目名称",
        "applicant_name": "申报单位",
        "score": "官方得分",
        "reviews": "评审数",
        "result": "评审结果",
    }

    def __init__(self, campaign: Campaign, applications: QuerySet[Application]) -> None:
        self.name, self.about = f"{campaign.year}年评审排名", campaign
        self.applications = applications

    def rows(self) -> Iterator[Row]:
        terms = {one.value: one.term for one in Result}
        values = self.applications.values_list(
            "standing__rank",
            "number",
            "title",
            "applicant_name",
            "standing__kept_sum",
            "standing__kept_count",
            "standing__review_count",
            "decision__result",
        )
        for rank, number, title, name, kept_sum, kept_count, reviews, result in values.iterator(chunk_size=CHUNK):
            yield rank, number, title, name, score_text(kept_sum, kept_count), reviews, terms.get(result, "")
