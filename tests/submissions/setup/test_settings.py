"""Changing the settings of a year: what is written, recorded and refused."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qa_portal.accounts.enums import Role
from qa_portal.audit.models import AuditEvent
from qa_portal.campaigns.models import Campaign
from qa_portal.core.errors import Refusal
from qa_portal.files.operations import store
from submissions.context import settings_for
from submissions.enums import State
from submissions.form.checks import CheckSettings
from submissions.models import EvidenceFile, Recommendation, UnitAbsence, UnitQuota
from submissions.operations import Stale
from submissions.setup.changes import Columns, CriterionRow, Quotas, Sheet, Units
from submissions.setup.operations import NotPossible, change_year
from tests.factories import (
    ApplicationFactory,
    CampaignFactory,
    RecommendingUnitFactory,
    ReviewFactory,
)
from tests.submissions.pages.support import english, person
from tests.submissions.setup.support import NOW, begun, posted, prepared

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Any:
    """It is the morning of 1 March 2021 in Shanghai."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def staff(staff_user: Any) -> Any:
    return staff_user


@pytest.fixture
def client(staff_user: Any) -> Client:
    return english(staff_user)


def change(campaign: Campaign, wanted: Any, by: Any, **fields: Any) -> list[str]:
    campaign.refresh_from_db()
    given = {"seen_version": campaign.settings_version, "reason": "because"}
    return change_year(campaign, wanted, by=by, **given | fields)


def fields_of(refusal: Any) -> list[str]:
    return [one.field for one in refusal.value.objections]


def url(section: str, year: int = 2021) -> str:
    return reverse("setup:section", kwargs={"year": year, "section": section})


# ------------------------------------------------------------------ what is written and recorded


def test_only_what_differs_is_written_and_recorded_with_both_values(staff: Any) -> None:
    campaign = begun()
    assert change(campaign, Columns({"return_days": 7, "check_days": 10}), staff) == ["return_days"]
    campaign.refresh_from_db()
    event = AuditEvent.objects.get(action="campaign.settings_changed")
    assert (campaign.return_days, campaign.settings_version) == (7, 1)
    assert (event.before, event.after, event.reason) == ({"return_days": 5}, {"return_days": 7}, "because")


def test_nothing_that_differs_leaves_no_entry(staff: Any) -> None:
    assert change(begun(), Columns({"return_days": 5}), staff, reason="") == []
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("reason", ["", " "])
def test_a_year_that_has_begun_needs_a_reason(reason: str, staff: Any) -> None:
    campaign = begun()
    with pytest.raises(Refusal) as refusal:
        change(campaign, Columns({"return_days": 7}), staff, reason=reason)
    assert (refusal.value.code, refusal.value.field, Campaign.objects.get().return_days) == ("reason", "reason", 5)


def test_a_year_in_preparation_needs_none(staff: Any) -> None:
    assert change(prepared(), Columns({"return_days": 7}), staff, reason="") == ["return_days"]


def test_a_year_whose_circular_is_published_changes_nothing(staff: Any, client: Client) -> None:
    campaign = begun(published_at=timezone.now())
    with pytest.raises(Refusal) as refusal:
        change(campaign, Columns({"return_days": 7}), staff)
    answer = client.post(url("dates"), {"return_days": "7", "reason": "because", "seen_version": "0"})
    campaign.refresh_from_db()
    assert (refusal.value.code, answer.status_code, campaign.return_days) == ("published", 409, 5)
    assert all(field.disabled for field in client.get(url("dates")).context["form"].fields.values())


@pytest.mark.parametrize("role", [one for one in Role if one != Role.STAFF])
def test_only_staff_change_a_year(role: Role) -> None:
    campaign = begun()
    with pytest.raises(Refusal) as refusal:
        change(campaign, Columns({"return_days": 7}), person("x", role))
    assert (refusal.value.code, Campaign.objects.get().return_days) == ("forbidden", 5)


def test_leaders_read_and_cannot_post(staff: Any) -> None:
    begun()
    leader = english(person("leader", Role.LEADER))
    page = leader.get(url("scoring"))
    answer = leader.post(url("scoring"), {"seen_version": "0", "reason": "x"})
    assert (page.status_code, 'type="submit">Save' in page.content.decode(), answer.status_code) == (200, False, 409)


def test_an_older_page_does_not_overwrite_what_somebody_else_saved(staff: Any, client: Client) -> None:
    campaign = begun()
    old = client.get(url("dates")).context["form"]
    change(campaign, Columns({"check_days": 12}), staff)
    answer = client.post(url("dates"), posted(old, return_days="8", reason="because"))
    campaign.refresh_from_db()
    assert (answer.status_code, campaign.check_days, campaign.return_days) == (422, 12, 5)
    shown = answer.context["form"]
    assert (shown["return_days"].value(), shown["seen_version"].value()) == ("8", "1")
    with pytest.raises(Stale):
        change(campaign, Columns({"return_days": 8}), staff, seen_version=0)


# ------------------------------------------------------------------ pages


def test_a_section_saves_what_was_typed(client: Client) -> None:
    prepared()
    form = client.get(url("dates")).context["form"]
    assert "reason" not in form.fields
    answer = client.post(url("dates"), posted(form, filing_closes_at="2021-05-31T17:00:01", corrections_allowed="2"))
    campaign = Campaign.objects.get()
    assert (answer.status_code, campaign.corrections_allowed) == (302, 2)
    assert timezone.localtime(campaign.filing_closes_at).isoformat() == "2021-05-31T17:00:01+08:00"


@pytest.mark.parametrize(("field", "value", "wrong"), [
    ("filing_closes_at", "2021-04-01T09:00:00", "filing_closes_at"),
    ("recommendation_closes_at", "2021-05-31T16:59:59", "recommendation_closes_at"),
    ("review_opens_at", "2021-06-01T09:00", "review_opens_at"),
    ("review_closes_at", "2021-07-12T09:00", "review_closes_at"),
    ("call_issued_on", "2021-04-02", "call_issued_on"),
    ("return_days", "0", "return_days"), ("check_days", "61", "check_days"),
    ("correction_days", "x", "correction_days"),
    ("corrections_allowed", "6", "corrections_allowed"), ("filing_opens_at", "soon", "filing_opens_at"),
])  # fmt: skip
def test_dates_that_do_not_fit_are_named_at_their_field(field: str, value: str, wrong: str, client: Client) -> None:
    prepared()
    form = client.get(url("dates")).context["form"]
    answer = client.post(url("dates"), posted(form, **{field: value}))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [wrong])
    assert answer.context["form"][field].value() == value
    assert f'href="#id_{wrong}"' in answer.content.decode()


def test_thresholds_of_the_year_are_those_of_the_check(client: Client) -> None:
    campaign = prepared()
    assert settings_for(campaign) == CheckSettings()
    form = client.get(url("evidence")).context["form"]
    typed = {"similarity_percent": "25.5", "months_in_use": "3", "profit_percent": "40", "evidence-EV12": "always",
             "evidence-EV11": "never", "needs_letter": "on", "top_percent": "2", "deviation": "1"}  # fmt: skip
    assert client.post(url("evidence"), posted(form, **typed)).status_code == 302
    assert settings_for(Campaign.objects.get()) == CheckSettings(
        similarity=Decimal("0.255"), months_in_use=3, profit_share=Decimal("0.4"), top_share=Decimal("0.02"),
        deviation=Decimal(1), needs_letter=True, evidence={"EV12": "always", "EV11": "never"},
    )  # fmt: skip


@pytest.mark.parametrize(("field", "value"), [
    ("evidence-EV04", "never"), ("evidence-EV13", "never"), ("evidence-EV01", "perhaps"), ("similarity_percent", "0"),
    ("similarity_percent", "101"), ("evidence_file_mb", "21"), ("evidence_total_mb", "5"), ("deviation", "-1"),
    ("deviation", "0.001"), ("top_sample", "0"),
])  # fmt: skip
def test_evidence_rules_that_are_not_possible_are_refused(field: str, value: str, client: Client) -> None:
    prepared()
    form = client.get(url("evidence")).context["form"]
    answer = client.post(url("evidence"), posted(form, **{field: value}))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_texts_keep_their_paragraphs(client: Client) -> None:
    prepared()
    form = client.get(url("texts")).context["form"]
    answer = client.post(url("texts"), posted(form, call_notice=" 一、\r\n\r\n二、 ", declaration_text="承诺"))
    campaign = Campaign.objects.get()
    assert (answer.status_code, campaign.call_notice, campaign.declaration_text) == (302, "一、\n\n二、", "承诺")


def test_units_and_quotas_have_their_pages(client: Client) -> None:
    campaign, one, two = prepared(), RecommendingUnitFactory(), RecommendingUnitFactory(group=True)
    client.post(url("quotas"), posted(client.get(url("quotas")).context["form"], **{f"unit-{one.pk}": "3"}))
    assert list(UnitQuota.objects.values_list("unit", "places")) == [(one.pk, 3)]
    form = client.get(url("units")).context["form"]
    answer = client.post(url("units"), {"seen_version": form["seen_version"].value(), "district_bureau": [one.pk]})
    assert (answer.status_code, list(UnitAbsence.objects.values_list("unit", flat=True))) == (302, [two.pk])
    assert [name for name in client.get(url("quotas")).context["form"].fields if name.startswith("unit-")] == [
        f"unit-{one.pk}"
    ]
    version = Campaign.objects.get(pk=campaign.pk).settings_version
    client.post(url("quotas"), {"seen_version": version, f"unit-{one.pk}": ""})
    client.post(url("units"), {"seen_version": version + 1, "district_bureau": [one.pk], "group": [two.pk]})
    assert (UnitQuota.objects.count(), UnitAbsence.objects.count()) == (0, 0)


def test_posting_every_column_changes_only_the_fields_of_the_section(client: Client) -> None:
    prepared()
    kept = {one.attname: getattr(Campaign.objects.get(), one.attname) for one in Campaign._meta.concrete_fields}
    data = dict.fromkeys(kept, "1") | {"published_at": "2021-01-01", "is_in_preparation": ""}
    form = client.get(url("texts")).context["form"]
    client.post(url("texts"), data | posted(form, call_notice="新"))
    after = {one.attname: getattr(Campaign.objects.get(), one.attname) for one in Campaign._meta.concrete_fields}
    assert {name for name in kept if kept[name] != after[name]} == {
        "call_notice",
        "declaration_text",
        "settings_version",
    }


# ------------------------------------------------------------------ score sheet


def sheet(campaign: Campaign) -> list[CriterionRow]:
    return [CriterionRow(one.pk, one.name, one.maximum, one.step, one.anchors) for one in campaign.criteria.all()]


def test_the_score_sheet_is_reordered_renamed_extended_and_shortened(client: Client) -> None:
    campaign = prepared()
    form = client.get(url("scoring")).context["form"]
    data = posted(form, **{
        "row-1-place": "2", "row-2-place": "1", "row-1-name": "创新程度", "row-2-name": "产品质量",
        "row-5-remove": "on",
        "row-4-maximum": "20", "row-6-name": "可持续", "row-6-maximum": "5", "row-6-anchors": "高：…\r\n低：…",
    })  # fmt: skip
    assert client.post(url("scoring"), data).status_code == 302
    assert [(one.position, one.name, one.maximum, one.anchors) for one in campaign.criteria.all()] == [
        (1, "产品质量", Decimal(25), ""), (2, "创新程度", Decimal(30), ""), (3, "技术难度", Decimal(20), ""),
        (4, "经济社会效益", Decimal(20), ""), (5, "可持续", Decimal(5), "高：…\n低：…"),
    ]  # fmt: skip


@pytest.mark.parametrize(("cells", "row", "column"), [
    ({"row-1-name": ""}, 1, "name"), ({"row-2-name": "产品质量"}, 2, "name"), ({"row-1-maximum": "0"}, 1, "maximum"),
    ({"row-1-maximum": "abc"}, 1, "maximum"), ({"row-1-step": "0.7"}, 1, "step"), ({"row-1-step": "0.001"}, 1, "step"),
    ({"row-1-place": "first"}, 1, "place"), ({"row-6-name": "新"}, 6, "maximum"), ({"row-1-key": "999999"}, 1, "name"),
    ({"row-1-anchors": "长" * 1001}, 1, "anchors"),
])  # fmt: skip
def test_errors_of_the_score_sheet_stand_in_their_cell(
    cells: dict[str, str], row: int, column: str, client: Client
) -> None:
    prepared()
    answer = client.post(url("scoring"), posted(client.get(url("scoring")).context["form"], **cells))
    rows = {one.number: one for one in answer.context["form"].rows.rows}
    assert (answer.status_code, column in rows[row].errors) == (422, True)
    assert f'id="row-{row}-{column}-error"' in answer.content.decode()


def test_a_sheet_without_any_criterion_and_odd_trimming_are_refused(client: Client) -> None:
    prepared()
    form = client.get(url("scoring")).context["form"]
    removed = {f"row-{number}-remove": "on" for number in range(1, 6)}
    answer = client.post(url("scoring"), posted(form, **removed, trim_from="2", reviews_per_application="0"))
    assert set(answer.context["form"].errors) == {"__all__", "trim_from", "reviews_per_application"}


# ------------------------------------------------------------------ what would hurt


def test_filing_is_not_closed_under_those_who_write(staff: Any, clock: Any) -> None:
    campaign = begun()
    clock.shift(timedelta(days=60))
    ApplicationFactory(campaign=campaign, state=State.DRAFT)
    for closes, fields in ((timezone.now(), ["filing_closes_at"]), (None, ["filing_closes_at"])):
        with pytest.raises(NotPossible) as refusal:
            change(campaign, Columns({"filing_closes_at": closes}), staff)
        assert fields_of(refusal) == fields
    assert change(campaign, Columns({"filing_closes_at": timezone.now() + timedelta(seconds=1)}), staff)
    with pytest.raises(NotPossible) as refusal:
        change(campaign, Columns({"filing_opens_at": timezone.now() + timedelta(microseconds=1)}), staff)
    assert fields_of(refusal) == ["filing_opens_at"]


def test_recommendation_is_not_closed_while_units_have_something_to_do(staff: Any, clock: Any) -> None:
    campaign = begun()
    clock.shift(timedelta(days=95))
    wanted = Columns({"recommendation_closes_at": timezone.now()})
    ApplicationFactory(campaign=campaign, state=State.PENDING_RECOMMENDATION)
    with pytest.raises(NotPossible) as refusal:
        change(campaign, wanted, staff)
    assert fields_of(refusal) == ["recommendation_closes_at"]


def test_a_quota_is_not_below_what_is_recommended(staff: Any) -> None:
    campaign, unit = begun(), RecommendingUnitFactory()
    for state in (State.FORMAL_CHECK, State.ACCEPTED, State.WITHDRAWN, State.REFUSED):
        made = ApplicationFactory(campaign=campaign, state=state)
        Recommendation.objects.create(application=made, opinion="x", place=1, recommended_by=staff)
    with pytest.raises(NotPossible) as refusal:
        change(campaign, Quotas({unit.pk: 1}), staff)
    assert (fields_of(refusal), UnitQuota.objects.count()) == ([f"quota:{unit.pk}"], 0)
    assert change(campaign, Quotas({unit.pk: 2}), staff) == [f"quota:{unit.pk}"]


def test_the_page_names_the_objection_at_the_field(staff: Any, client: Client) -> None:
    campaign, unit = begun(), RecommendingUnitFactory()
    made = ApplicationFactory(campaign=campaign, state=State.ACCEPTED)
    Recommendation.objects.create(application=made, opinion="x", place=1, recommended_by=staff)
    form = client.get(url("quotas")).context["form"]
    answer = client.post(url("quotas"), posted(form, **{f"unit-{unit.pk}": "0"}, reason="because"))
    text = f"{unit.name} has recommended 1 applications already; the quota cannot be lower."
    assert (answer.status_code, dict(answer.context["form"].errors)) == (422, {f"unit-{unit.pk}": [text]})


def test_a_unit_that_applications_name_stays(staff: Any) -> None:
    campaign, unit, other = begun(), RecommendingUnitFactory(), RecommendingUnitFactory(group=True)
    ApplicationFactory(campaign=campaign, state=State.DRAFT)
    ApplicationFactory(campaign=CampaignFactory(year=2019), by_group=True)
    with pytest.raises(NotPossible) as refusal:
        change(campaign, Units({unit.pk: False, other.pk: False}), staff)
    assert fields_of(refusal) == [f"unit:{unit.pk}"]
    assert change(campaign, Units({other.pk: False}), staff) == [f"unit:{other.pk}"]


def evidence(application: Any, type: str, size: int, by: Any) -> EvidenceFile:
    stored = store(b"x", name="x.pdf", purpose="evidence", owner=by)
    stored.size = size
    stored.save(update_fields=["size"])
    return EvidenceFile.objects.create(application=application, type=type, stored=stored, uploaded_by=by)


def test_nothing_more_is_asked_of_those_who_have_submitted(staff: Any) -> None:
    campaign = begun()
    rules = Columns({"evidence_rules": {"EV12": "always"}, "needs_letter": True})
    made = ApplicationFactory(campaign=campaign, state=State.FORMAL_CHECK, submitted_at=timezone.now())
    ApplicationFactory(campaign=campaign, state=State.REFUSED, submitted_at=timezone.now())
    with pytest.raises(NotPossible) as refusal:
        change(campaign, rules, staff)
    assert fields_of(refusal) == ["evidence_rules:EV12", "needs_letter"]
    evidence(made, "EV12", 1, staff)
    evidence(made, "EV14", 1, staff)
    assert change(campaign, rules, staff) == ["evidence_rules:EV12", "needs_letter"]


def test_sizes_are_not_below_what_is_there(staff: Any) -> None:
    campaign = begun()
    made = ApplicationFactory(campaign=campaign, state=State.DRAFT)
    for _n in range(3):
        evidence(made, "EV04", 10 * 1024 * 1024 + 1, staff)
    with pytest.raises(NotPossible) as refusal:
        change(campaign, Columns({"evidence_file_mb": 10, "evidence_total_mb": 30}), staff)
    assert fields_of(refusal) == ["evidence_file_mb", "evidence_total_mb"]
    assert change(campaign, Columns({"evidence_file_mb": 11, "evidence_total_mb": 31}), staff)


@pytest.mark.parametrize(("name", "stricter", "laxer"), [
    ("months_in_use", 7, 5), ("summary_pages", 19, 21), ("novelty_months", 23, 25),
    ("deviation", Decimal(0), Decimal("0.02")),
])  # fmt: skip
def test_a_blocking_threshold_only_becomes_laxer_after_the_first_submission(
    name: str, stricter: Any, laxer: Any, staff: Any
) -> None:
    campaign = begun()
    ApplicationFactory(campaign=campaign, state=State.PENDING_RECOMMENDATION, submitted_at=timezone.now())
    with pytest.raises(NotPossible) as refusal:
        change(campaign, Columns({name: stricter}), staff)
    assert fields_of(refusal) == [name]
    assert change(campaign, Columns({name: laxer}), staff) == [name]


def test_a_criterion_with_scores_stays_and_only_words_change(staff: Any) -> None:
    campaign = begun()
    ReviewFactory(application=ApplicationFactory(campaign=campaign))
    rows = sheet(campaign)
    keys = [row.key for row in rows]
    first, *rest = rows
    other = CriterionRow(first.key, first.name, Decimal(40), first.step, first.anchors)
    cases = {
        f"criterion:{first.key}": rest,
        f"criterion:{first.key}:maximum": [other, *rest],
        "criterion:new:6": [*rows, CriterionRow(None, "新", Decimal(5), Decimal(1))],
        f"criterion:{first.key}:position": [rest[0], first, *rest[1:]],
    }
    for field, wanted in cases.items():
        with pytest.raises(NotPossible) as refusal:
            change(campaign, Sheet(wanted), staff)
        assert field in fields_of(refusal)
    with pytest.raises(NotPossible) as refusal:
        change(campaign, Columns({"trim_from": 7}), staff)
    assert fields_of(refusal) == ["trim_from"]
    words = CriterionRow(first.key, first.name, first.maximum, first.step, "27分以上：显著改善")
    assert change(campaign, Sheet([words, *rest]), staff) == [f"criterion:{first.key}:anchors"]
    assert [one.pk for one in campaign.criteria.all()] == keys


def test_prizes_that_are_decided_fit_their_quota(staff: Any) -> None:
    campaign = begun()
    for _n in range(2):
        ApplicationFactory(campaign=campaign, first_prize=True)
    with pytest.raises(NotPossible) as refusal:
        change(campaign, Columns({"first_prize_quota": 1, "second_prize_quota": 0}), staff)
    assert fields_of(refusal) == ["first_prize_quota"]
    assert change(campaign, Columns({"first_prize_quota": 2}), staff)
