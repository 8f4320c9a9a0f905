"""Pages of experts and of the bureau: what they show, what they hide, how many clicks."""

import io
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from qa_portal.accounts.enums import Role
from qa_portal.files.operations import store
from qa_portal.organisations.models import Organisation
from qa_portal.outbox.models import Message
from reviews.models import Assignment, BlindFileCopy, Review, ScoreSheet
from reviews.scoring.pledge import PLEDGE, digest_of
from reviews.scoring.queries import criteria_of
from submissions.enums import EvidenceType, State
from submissions.evidence.access import PURPOSE
from submissions.form.reading import write_base
from submissions.models import Application, EvidenceFile
from tests.factories import ApplicationFactory, RecommendingUnitFactory
from tests.reviews.scoring.support import (
    case,
    client_of,
    expert,
    lock,
    score,
    seat,
    type_in,
    url,
    user_of,
    values,
    year_in_review,
)
from tests.submissions.evidence.files import pdf
from tests.submissions.pages.support import english, fill, person

pytestmark = pytest.mark.django_db
SENTINEL = "SENTINEL"


@pytest.fixture
def staff() -> Client:
    return english(person("bureau", Role.STAFF))


def text_of(response: Any) -> str:
    return b"".join(response).decode() if response.streaming else response.content.decode()


# ------------------------------------------------------------------ the way through
def test_an_expert_goes_from_the_pledge_to_the_lock_without_scripts() -> None:
    year = year_in_review()
    who = expert(year, has_signed=False)
    first, second = (seat(case(year, is_full=True), who, is_accepted=False) for _n in range(2))
    client = client_of(who)
    assert client.get(url("sheet", first.pk))["Location"] == url("declare", first.pk)
    assert client.get(url("declare", first.pk))["Location"] == f"{url('pledge', 2021)}?next={first.pk}"
    signed = client.post(url("pledge", 2021), {"digest": digest_of(PLEDGE), "next": str(first.pk)})
    assert signed["Location"] == url("declare", first.pk)
    assert client.post(url("declare", first.pk), {"do": "accept"})["Location"] == url("sheet", first.pk)
    page = client.get(url("sheet", first.pk))
    assert (page.status_code, page.context["form"].left) == (200, "5 criteria are not scored")
    typed = values(year, (24, 20, 16, 12, 8)) | {"base": page.context["form"].base_text, "do": "next"}
    assert client.post(url("sheet", first.pk), typed)["Location"] == url("declare", second.pk)
    overview = client.get(url("overview", 2021))
    assert [line.state for line in overview.context["lines"]].count("complete") == 1
    confirmation = client.get(url("lock", 2021))
    assert "Lock 1 sheet" in text_of(confirmation)
    assert confirmation.context["left"] == 1
    version = confirmation.context["lines"][0].version
    assert client.post(url("lock", 2021), {"seat": f"{first.pk}:{version}"}).status_code == 302
    assert Review.objects.get().total == 80
    # locked: read-only, and a request for a correction
    closed = text_of(client.get(url("sheet", first.pk)))
    assert "data-autosave" not in closed
    assert client.post(url("sheet", first.pk), typed | {"comment": "x"}).status_code == 409
    assert client.post(url("correction", first.pk), {"reason": "a slip"}).status_code == 302
    assert client.post(url("correction", first.pk), {"reason": ""}).status_code == 422


def test_what_was_typed_stays_when_the_review_is_over() -> None:
    year = year_in_review()
    at = seat(case(year), expert(year))
    client = client_of(at.expert)
    base = client.get(url("sheet", at.pk)).context["form"].base_text
    year.review_closes_at = timezone.now()
    year.save()
    response = client.post(url("sheet", at.pk), {"base": base, "comment": "half a thought"})
    assert (response.status_code, ScoreSheet.objects.count()) == (409, 0)
    assert "half a thought" in text_of(response)
    autosaved = client.post(url("autosave", at.pk), {"base": base, "comment": "half a thought"})
    assert (autosaved.status_code, list(autosaved.json())) == (409, ["refused"])


def test_a_slip_is_named_at_its_field_and_kept() -> None:
    year = year_in_review()
    at = seat(case(year), expert(year))
    client, first = client_of(at.expert), criteria_of(year)[0]
    posted = {"base": "{}", f"points-{first.pk}": "30.2"}
    target = client.post(url("sheet", at.pk), posted)["Location"]
    page = client.get(target)
    assert [one["text"] for one in page.context["form"].errors] == ["产品质量: “30.2” is above the maximum."]
    assert page.context["form"].errors[0]["url"] == f"#f-points-{first.pk}"
    gaps = client.get(f"{url('sheet', at.pk)}?gaps=1").context["form"].errors
    assert len(gaps) == 7


def test_autosave_answers_totals_and_conflicts_of_another_window() -> None:
    year = year_in_review()
    at = seat(case(year), expert(year))
    client, first = client_of(at.expert), criteria_of(year)[0]
    name = f"points-{first.pk}"
    base = write_base({name: ""})
    saved = client.post(url("autosave", at.pk), {"base": base, name: "28.5"}).json()
    assert saved["computed"] == {"sheet-total": "28.5", "sheet-left": "4 criteria are not scored"}
    assert saved["conflicts"] == {}
    collided = client.post(url("autosave", at.pk), {"base": base, name: "20"}).json()
    assert list(collided["conflicts"]) == [name]
    assert ScoreSheet.objects.get().points == {str(first.pk): "28.5"}
    page = client.post(url("sheet", at.pk), {"base": base, name: "20"})
    assert (page.status_code, "28.5" in text_of(page)) == (409, True)
    conflict = page.context["form"].conflicts[name]
    chosen = {"base": base, name: "20", f"theirs-{name}": conflict.kept, f"resolve-{name}": "mine", "do": "stay"}
    assert client.post(url("sheet", at.pk), chosen).status_code == 302
    assert ScoreSheet.objects.get().points == {str(first.pk): "20"}


# ------------------------------------------------------------------ who sees what
def test_the_order_of_the_list_never_depends_on_scores() -> None:
    year = year_in_review(need=2)
    who = expert(year)
    seats = [seat(case(year), who) for _n in range(6)]
    client = client_of(who)

    def order() -> list[int]:
        return [line.pk for line in client.get(url("tasks")).context["years"][0]["lines"]]

    before = order()
    for place, at in enumerate(seats):
        type_in(at, (30 - 4 * place, 1, 1, 1, 1))
    lock(seats[3])
    assert (order(), sorted(order())) == (before, sorted(at.pk for at in seats))
    other = expert(year, "other")
    theirs = [seat(Application.objects.get(pk=at.application_id), other).application_id for at in seats]
    places = {at.pk: at.application_id for at in seats}
    shown = [line.pk for line in client_of(other).get(url("tasks")).context["years"][0]["lines"]]
    assert sorted(Assignment.objects.get(pk=pk).application_id for pk in shown) == sorted(theirs)
    assert [Assignment.objects.get(pk=pk).application_id for pk in shown] != [places[pk] for pk in before]


def test_a_seat_that_ended_or_is_not_released_is_as_unknown_as_a_foreign_one() -> None:
    year = year_in_review()
    who, stranger = expert(year), expert(year, "stranger")
    at = seat(case(year), who)
    draft = seat(case(year), who, released_at=None)
    client = client_of(who)
    assert client.get(url("sheet", at.pk)).status_code == 200
    left = client.post(url("declare", at.pk), {"do": "recuse", "recuse-code": "C3", "recuse-reason": "my own project"})
    assert left["Location"] == url("tasks")
    for pk, one in ((at.pk, client), (draft.pk, client), (draft.pk, client_of(stranger)), (9_999_999, client)):
        for name in ("sheet", "declare", "correction"):
            assert one.get(url(name, pk)).status_code == 404
        assert one.post(url("autosave", pk), {"base": "{}", "comment": "x"}).status_code == 404
    assert client.get(url("tasks")).context["years"] == []


def test_a_recusal_without_its_case_keeps_what_was_written() -> None:
    year = year_in_review()
    at = seat(case(year), expert(year))
    response = client_of(at.expert).post(url("declare", at.pk), {"do": "recuse", "recuse-reason": "because"})
    assert (response.status_code, "because" in text_of(response)) == (422, True)
    at.refresh_from_db()
    assert at.ended_at is None


def test_staff_see_progress_but_no_score_before_all_are_locked(staff: Client) -> None:
    year = year_in_review(need=2)
    application, one, other = case(year), expert(year, "one"), expert(year, "other")
    late = seat(application, other)
    score(application, one, (29, 24.5, 19, 14, 9.5), comment="只有这一句" * 12)
    pages = [
        reverse("reports:application", args=[application.number]), "/years/2021/", "/years/2021/statistics/",
        "/years/2021/ranking/", "/years/2021/ranking.csv", "/years/2021/applications/", "/years/2021/applications.csv",
        url("progress", 2021), url("case", application.pk),
    ]  # fmt: skip
    marks = ("96.00", ">96<", "只有这一句")
    found = {page: [mark for mark in marks if mark in text_of(staff.get(page))] for page in pages}
    assert {page: seen for page, seen in found.items() if seen} == {}
    progress = staff.get(url("progress", 2021)).context["progress"]
    assert [(line.have, line.need, line.seats) for line in progress.cases] == [(1, 2, 2)]
    assert {line.code: (line.done, line.left) for line in progress.experts} == {one.code: (1, 0), other.code: (0, 1)}
    lock(type_in(late, (20, 20, 16, 12, 8)))
    after = text_of(staff.get(url("case", application.pk)))
    assert ("只有这一句" in after, "24.5" in after) == (True, True)
    assert "86.00" in text_of(staff.get("/years/2021/ranking/"))


@pytest.mark.parametrize(("role", "is_named"), [(Role.STAFF, True), (Role.INSPECTOR, True), (Role.LEADER, False)])
def test_leaders_know_experts_by_code_only(role: Role, is_named: bool) -> None:
    year = year_in_review()
    application, who = case(year), expert(year, "x", called="赵专家")
    score(application, who)
    client = english(person("watcher", role))
    pages = [url("progress", 2021), url("case", application.pk)]
    if role != Role.INSPECTOR:
        pages.append(reverse("reports:application", args=[application.number]))
    for page in pages:
        text = text_of(client.get(page))
        assert (who.code in text, "赵专家" in text) == (True, is_named)


# ------------------------------------------------------------------ files and sentinels
def marked_pdf() -> bytes:
    """A PDF that names somebody everywhere but on its page."""
    picture = Image.new("RGB", (8, 6), "red")
    exif = picture.getexif()
    exif[0x010F] = SENTINEL
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", exif=exif, comment=SENTINEL.encode())
    document = pikepdf.open(io.BytesIO(pdf("plain page")))
    image = document.make_stream(jpeg.getvalue())
    image.Type, image.Subtype, image.Filter = pikepdf.Name.XObject, pikepdf.Name.Image, pikepdf.Name.DCTDecode
    image.Width, image.Height, image.BitsPerComponent, image.ColorSpace = 8, 6, 8, pikepdf.Name.DeviceRGB
    image.Metadata = document.make_stream(SENTINEL.encode())
    first = document.pages[0]
    first.Resources.XObject = pikepdf.Dictionary(I=document.make_indirect(image))
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], T=SENTINEL)
    first.Annots = pikepdf.Array([document.make_indirect(note)])
    document.docinfo["/Author"] = SENTINEL
    document.Root.PieceInfo = pikepdf.Dictionary(X=SENTINEL)
    with document.open_metadata() as metadata:
        metadata["dc:creator"] = [SENTINEL]
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def marked_picture(kind: str) -> bytes:
    picture = Image.new("RGB", (8, 6), "red")
    exif = picture.getexif()
    exif[0x010F], exif[0x0112] = SENTINEL, 6  # the camera, and that it was turned
    buffer = io.BytesIO()
    picture.save(buffer, kind, exif=exif)
    return buffer.getvalue()


def unpacked(content: bytes) -> bytes:
    """Everything in a PDF, no stream packed."""
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(
            buffer, stream_decode_level=pikepdf.StreamDecodeLevel.all, compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )  # fmt: skip
    return buffer.getvalue()


def attach(application: Application, type: str, content: bytes, ending: str, by: Any) -> EvidenceFile:
    types = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png", "ofd": ""}
    stored = store(content, name=f"{SENTINEL}.{ending}", purpose=PURPOSE, owner=by, content_type=types[ending])
    return EvidenceFile.objects.create(
        application=application, type=type, stored=stored, uploaded_by=by, pages=1, claims=["indicators:a1", "level"],
        facts={"stage": "both"},
    )  # fmt: skip


def test_documents_lose_every_trace_of_who_made_them() -> None:
    year = year_in_review()
    at = seat(case(year, is_full=True), expert(year))
    by, client = user_of(at.expert), client_of(at.expert)
    shown = {
        kind: attach(at.application, EvidenceType.TEST_REPORT, content, kind, by)
        for kind, content in (("pdf", marked_pdf()), ("jpg", marked_picture("JPEG")), ("png", marked_picture("PNG")))
    }
    for kind, evidence in shown.items():
        with default_storage.open(evidence.stored.key) as file:
            original = file.read()
        assert SENTINEL.encode() in (unpacked(original) if kind == "pdf" else original)
        response = client.get(url("file", evidence.pk))
        content = b"".join(response)
        assert SENTINEL.encode() not in content
        assert SENTINEL not in str(response.headers)
        if kind == "pdf":
            assert SENTINEL.encode() not in unpacked(content)
            assert len(pikepdf.open(io.BytesIO(content)).pages) == 1
        else:
            assert Image.open(io.BytesIO(content)).size == (6, 8)
    # once made, the copy stays
    assert b"".join(client.get(url("file", shown["pdf"].pk)))[:5] == b"%PDF-"
    assert BlindFileCopy.objects.count() == 3
    hidden = attach(at.application, EvidenceType.LICENCE, marked_pdf(), "pdf", by)
    ofd = attach(at.application, EvidenceType.TEST_REPORT, b"PK\3\4" + SENTINEL.encode(), "ofd", by)
    assert [client.get(url("file", one.pk)).status_code for one in (hidden, ofd)] == [404, 404]
    copy = BlindFileCopy.objects.first()
    assert copy is not None
    # neither the original nor the copy is fetched elsewhere
    for stored in (shown["pdf"].stored, copy.stored):
        assert client.get(f"/files/{stored.pk}/").status_code == 404


def everything_sent(client: Client, pages: list[str]) -> Iterator[tuple[str, bytes]]:
    for page in pages:
        response = client.get(page)
        body = b"".join(response) if response.streaming else response.content
        yield page, str(response.headers).encode() + body


def test_planted_names_reach_no_page_of_an_expert() -> None:
    """Enterprise, unit, people, files, the other expert: absent from every page, fragment and file in raw bytes."""
    year = year_in_review(need=2)
    unit = RecommendingUnitFactory(name=f"{SENTINEL}推荐单位")
    application = ApplicationFactory(
        campaign=year, state=State.IN_REVIEW, applicant_name=f"{SENTINEL}有限公司", recommending_unit=unit
    )
    Organisation.objects.filter(pk=application.applicant_id).update(name=f"{SENTINEL}有限公司")
    fill(application, unit)
    team = application.sections.get(section="team")
    team.data |= {"leader_name": SENTINEL, "contact_name": SENTINEL, "team": [{"id": "e1", "name": SENTINEL}]}
    team.data |= {"avoid_experts": [{"id": "f1", "name": SENTINEL, "reason": SENTINEL}]}
    team.save()
    users = application.sections.get(section="promotion")
    users.data["users"] = [{"id": "d1", "name": SENTINEL, "since": "2020-03", "scale": "x"}]
    users.save()
    me, other = expert(year, "me"), expert(year, "other", called=f"{SENTINEL}专家")
    score(application, other, comment=f"{SENTINEL}评语" + "好" * 50)
    at = seat(application, me)
    files = [attach(application, type, marked_pdf(), "pdf", user_of(me)) for type in EvidenceType.values]
    client = client_of(me)
    pages = [
        "/", "/notices/", url("tasks"), url("pledge", 2021), url("overview", 2021), url("declare", at.pk),
        url("sheet", at.pk), f"{url('sheet', at.pk)}?gaps=1", url("correction", at.pk), "/search/?q=SENT",
        *(url("file", one.pk) for one in files),
    ]  # fmt: skip
    leaks = [page for page, sent in everything_sent(client, pages) if SENTINEL.encode() in sent.replace(b"SENT<", b"")]
    assert leaks == []
    autosaved = client.post(url("autosave", at.pk), {"base": "{}", "comment": "x"})
    assert SENTINEL.encode() not in autosaved.content
    type_in(at)
    lock(at)
    assert [page for page, sent in everything_sent(client, pages) if SENTINEL.encode() in sent] == []


# ------------------------------------------------------------------ watching
def test_reminders_go_once_a_day_to_those_who_have_something_left(staff: Client) -> None:
    year = year_in_review(need=2)
    application = case(year)
    done, late = expert(year, "done"), expert(year, "late")
    score(application, done)
    seat(application, late)
    for _n in range(2):
        staff.post(url("remind", 2021), {"expert": [done.code, late.code]})
    sent = Message.objects.filter(kind="reviews.remind")
    assert list(sent.values_list("recipient", "params")) == [(late.user_id, {"year": 2021, "count": 1})]
    line = next(one for one in staff.get(url("progress", 2021)).context["progress"].experts if one.code == late.code)
    assert line.reminded_at is not None


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_however_long_they_are(count: int, staff: Client, django_assert_num_queries: Any) -> None:
    year = year_in_review(need=2)
    who, other = expert(year), expert(year, "other")
    for place in range(count):
        application = case(year)
        at = type_in(seat(application, who))
        score(application, other)
        if place == 0:
            lock(at)
    client = client_of(who)
    for page, costs in ((url("tasks"), 8), (url("overview", 2021), 8)):
        client.get(page)
        with django_assert_num_queries(costs):
            client.get(page)
    staff.get(url("progress", 2021))
    with django_assert_num_queries(11):
        staff.get(url("progress", 2021))


def test_home_says_what_is_left_to_experts_and_what_to_decide_to_staff(staff: Client) -> None:
    year = year_in_review(need=2)
    at = score(case(year), expert(year))
    seat(case(year), at.expert)
    home = text_of(client_of(at.expert).get("/"))
    assert "1 application of 2021" in home
    client_of(at.expert).post(url("correction", at.pk), {"reason": "a slip"})
    assert f"request to score again: {at.application.number}" in text_of(staff.get("/"))
    year.review_closes_at = timezone.now() - timedelta(seconds=1)
    year.save()
    assert "1 application of 2021" not in text_of(client_of(at.expert).get("/"))


def test_the_staff_page_leads_from_a_request_to_a_new_version(staff: Client) -> None:
    year = year_in_review()
    at = score(case(year), expert(year))
    staff.post(url("leave", at.pk), {"reason": "two criteria mixed up"})
    second = english(person("second", Role.STAFF))
    leave = at.leaves.get()
    until = timezone.localtime(timezone.now() + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    assert second.post(url("decide", leave.pk), {"approve": "1", "expires_at": "nonsense"}).status_code == 409
    assert second.post(url("decide", leave.pk), {"approve": "1", "expires_at": until}).status_code == 302
    lock(type_in(at, (30, 20, 16, 12, 8)))
    page = staff.get(url("case", at.application_id))
    assert [(one.review.version, one.delta) for one in page.context["history"].versions] == [(1, None), (2, Decimal(6))]
