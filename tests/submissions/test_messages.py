"""Each step tells whom it concerns, once, in the portal and by mail: number and link, no names, no titles."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.core.errors import Refusal
from qa_portal.notices.models import Notice
from qa_portal.organisations.models import Membership
from qa_portal.outbox.delivery import deliver_due
from qa_portal.outbox.models import Message
from submissions.enums import State, Step
from submissions.models import Application, GuidanceNote
from submissions.operations import grant_extension, take_step
from submissions.recommending.operations import add_note, reply
from tests.factories import ApplicationFactory, CampaignFactory, EnterpriseFactory, RecommendingUnitFactory

pytestmark = pytest.mark.django_db
OPINION = {"opinion": "质量提升明显。", "no_guidance_reason": "材料齐全。"}
CLOSES = datetime(2021, 5, 31, 9, tzinfo=UTC)


def person(name: str, role: Role | None, organisation: Any = None) -> User:
    user = User.objects.create_user(f"{name}@example.com", "a-long-password", name=f"名字{name}")
    if role is not None:
        RoleGrant.objects.create(user=user, role=role)
    if organisation is not None:
        Membership.objects.create(user=user, organisation=organisation)
    return user


class Cast:
    """An enterprise with two people who file and one who does not, its unit, staff, and somebody elsewhere."""

    def __init__(self) -> None:
        self.own, self.unit = EnterpriseFactory(name="上海保密示例有限公司"), RecommendingUnitFactory()
        self.owner, self.colleague = person("owner", Role.APPLICANT, self.own), person("mate", Role.APPLICANT, self.own)
        person("guest", None, self.own)
        left = person("left", Role.APPLICANT, self.own)
        Membership.objects.filter(user=left).update(ended_at=timezone.now())
        self.recommender = person("unit", Role.RECOMMENDER, self.unit)
        self.staff = person("staff", Role.STAFF)
        person("stranger", Role.APPLICANT, EnterpriseFactory())

    def application(self, state: State, **fields: Any) -> Application:
        given = {"campaign": CampaignFactory(year=2021), "recommending_unit": self.unit, "channel": self.unit.kind}
        return ApplicationFactory(applicant=self.own, state=state, title="秘密课题", **given | fields)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def told() -> list[tuple[str, str]]:
    """Who was told of which kind."""
    rows = Message.objects.order_by("pk").values_list("address", "kind")
    return [(address.partition("@")[0], kind.partition(".")[2]) for address, kind in rows]


STEPS: list[tuple[Step, State, str, list[tuple[str, str]]]] = [
    (Step.RETURN, State.PENDING_RECOMMENDATION, "recommender", [("owner", "returned"), ("mate", "returned")]),
    (Step.RECOMMEND, State.PENDING_RECOMMENDATION, "recommender", [("owner", "recommended"), ("mate", "recommended")]),
    (
        Step.DECLINE,
        State.PENDING_RECOMMENDATION,
        "recommender",
        [("owner", "not_recommended"), ("mate", "not_recommended")],
    ),
    (Step.ASK_CORRECTION, State.FORMAL_CHECK, "staff", [("owner", "correction_asked"), ("mate", "correction_asked")]),
    (Step.ACCEPT, State.FORMAL_CHECK, "staff", [("owner", "accepted"), ("mate", "accepted"), ("unit", "accepted")]),
    (Step.REFUSE, State.FORMAL_CHECK, "staff", [("owner", "refused"), ("mate", "refused"), ("unit", "refused")]),
    (
        Step.WITHDRAW,
        State.FORMAL_CHECK,
        "owner",
        [("owner", "withdrawn"), ("mate", "withdrawn"), ("unit", "withdrawn")],
    ),
]


@pytest.mark.parametrize(("step", "state", "by", "expected"), STEPS)
def test_a_step_tells_whom_it_concerns(
    step: Step, state: State, by: str, expected: list[tuple[str, str]], cast: Cast
) -> None:
    application = cast.application(state)
    take_step(application, step, by=getattr(cast, by), seen_version=0, reason="保密理由", **OPINION)
    assert told() == expected
    notices = Notice.objects.order_by("pk").values_list("recipient__email", "key")
    assert [(address.partition("@")[0], key.partition(".")[2]) for address, key in notices] == expected
    assert deliver_due().sent == len(expected)
    for sent in mail.outbox:
        assert f"http://127.0.0.1:8000/{'recommending/' if sent.to == ['unit@example.com'] else ''}applications/" in (
            sent.body
        )
        assert str(application.number) in sent.subject
        text = sent.subject + sent.body
        assert [secret for secret in ("秘密课题", "保密示例", "保密理由", "名字") if secret in text] == []


def test_a_step_that_is_refused_tells_nobody(cast: Cast) -> None:
    application = cast.application(State.PENDING_RECOMMENDATION)
    with pytest.raises(Refusal):
        take_step(application, Step.RECOMMEND, by=cast.recommender, seen_version=0, opinion="好")
    assert (told(), Notice.objects.count()) == ([], 0)


def test_a_withdrawn_draft_concerns_nobody(cast: Cast) -> None:
    draft = cast.application(State.DRAFT, number=None)
    take_step(draft, Step.WITHDRAW, by=cast.owner, seen_version=0, reason="r")
    assert told() == []


def test_notes_and_answers_reach_the_other_side(cast: Cast) -> None:
    application = cast.application(State.PENDING_RECOMMENDATION)
    note = add_note(application, text="保密意见", by=cast.recommender)
    assert told() == [("owner", "note"), ("mate", "note")]
    reply(note, text="已补充", by=cast.owner)
    assert told()[2:] == [("unit", "answer")]
    reply(note, text="谢谢", by=cast.recommender)
    assert told()[3:] == [("owner", "note"), ("mate", "note")]
    deliver_due()
    assert not any("保密意见" in sent.body for sent in mail.outbox)


def test_an_answer_reaches_the_unit_when_the_author_has_left(cast: Cast) -> None:
    application = cast.application(State.PENDING_RECOMMENDATION)
    note = add_note(application, text="意见", by=cast.recommender)
    RoleGrant.objects.filter(user=cast.recommender).update(state="ended")
    Membership.objects.filter(user=cast.recommender).update(ended_at=timezone.now())
    person("successor", Role.RECOMMENDER, cast.unit)
    reply(GuidanceNote.objects.get(pk=note.pk), text="已补充", by=cast.owner)
    assert told()[-1] == ("successor", "answer")


def test_an_extension_tells_the_enterprise_until_when(cast: Cast, time_machine: Any) -> None:
    time_machine.move_to(CLOSES, tick=False)
    campaign = CampaignFactory(year=2021, filing_opens_at=CLOSES - timedelta(days=60), filing_closes_at=CLOSES)
    draft = cast.application(State.DRAFT, number=None, campaign=campaign)
    grant_extension(draft, until=CLOSES + timedelta(days=2), reason="系统故障", by=cast.staff)
    assert told() == [("owner", "extended"), ("mate", "extended")]
    deliver_due()
    assert "2021年6月2日 星期三 17:00" in mail.outbox[0].subject
