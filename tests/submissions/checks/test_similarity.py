"""Texts that were filed before: found, with the words shared, without telling whose; fast at 10,000."""

import random
import time
from decimal import Decimal
from typing import Any

import pytest

from submissions.context import context_for
from submissions.enums import State
from submissions.form.checks import findings
from submissions.form.dossier import Dossier
from submissions.models import Application, SectionContent, Submission, TextPrint
from submissions.queries import dossier_of
from submissions.similarity import (
    RUN,
    passages_in,
    plain,
    prints_of,
    refresh_prints,
    runs_of,
    share_of,
    similar_to,
)
from tests.factories import ApplicationFactory, CampaignFactory, EnterpriseFactory

SIGNS = "质量攻关焊缝合格率缺陷返修工艺参数检测分析改进标准培训温度压力密封振动寿命材料结构强度精度误差控制系统设备产线"
SHARED = "通过正交试验优化焊接电流与层间温度，使拐角焊缝一次合格率由91.2%提高到98.6%，并把参数固化到作业指导书。"


def prose(seed: int, length: int = 900) -> str:
    choose = random.Random(seed)  # noqa: S311 - the same text each time
    return "".join(choose.choice(SIGNS) for _place in range(length))


def sections(text: str) -> dict[str, dict[str, Any]]:
    return {"quality": {"solution": text[:2000]}}


def submitted(text: str, *, year: int = 2020, state: State = State.ACCEPTED, **fields: Any) -> Application:
    application = ApplicationFactory(campaign=CampaignFactory(year=year), state=state, **fields)
    by = submitter()
    content = {"sections": sections(text), "evidence": [], "profile": {}}
    Submission.objects.create(application=application, serial=1, content=content, submitted_by=by)
    refresh_prints(application, content["sections"])
    return application


def submitter() -> Any:
    from qa_portal.accounts.models import User

    return User.objects.get_or_create(email="submitter@example.com")[0]


def draft(text: str, *, year: int = 2021) -> Application:
    application = ApplicationFactory(campaign=CampaignFactory(year=year), state=State.DRAFT)
    SectionContent.objects.create(application=application, section="quality", data={"solution": text})
    return application


def found(application: Application, above: str = "0.3") -> Any:
    return similar_to(application, dossier_of(application), above=Decimal(above))


# ------------------------------------------------------------------ pure


def test_spaces_width_and_case_do_not_hide_a_text() -> None:
    assert plain("焊 缝，ＡＢ1！")[0] == plain("焊缝ab１")[0]


def test_the_share_counts_runs_of_the_own_text() -> None:
    own, other = runs_of("一二三四五六七八九十"), runs_of("一二三四五六七八xyz")
    assert (len(own), share_of(own, other), share_of(set(), other)) == (6, Decimal(4) / 6, Decimal(0))


def test_passages_are_one_s_own_words_with_their_signs() -> None:
    text = f"我们的方案。{SHARED}结尾不同的文字在这里。"
    assert passages_in(text, runs_of(plain(f"别人的开头{SHARED}别人的结尾")[0])) == (SHARED.rstrip("。"),)


def test_a_sample_is_about_one_in_sixteen_and_the_same_everywhere() -> None:
    runs = runs_of(prose(1, 4000))
    sample = prints_of(runs)
    assert len(runs) / 24 < len(sample) < len(runs) / 11
    assert prints_of(sorted(runs)) == sample


# ------------------------------------------------------------------ in the database


@pytest.mark.django_db
def test_an_earlier_text_is_found_with_share_and_passages() -> None:
    submitted(prose(1) + SHARED, year=2019)
    submitted(prose(2), year=2019)
    one = draft(prose(1)[:600] + prose(3, 400))
    [similar] = found(one)
    assert (similar.year, similar.is_own) == (2019, False)
    assert Decimal("0.58") < similar.share < Decimal("0.62")
    assert similar.passages[0].removesuffix("…") in prose(1)


@pytest.mark.django_db
def test_the_finding_tells_nothing_of_the_other() -> None:
    other = submitted(prose(1), year=2019, title="别人的项目名称")
    one = draft(prose(1)[:600] + prose(3, 400))
    dossier = dossier_of(one)
    [finding] = [each for each in findings(dossier, context_for(one, dossier)) if each.rule == "P21"]
    told = f"{finding.text} {finding.params}"
    assert prose(1)[:20] in told
    for secret in (other.number, other.title, other.applicant_name, prose(1)[650:660]):
        assert secret not in told


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.DRAFT, State.WITHDRAWN])
def test_what_was_not_filed_is_not_compared(state: State) -> None:
    submitted(prose(1), state=state)
    assert found(draft(prose(1))) == ()


@pytest.mark.django_db
def test_later_years_and_oneself_are_not_compared() -> None:
    one = draft(prose(1), year=2019)
    submitted(prose(1), year=2020)
    refresh_prints(one, sections(prose(1)))
    assert found(one) == ()


@pytest.mark.django_db
def test_one_s_own_earlier_application_is_named_as_one_s_own() -> None:
    enterprise = EnterpriseFactory()
    submitted(prose(1), applicant=enterprise)
    one = draft(prose(1))
    Application.objects.filter(pk=one.pk).update(applicant=enterprise)
    one.refresh_from_db()
    assert [similar.is_own for similar in found(one)] == [True]


@pytest.mark.django_db
def test_prints_follow_the_latest_submission() -> None:
    one = submitted(prose(1))
    refresh_prints(one, sections(prose(2)))
    assert set(TextPrint.objects.values_list("shingle", flat=True)) == prints_of(runs_of(plain(prose(2))[0]))


@pytest.mark.django_db
def test_two_queries_however_many_there_are(django_assert_num_queries: Any) -> None:
    one = draft(prose(1))
    dossier = dossier_of(one)
    for count in (1, 4):
        for seed in range(count):
            submitted(prose(1)[: 500 + 20 * seed] + prose(count * 100 + seed, 300))
        with django_assert_num_queries(2):
            similar_to(one, dossier, above=Decimal("0.3"))


@pytest.mark.django_db
def test_a_look_at_ten_thousand_applications_is_quick() -> None:
    by = submitter()
    base = submitted(prose(0))
    copies = Application.objects.bulk_create(
        Application(
            campaign=base.campaign, applicant_id=base.applicant_id, applicant_name="x", number=f"2020-{n:04d}",
            title="x", channel="self", district="310112", ownership="PRIVATE", size_class="small", industry="OTHER",
        )
        for n in range(1000, 9999)
    )  # fmt: skip
    # fewer prints than real texts have, so that making them does not take the test's time; some are common
    choose = random.Random(3)  # noqa: S311
    prints = [
        TextPrint(application=one, shingle=choose.randrange(-(2**62), 2**62)) for one in copies for _place in range(10)
    ]
    common = sorted(prints_of(runs_of(plain(prose(5, 2000))[0])))[:10]
    prints += [TextPrint(application=one, shingle=shingle) for one in copies[:3000] for shingle in common]
    TextPrint.objects.bulk_create(prints, batch_size=5000)
    match = copies[-1]
    content = {"sections": sections(prose(5, 2000))}
    Submission.objects.create(application=match, serial=1, content=content, submitted_by=by)
    refresh_prints(match, content["sections"])
    one = draft(prose(5, 2000))
    dossier, start = dossier_of(one), time.process_time()
    result = similar_to(one, dossier, above=Decimal("0.3"))
    assert time.process_time() - start < 1  # CPU: a busy machine must not fail it
    assert [similar.share for similar in result] == [Decimal(1)]


def test_a_short_text_is_not_looked_up() -> None:
    application = Application(pk=1)
    assert similar_to(application, Dossier(sections("短文本")), above=Decimal("0.3")) == ()
    assert RUN == 5
