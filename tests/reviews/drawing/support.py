"""A year that is ready for its draw."""

from typing import Any

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import User
from qa_portal.campaigns.models import Campaign
from reviews.drawing import operations
from reviews.models import Draw, Expert
from reviews.pool.operations import confirm_expert
from submissions.enums import Industry, State
from tests.factories import ApplicationFactory, CampaignFactory, EmployerFactory, ExpertFactory
from tests.submissions.test_workflow import person

CHOSEN = {
    "ratio": 3,
    "organisation_cap": 1,
    "minimum_load": 0,
    "maximum_load": 9,
    "beacon": "中国福利彩票双色球第2026888期红球号码",
}


def bureau_people() -> dict[str, User]:
    """Two of the staff, a leader and the inspector."""
    roles = {"staff": Role.STAFF, "second": Role.STAFF, "leader": Role.LEADER, "inspector": Role.INSPECTOR}
    return {name: person(name, role) for name, role in roles.items()}


def ready_year(by: User, *, applications: int = 4, experts: int = 12, reviews: int = 3) -> Campaign:
    """Accepted applications, and confirmed experts of as many organisations."""
    campaign = CampaignFactory(reviews_per_application=reviews)
    ApplicationFactory.create_batch(applications, industry=Industry.NEW_IT, state=State.ACCEPTED)
    for place in range(experts):
        expert = ExpertFactory(employer=EmployerFactory(name=f"研究所{place}"))
        confirm_expert(expert, levels={Industry.NEW_IT: place % 3 + 1}, by=by, is_available=True)
    return campaign  # type: ignore[return-value]


def drawn(campaign: Campaign, people: dict[str, User], *, value: str = "01 02 03 04 05 06", **chosen: Any) -> Draw:
    """An attempt that was carried out, its secrets opened as its holders keep them."""
    draw = operations.prepare(campaign, by=people["staff"], **{**CHOSEN, **chosen})
    work_off()
    secrets = {name: operations.commit_secret(draw, by=people[name]) for name in ("staff", "inspector")}
    operations.fix_manifest(draw, by=people["staff"])
    work_off()
    for name, secret in secrets.items():
        operations.open_secret(draw, secret, by=people[name])
    operations.read_beacon(draw, value, by=people["staff"])
    operations.carry_out(draw, by=people["staff"])
    work_off()
    draw.refresh_from_db()
    return draw


def released(campaign: Campaign, people: dict[str, User]) -> Draw:
    """An attempt whose assignments the experts have."""
    draw = drawn(campaign, people)
    operations.approve(draw, by=people["leader"])
    operations.release(draw, by=people["staff"])
    draw.refresh_from_db()
    return draw


def work_off() -> None:
    """Run the jobs that wait, here."""
    from qa_portal.jobs.models import Job
    from qa_portal.jobs.running import run_job

    for job in Job.objects.unfinished().order_by("pk"):
        run_job(job.pk)


def some_expert() -> Expert:
    return Expert.objects.earliest("pk")
