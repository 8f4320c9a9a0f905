"""Which experts must not review what: every rule, the families of organisations, and what follows."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from qa_portal.accounts.enums import Role
from qa_portal.audit.queries import events_for
from qa_portal.core.errors import Refusal
from qa_portal.organisations.enums import OrganisationKind
from qa_portal.organisations.models import Organisation
from reviews.enums import AssignmentEnd, AssignmentSource, ConflictCode, ConflictSource, EmploymentKind, Tie
from reviews.models import Assignment, Conflict, Employment, Expert, ReviewSettings
from reviews.pool.conflicts import conflicts_of
from reviews.pool.kinship import Kinship, name_key
from reviews.pool.operations import declare_conflict, dismiss, recompute, tie_organisations
from submissions.enums import Industry
from submissions.models import Application, SectionContent
from tests.factories import (
    ApplicationFactory,
    CampaignFactory,
    EmployerFactory,
    EnterpriseFactory,
    ExpertFactory,
    RecommendingUnitFactory,
)
from tests.submissions.test_workflow import person

ON = date(2020, 7, 1)


def found(*, on: date = ON, years: int = 3) -> set[tuple[str, str, str]]:
    """Number, code of the expert, code of the conflict: everything that the rules find in 2020."""
    numbers = dict(Application.objects.values_list("pk", "number"))
    codes = dict(Expert.objects.values_list("pk", "code"))
    pairs = conflicts_of(CampaignFactory(), on=on, years=years)
    return {(numbers[a], codes[e], code) for a, e, code, _source in pairs}


def filed(application: Application, section: str, **data: Any) -> None:
    SectionContent.objects.create(application=application, section=section, data=data)


@pytest.fixture
def application() -> Application:
    return ApplicationFactory(number="2020-0001", industry=Industry.NEW_IT)


@pytest.fixture
def expert() -> Expert:
    return ExpertFactory(code="E1", name="王 丽", employer=EmployerFactory(name="申江大学"))


pytestmark = pytest.mark.django_db
ONLY = {("2020-0001", "E1", code) for code in ConflictCode.values}


def test_without_a_link_there_is_no_conflict(application: Application, expert: Expert) -> None:
    assert found() == set()


def test_own_unit_by_name_whatever_its_brackets(application: Application, expert: Expert) -> None:
    Organisation.objects.filter(pk=application.applicant_id).update(name="申江（上海）仪器有限公司")
    expert.employer = EmployerFactory(name="申江(上海)仪器有限公司")
    expert.save()
    # who works at the applicant works at a rival, too
    assert found() == {("2020-0001", "E1", "C1"), ("2020-0001", "E1", "C10")}


def test_own_unit_by_a_tie_of_a_tie(application: Application, expert: Expert) -> None:
    group = Organisation.objects.create(kind=OrganisationKind.GROUP, name="申江集团")
    staff = person("staff", Role.STAFF)
    assert expert.employer is not None
    tie_organisations(expert.employer, group, kind=Tie.PARENT, note="", by=staff)
    assert found() == set()
    tie_organisations(application.applicant, group, kind=Tie.PARENT, note="", by=staff)
    assert ("2020-0001", "E1", "C1") in found()


def test_partner_units_count_by_name_and_by_code(application: Application, expert: Expert) -> None:
    filed(application, "project", partner_units=[{"name": "申江大学", "uscc": ""}])
    assert found() == {("2020-0001", "E1", "C1"), ("2020-0001", "E1", "C10")}
    SectionContent.objects.all().delete()
    partner = EnterpriseFactory(name="另一家公司")
    Organisation.objects.filter(pk=expert.employer_id).update(name="换了名字的大学")
    tie_organisations(Organisation.objects.get(pk=expert.employer_id), partner, kind="alias", note="",
                      by=person("staff", Role.STAFF))  # fmt: skip
    filed(application, "project", partner_units=[{"name": "写错的名字", "uscc": partner.uscc}])
    assert ("2020-0001", "E1", "C1") in found()


def test_recommending_unit(application: Application, expert: Expert) -> None:
    Organisation.objects.filter(pk=application.recommending_unit_id).update(name="申江大学")
    assert found() == {("2020-0001", "E1", "C2")}


@pytest.mark.parametrize("data", [{"team": [{"name": "王丽"}]}, {"leader_name": "王　丽"}])
def test_people_of_the_project(data: dict[str, Any], application: Application, expert: Expert) -> None:
    filed(application, "team", **data)
    assert found() == {("2020-0001", "E1", "C3")}


@pytest.mark.parametrize(
    ("kind", "until", "code"),
    [
        (EmploymentKind.EMPLOYED, None, "C4"),
        (EmploymentKind.EMPLOYED, date(2017, 7, 1), "C4"),
        (EmploymentKind.EMPLOYED, date(2017, 6, 30), None),
        (EmploymentKind.BOARD, date(2019, 1, 1), "C4"),
        (EmploymentKind.ADVISER, date(2019, 1, 1), "C8"),
        (EmploymentKind.ADVISER, date(2016, 1, 1), None),
    ],
)
def test_former_work_counts_for_some_years(
    kind: str, until: date | None, code: str | None, application: Application, expert: Expert
) -> None:
    uscc = application.applicant.uscc
    Employment.objects.create(expert=expert, organisation="旧名", uscc=uscc, kind=kind, until=until)
    assert found() == ({("2020-0001", "E1", code)} if code else set())


def test_whom_the_applicant_asks_to_avoid(application: Application, expert: Expert) -> None:
    filed(application, "team", avoid_experts=[{"name": "王丽", "reason": "x"}])
    [(_a, _e, code, source)] = conflicts_of(CampaignFactory(), on=ON, years=3)
    assert (code, source) == ("C9", "applicant")


def test_a_rival_of_the_same_industry_only(application: Application, expert: Expert) -> None:
    own = EnterpriseFactory(name="申江大学")
    ApplicationFactory(number="2020-0002", industry=Industry.NEW_IT, applicant=own)
    ApplicationFactory(number="2020-0003", industry=Industry.BIOLOGY)
    assert found() == {("2020-0001", "E1", "C10"), ("2020-0002", "E1", "C1"), ("2020-0002", "E1", "C10")}


def test_who_organises_does_not_review(application: Application, expert: Expert) -> None:
    Organisation.objects.create(kind=OrganisationKind.BUREAU, name="申江大学")
    assert found() == {("2020-0001", "E1", "C11")}


def test_queries_do_not_grow_with_the_year(
    application: Application, expert: Expert, django_assert_num_queries: Any
) -> None:
    campaign = CampaignFactory()
    for _more in range(2):
        with django_assert_num_queries(7):
            conflicts_of(campaign, on=ON, years=3)
        ApplicationFactory.create_batch(3, recommending_unit=RecommendingUnitFactory())
        ExpertFactory.create_batch(3)


# ------------------------------------------------------------------ rows
def test_rows_follow_the_data_and_keep_what_people_decided(application: Application, expert: Expert) -> None:
    staff, campaign = person("staff", Role.STAFF), CampaignFactory()
    filed(application, "team", leader_name="王丽")
    declare_conflict(application, expert, code="C7", reason="合著论文", source=ConflictSource.STAFF, by=staff)
    counts = recompute(campaign, by=staff)
    assert counts == {"new": 1, "gone": 0, "active": 1, "assignments_ended": 0}
    assert recompute(campaign, by=staff) == {"new": 0, "gone": 0, "active": 1, "assignments_ended": 0}
    SectionContent.objects.update(data={"leader_name": "别人"})
    assert recompute(campaign, by=staff)["gone"] == 1
    assert list(Conflict.objects.active().values_list("code", flat=True)) == ["C7"]


def test_what_staff_dismissed_is_not_found_again(application: Application, expert: Expert) -> None:
    staff, campaign = person("staff", Role.STAFF), CampaignFactory()
    filed(application, "team", leader_name="王丽")
    recompute(campaign, by=staff)
    with pytest.raises(Refusal):
        dismiss(Conflict.objects.get(), reason=" ", by=staff)
    dismiss(Conflict.objects.get(), reason="同名不同人", by=staff)
    assert recompute(campaign, by=staff)["new"] == 0
    assert (Conflict.objects.active().count(), Conflict.objects.get().ended_reason) == (0, "同名不同人")


def test_a_conflict_found_later_ends_the_assignment(application: Application, expert: Expert) -> None:
    staff = person("staff", Role.STAFF)
    one = Assignment.objects.create(
        application=application, expert=expert, source=AssignmentSource.DRAWN, released_at=timezone.now()
    )
    other = Assignment.objects.create(
        application=application, expert=ExpertFactory(code="E2"), source=AssignmentSource.DRAWN
    )
    filed(application, "team", leader_name="王丽")
    assert recompute(CampaignFactory(), by=staff)["assignments_ended"] == 1
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.ended_because, other.ended_at) == (AssignmentEnd.CONFLICT, None)
    assert [event.action for event in events_for(one)] == ["assignment.ended"]


def test_years_are_a_setting(application: Application, expert: Expert) -> None:
    campaign, staff = CampaignFactory(), person("staff", Role.STAFF)
    until = timezone.localdate().replace(day=1).replace(year=timezone.localdate().year - 5)
    Employment.objects.create(
        expert=expert, organisation=application.applicant.name, kind=EmploymentKind.EMPLOYED, until=until
    )
    assert recompute(campaign, by=staff)["new"] == 0
    ReviewSettings.objects.create(campaign=campaign, conflict_years=6)
    assert recompute(campaign, by=staff)["new"] == 1


def test_nobody_but_staff_writes(application: Application, expert: Expert) -> None:
    for role in (Role.LEADER, Role.INSPECTOR, Role.EXPERT, Role.APPLICANT):
        with pytest.raises(Refusal):
            declare_conflict(
                application, expert, code="C7", reason="x", source=ConflictSource.STAFF, by=person(role.value, role)
            )
    assert Conflict.objects.count() == 0


def test_an_expert_speaks_for_himself_alone(application: Application, expert: Expert) -> None:
    user = person("wang", Role.EXPERT)
    other = ExpertFactory(code="E2")
    expert.user = user
    expert.save()
    made = declare_conflict(application, expert, code="C5", reason="亲属", source=ConflictSource.EXPERT, by=user)
    assert (made.source, made.created_by) == ("expert", user)
    with pytest.raises(Refusal):
        declare_conflict(application, other, code="C5", reason="亲属", source=ConflictSource.EXPERT, by=user)


# ------------------------------------------------------------------ families
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12))
def test_families_are_what_ties_connect(ties: list[tuple[int, int]]) -> None:
    """Against a closure computed the slow way."""
    kinship = Kinship()
    for key in range(8):
        kinship.add(key, f"单位{key}")
    for one, other in ties:
        kinship.tie(one, other)
    linked = [{key} for key in range(8)]
    for _round in range(8):
        for one, other in ties:
            both = linked[one] | linked[other]
            for key in both:
                linked[key] = linked[key] | both
    for one in range(8):
        for other in range(8):
            assert (kinship.of(one) == kinship.of(other)) is (other in linked[one])


def test_names_are_compared_without_noise() -> None:
    assert name_key("上海 ＡＢＣ（集团）有限公司") == name_key("上海abc(集团)有限公司")
    assert name_key("甲公司") != name_key("乙公司")
    assert Kinship().of_name("（）") == frozenset()
