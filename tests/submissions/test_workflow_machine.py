"""No sequence of actions by any mix of people reaches a state or a write that the table of moves forbids.

Hypothesis lets somebody of every role do anything at any time to three applications of two enterprises,
two of which meet in one unit with one place. `workflow_model` says beforehand what happens; after every
action everything that was written is compared, down to the number of entries in the audit trail.
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from qa_portal.accounts.enums import Role
from qa_portal.audit.models import AuditEvent
from qa_portal.campaigns.calendar import end_after_working_days
from qa_portal.core.errors import Refusal
from submissions.answers import answer_warnings
from submissions.checking.operations import confirm, judge
from submissions.enums import EvidenceType, State, Step
from submissions.evidence.uploads import start_upload
from submissions.models import Application, UnitQuota
from submissions.operations import Stale, grant_extension, save_fields, start_application, take_step
from submissions.recommending.operations import add_note
from submissions.workflow import MOVES, steps_open_to
from tests.factories import EmployerFactory, RecommendingUnitFactory
from tests.submissions.complete import prove
from tests.submissions.pages.support import CLOSES, OPENS, answers, draft_of, enterprise, fill, open_call, person
from tests.submissions.workflow_model import APPLICANT, RULES, STAFF, STEPS, UNIT, Calendar, Case

pytestmark = pytest.mark.django_db
PLACES = 1
# five working days from the last return can end after it
DATES = Calendar(OPENS, CLOSES, datetime(2021, 6, 15, 9, tzinfo=UTC))
TEXTS = ("攻关后合格率提高到98%。", "返修率降低，质量稳定。", "")
CASES = ("by unit", "of another", "self filed")
PEOPLE = (
    "owner", "member", "stranger", "unit", "unit colleague", "other unit", "staff", "leader", "expert", "committee",
    "inspector", "system_admin", "security_admin", "auditor", "nobody", "anonymous",
)  # fmt: skip
SECOND = timedelta(seconds=1)
ANYBODY = st.one_of(st.sampled_from(("owner", "unit", "staff")), st.sampled_from(PEOPLE))
REASONS = st.sampled_from(("请补充数据", " "))


def test_the_model_and_the_table_name_the_same_moves() -> None:
    """Written twice on purpose: a new move needs a sentence in both."""
    table = {key: (move.target, move.needs_reason) for key, move in MOVES.items() if key[0] in STEPS}
    assert table == {key: (target, reason) for key, (_side, _until, target, reason) in RULES.items()}


class World:
    """Somebody of every role, and three complete drafts; made once, each run starts from it."""

    def __init__(self) -> None:
        unit, other = RecommendingUnitFactory(), RecommendingUnitFactory(group=True)
        own, foreign = enterprise(name="上海甲示例有限公司"), enterprise(name="上海乙示例有限公司")
        self.campaign = open_call(recommendation_closes_at=DATES.recommendation)
        UnitQuota.objects.create(campaign=self.campaign, unit=unit, places=PLACES)
        self.people: dict[str, Any] = {
            "owner": person("owner", organisation=own),
            "member": person("member", organisation=own, is_owner=False),
            "stranger": person("stranger", organisation=foreign),
            "unit": person("unit", Role.RECOMMENDER, unit),
            "unit colleague": person("colleague", Role.RECOMMENDER, unit, is_owner=False),
            "other unit": person("other", Role.RECOMMENDER, other),
            "expert": person("expert", Role.EXPERT, EmployerFactory()),
            "nobody": person("nobody", None),
            "anonymous": AnonymousUser(),
        }
        for name in PEOPLE:
            if name not in self.people:
                self.people[name] = person(name, Role(name))
        self.keys = {}
        for name, house, title in zip(
            CASES, (own, foreign, own), ("焊缝质量攻关", "密封攻关", "涂层攻关"), strict=True
        ):
            draft = draft_of(house, self.campaign)
            fill(draft, unit)
            project = draft.sections.get(section="project")
            project.data |= {"title": title}
            if name == "self filed":
                project.data |= {"channel": "self", "recommending_unit": ""}
            project.save()
            prove(draft, by=self.people["owner"])
            self.keys[name] = draft.pk
        self.text = answers(unit)["quality"]["solution"]


def row_of(application: Application) -> tuple[Any, ...]:
    """The same as `Case.row`, from the database."""
    extensions = application.extensions.order_by("-until").values_list("until", flat=True)
    return (
        application.state, application.version, application.number is not None, application.corrections,
        application.answer_due_at, application.submitted_at, application.accepted_at, application.bottleneck,
        application.sections.get(section="quality").data["solution"], application.submissions.count(),
        application.guidance_notes.count(), application.check_items.count(), application.uploads.count(),
        hasattr(application, "recommendation"), extensions.first(),
    )  # fmt: skip


class Filings(RuleBasedStateMachine):
    """See the module. Every rule acts, and tells the model what must have come of it."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.now = OPENS
        self.stack = ExitStack()
        self.clock = self.stack.enter_context(time_machine.travel(self.now, tick=False))
        self.stack.enter_context(transaction.atomic())
        self.cases: dict[str, Case] = {}
        self.taken: set[tuple[str, Step, State]] = set()
        self.drafts = len(CASES)
        self.entries = 0

    @initialize(start=st.sampled_from((OPENS, CLOSES - SECOND, OPENS - SECOND)), done=st.integers(0, 9), data=st.data())
    def begin(self, start: datetime, done: int, data: st.DataObject) -> None:
        """Drafts at the beginning or the end of filing, then some steps as they should be."""
        for name in CASES:
            house = ("stranger",) if name == "of another" else ("owner", "member")
            units = () if name == "self filed" else ("unit", "unit colleague")
            sides = dict.fromkeys(house, APPLICANT) | dict.fromkeys(units, UNIT) | {"staff": STAFF}
            self.cases[name] = Case(DATES, sides, is_self_filed=name == "self filed", text=self.world.text)
        self.entries = AuditEvent.objects.count()
        self.to(start)
        for _step in range(done):
            if self.possible():
                self.take(*data.draw(st.sampled_from(self.possible())))

    def to(self, moment: datetime) -> None:
        self.now = moment
        self.clock.move_to(moment, tick=False)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.stack.close()

    # ------------------------------------------------------------------ acting

    def application(self, name: str) -> Application:
        return Application.objects.select_related("campaign").get(pk=self.world.keys[name])

    def attempt(self, act: Callable[[Any], Any], who: str, *, is_right: bool, entries: int = 1) -> None:
        """Do it as this person: it goes through when the model says so, and is refused otherwise."""
        by = self.world.people[who]
        if is_right:
            act(by)
            self.entries += entries
        else:
            with pytest.raises(Refusal):
                act(by)

    def take(
        self,
        name: str,
        step: Step,
        who: str,
        *,
        behind: int = 0,
        reason: str = "r",
        opinion: str = "好",
        why: str = "齐",
    ) -> None:
        case, application = self.cases[name], self.application(name)
        given = {"opinion": opinion, "no_guidance_reason": why} if step == Step.RECOMMEND else {}
        lacks_reason = (step, case.state) in RULES and RULES[step, case.state][3] and not reason.strip()
        hindered = case.hinders(step, self.cases.values(), opinion=opinion, why=why, places=PLACES)
        is_right = behind == 0 and case.acts(who, step, self.now) and not lacks_reason and not hindered
        due = end_after_working_days(self.now, 5)

        def act(by: Any) -> None:
            take_step(application, step, by=by, seen_version=case.version - behind, reason=reason, **given)

        if behind:
            with pytest.raises(Stale):
                act(self.world.people[who])
            return
        self.attempt(act, who, is_right=is_right)
        if is_right:
            self.taken.add((name, step, case.state))
            case.move(step, self.now, due)

    def possible(self) -> list[tuple[str, Step, str]]:
        """Steps that the model allows now, those not taken in this run before others.

        Without them most runs would stay where they began. Withdrawing comes last: it ends an application.
        """
        found = [
            (name, step, who)
            for name, case in self.cases.items()
            for step in STEPS
            for who in case.sides
            if case.acts(who, step, self.now)
        ]
        fresh = [one for one in found if (one[0], one[1], self.cases[one[0]].state) not in self.taken]
        return [one for one in fresh if one[1] != Step.WITHDRAW] or found

    # ------------------------------------------------------------------ steps

    def _take_an_open_step(self, data: st.DataObject) -> None:
        self.take(*data.draw(st.sampled_from(self.possible())))

    # under several names, since every rule is chosen as often as any other
    take_an_open_step = precondition(lambda self: self.possible())(rule(data=st.data())(_take_an_open_step))
    take_another_one = precondition(lambda self: self.possible())(rule(data=st.data())(_take_an_open_step))

    @rule(
        name=st.sampled_from(CASES), step=st.sampled_from(STEPS), who=st.sampled_from(PEOPLE),
        behind=st.sampled_from((0, 0, 1, -1)), reason=st.sampled_from(("r", " ")), opinion=st.sampled_from(("好", "")),
        why=st.sampled_from(("齐", "")),
    )  # fmt: skip
    def take_any_step(self, name: str, step: Step, who: str, **given: Any) -> None:
        self.take(name, step, who, **given)

    # ------------------------------------------------------------------ writing

    @rule(name=st.sampled_from(CASES), who=ANYBODY, text=st.sampled_from(TEXTS), is_fresh=st.booleans())
    def write(self, name: str, who: str, text: str, is_fresh: bool) -> None:
        """The text of a field, on the base of what stands there or of what stood there once."""
        case, application = self.cases[name], self.application(name)
        base = {"solution": case.text if is_fresh else "很久以前"}
        is_right, is_change = case.writes(who, self.now), text != case.text
        writes = is_right and is_change and is_fresh

        def act(by: Any) -> None:
            saved = save_fields(application, "quality", {"solution": text}, base=base, by=by)
            assert list(saved.conflicts) == (["solution"] if is_change and not is_fresh else [])

        self.attempt(act, who, is_right=is_right, entries=int(writes))
        if writes:
            case.text = text

    @rule(name=st.sampled_from(CASES), who=ANYBODY, what=st.sampled_from(("upload", "answer", "draft")))
    def add_something(self, name: str, who: str, what: str) -> None:
        """A file begun, a warning answered, or another draft started."""
        case, application = self.cases[name], self.application(name)
        is_right = case.writes(who, self.now)
        if what == "upload":
            self.attempt(
                lambda by: start_upload(application, EvidenceType.AWARD, "x.pdf", 9, mark=str(case.uploads), by=by),
                who, is_right=is_right, entries=0,
            )  # fmt: skip
            case.uploads += is_right
        elif what == "answer":
            answer = {f"P10:benefits:years:{self.entries}": "属实"}
            self.attempt(lambda by: answer_warnings(application, answer, by=by), who, is_right=is_right)
        else:
            may_start = DATES.opens <= self.now < DATES.closes and who in ("owner", "member", "stranger")
            self.attempt(lambda by: start_application(self.world.campaign, by=by), who, is_right=may_start)
            self.drafts += may_start

    # ------------------------------------------------------------------ what others write

    @rule(name=st.sampled_from(CASES), who=ANYBODY, what=st.sampled_from(("note", "judgement", "value")), why=REASONS)
    def guide_and_check(self, name: str, who: str, what: str, why: str) -> None:
        """A guidance note, a judgement of the formal check, a confirmed value."""
        case, application = self.cases[name], self.application(name)
        if what == "note":
            is_right = case.guides(who) and bool(why.strip())
            self.attempt(lambda by: add_note(application, text=why, by=by), who, is_right=is_right)
            case.notes += is_right
        elif what == "judgement":
            is_right, item = case.checks(who) and bool(why.strip()) and case.judged < 16, case.judged + 1
            self.attempt(lambda by: judge(application, {item: ("fix", why)}, by=by), who, is_right=is_right)
            case.judged += is_right
        else:
            value, is_right = not case.is_bottleneck, case.checks(who)
            self.attempt(lambda by: confirm(application, {"bottleneck": value}, by=by), who, is_right=is_right)
            if is_right:
                case.is_bottleneck, case.version = value, case.version + 1

    @rule(name=st.sampled_from(CASES), who=ANYBODY, why=REASONS)
    def extend(self, name: str, who: str, why: str) -> None:
        case, application = self.cases[name], self.application(name)
        if case.state != State.DRAFT:
            return
        until = max(self.now, DATES.closes, case.extended_until or self.now) + timedelta(hours=1)
        is_right = who == "staff" and bool(why.strip())
        self.attempt(lambda by: grant_extension(application, until=until, reason=why, by=by), who, is_right=is_right)
        if is_right:
            case.extended_until = until

    # ------------------------------------------------------------------ the clock

    @rule(second=st.sampled_from((-1, 0, 1)))
    def wait(self, second: int) -> None:
        """Until just before, at, or just after the next deadline; time never goes back."""
        moments = {DATES.opens, DATES.closes, DATES.recommendation}
        moments |= {at for case in self.cases.values() for at in (case.due, case.extended_until) if at}
        ahead = sorted(at for at in moments if at + second * SECOND > self.now)
        if ahead:
            self.to(ahead[0] + second * SECOND)

    # ------------------------------------------------------------------ what must be true

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        """What is written, how often, and which buttons people see."""
        for name, case in self.cases.items():
            application = self.application(name)
            assert row_of(application) == case.row(), name
            for who in ("owner", "stranger", "unit", "other unit", "staff", "leader", "anonymous"):
                shown = steps_open_to(self.world.people[who], application, self.now)
                assert set(shown) == {step for step in STEPS if case.acts(who, step, self.now)}, (name, who)
        assert Application.objects.count() == self.drafts
        assert AuditEvent.objects.count() == self.entries
        assert sum(case.holds_place() for case in self.cases.values()) <= PLACES


def test_no_sequence_of_actions_leaves_the_table() -> None:
    Filings.world = World()
    try:
        run_state_machine_as_test(
            Filings,
            settings=settings(
                max_examples=32,
                stateful_step_count=20,
                suppress_health_check=list(HealthCheck),
                database=None,
                phases=(Phase.explicit, Phase.generate),  # shrinking takes minutes; the steps say enough
            ),
        )
    finally:
        del Filings.world
