"""One second before, at, and one second after each deadline: what is written, and that the rest leaves no trace.

Every act goes through its page, as a browser sends it, with the server's clock standing at that second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qa_portal.accounts.enums import Role
from qa_portal.audit.models import AuditEvent
from qa_portal.organisations.enums import District, Ownership, SizeClass
from submissions.enums import EvidenceType, Industry, State
from submissions.models import Application, EvidenceChunk, EvidenceFile, FilingExtension
from tests.factories import RecommendingUnitFactory
from tests.submissions.complete import proof, prove
from tests.submissions.evidence.files import pdf
from tests.submissions.pages.support import CLOSES, as_posted, draft_of, english, enterprise, fill, open_call, person

pytestmark = pytest.mark.django_db
DUE = datetime(2021, 6, 8, 16, tzinfo=UTC)  # midnight in Shanghai
RECOMMENDATION = datetime(2021, 6, 15, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ANSWERED = (200, 302)


@dataclass
class Place:
    """One application with everybody who may want to write it."""

    application: Application
    owner: Any
    unit: Any

    def browser(self, who: str = "owner") -> Client:
        return english(self.unit if who == "unit" else self.owner)

    def post(self, view: str, data: Any = None, *, who: str = "owner", **kwargs: Any) -> Any:
        address = reverse(view, kwargs=kwargs or {"pk": self.application.pk})
        return self.browser(who).post(address, data or {})

    @property
    def version(self) -> int:
        return Application.objects.values_list("version", flat=True).get(pk=self.application.pk)


@pytest.fixture
def place(clock: Any) -> Place:
    """A complete application; the tests put it into the state that they need."""
    unit = RecommendingUnitFactory()
    house = enterprise(name="上海示例重工有限公司")
    owner = person("owner", organisation=house)
    draft = draft_of(house, open_call(recommendation_closes_at=RECOMMENDATION))
    fill(draft, unit)
    prove(draft, by=owner)
    return Place(draft, owner, person("unit", Role.RECOMMENDER, unit))


# ------------------------------------------------------------------ the acts
Act = Callable[[Place], Callable[[], Any]]


def submit(place: Place) -> Callable[[], Any]:
    """The page is read before, the button pressed at that second."""
    form = place.browser().get(reverse("submissions:submit", args=[place.application.pk])).context["form"]
    data = {name: "It is so." for name, _key in form.warnings} | {"confirm": "on"}
    data |= {name: str(form.initial[name]) for name in ("seen_version", "seen_digest")}
    return lambda: place.post("submissions:submit", data)


def save(place: Place) -> Callable[[], Any]:
    return lambda: place.post(
        "submissions:section", as_posted("rights", {}) | {"patents-z1-name": "甲"},
        pk=place.application.pk, section="rights",
    )  # fmt: skip


def autosave(place: Place) -> Callable[[], Any]:
    return lambda: place.post(
        "submissions:autosave", as_posted("rights", {}) | {"patents-z1-name": "甲"},
        pk=place.application.pk, section="rights",
    )  # fmt: skip


def answer_warning(place: Place) -> Callable[[], Any]:
    """A loss is a warning."""
    lost = {"new_sales": "100", "new_profit": "-5", "energy_saving": "0", "forex": "0"}
    benefits = place.application.sections.get(section="benefits")
    benefits.data["years"] = [{"id": "c1", "year": "2020", **lost}]
    benefits.save()
    return lambda: place.post("submissions:check", {"answer:P10:benefits:years": "It is so."})


def add_file(place: Place) -> Callable[[], Any]:
    file = SimpleUploadedFile("report.pdf", pdf("new"), content_type="application/pdf")
    return lambda: place.post("submissions:evidence_upload", {"type": EvidenceType.AWARD, "file": file})


def remove_file(place: Place) -> Callable[[], Any]:
    file = proof(place.application, EvidenceType.AWARD, by=place.owner)
    return lambda: place.post("submissions:evidence_remove", pk=file.pk)


def describe_file(place: Place) -> Callable[[], Any]:
    file = proof(place.application, EvidenceType.TEST_REPORT, by=place.owner)
    return lambda: place.post("submissions:evidence_describe", {"stage": "both"}, pk=file.pk)


def begin_upload(place: Place) -> Callable[[], Any]:
    data = {"type": EvidenceType.AWARD, "name": "x.pdf", "size": "9"}
    return lambda: place.post("submissions:upload_start", data)


def send_piece(place: Place) -> Callable[[], Any]:
    """Begun in time; this piece comes at that second."""
    content = pdf("piece")
    data = {"type": EvidenceType.AWARD, "name": "x.pdf", "size": str(len(content))}
    address = place.post("submissions:upload_start", data).json()["chunk"]
    return lambda: place.browser().put(address, content, headers={"Upload-Offset": "0"})


def finish_upload(place: Place) -> Callable[[], Any]:
    content = pdf("whole")
    data = {"type": EvidenceType.AWARD, "name": "x.pdf", "size": str(len(content))}
    answer = place.post("submissions:upload_start", data).json()
    place.browser().put(answer["chunk"], content, headers={"Upload-Offset": "0"})
    return lambda: place.browser().post(answer["finish"])


def withdraw(place: Place) -> Callable[[], Any]:
    return lambda: place.post("submissions:withdraw", {"reason": "x", "seen_version": str(place.version)})


def copy(place: Place) -> Callable[[], Any]:
    return lambda: place.post("submissions:copy")


def start(place: Place) -> Callable[[], Any]:
    return lambda: place.browser().post(reverse("submissions:start"))


def recommend(place: Place) -> Callable[[], Any]:
    data = {"opinion": "Good.", "no_guidance_reason": "Complete.", "version": str(place.version)}
    return lambda: place.post("recommending:step", data, who="unit", pk=place.application.pk, name="recommend")


def give_back(place: Place) -> Callable[[], Any]:
    data = {"reason": "Give the value before.", "version": str(place.version)}
    return lambda: place.post("recommending:step", data, who="unit", pk=place.application.pk, name="return")


WRITING: tuple[Act, ...] = (
    submit, save, autosave, answer_warning, add_file, remove_file, describe_file, begin_upload, send_piece,
    finish_upload,
)  # fmt: skip


# ------------------------------------------------------------------ what became of it
def trace() -> tuple[Any, ...]:
    """Everything that an act may leave behind, but the pieces of an upload."""
    rows = Application.objects.order_by("pk").values_list("pk", "state", "version", "number", "submitted_at")
    return (*rows, AuditEvent.objects.exclude(action__startswith="session.").count(), EvidenceFile.objects.count())


def try_at(moment: datetime, act: Callable[[], Any], clock: Any, *, is_open: bool, leaves_entry: bool = True) -> None:
    """At this moment the act goes through, or is refused and adds nothing."""
    clock.move_to(moment, tick=False)
    before, pieces = trace(), EvidenceChunk.objects.count()
    status = act().status_code
    has_more_pieces = EvidenceChunk.objects.count() > pieces
    assert (status in ANSWERED, status in (409, 422)) == (is_open, not is_open), status
    assert (trace() != before or has_more_pieces) is (is_open and leaves_entry)


SECONDS = pytest.mark.parametrize(("second", "is_open"), [(-1, True), (0, False), (1, False)])


@SECONDS
@pytest.mark.parametrize("act", [*WRITING, start, copy], ids=lambda act: act.__name__)
def test_a_draft_is_written_until_filing_closes(act: Act, second: int, is_open: bool, place: Place, clock: Any) -> None:
    clock.move_to(CLOSES - timedelta(minutes=5), tick=False)
    try_at(CLOSES + second * SECOND, act(place), clock, is_open=is_open, leaves_entry=act is not begin_upload)


@SECONDS
@pytest.mark.parametrize("act", [submit, save, send_piece], ids=lambda act: act.__name__)
def test_an_extension_ends_to_the_second(act: Act, second: int, is_open: bool, place: Place, clock: Any) -> None:
    until = CLOSES + timedelta(hours=3)
    FilingExtension.objects.create(application=place.application, until=until, reason="台风", granted_by=place.owner)
    clock.move_to(until - timedelta(minutes=5), tick=False)
    try_at(until + second * SECOND, act(place), clock, is_open=is_open)


@SECONDS
@pytest.mark.parametrize("state", [State.RETURNED, State.CORRECTION])
@pytest.mark.parametrize("act", WRITING, ids=lambda act: act.__name__)
def test_an_answer_is_written_until_it_is_due(
    act: Act, state: State, second: int, is_open: bool, place: Place, clock: Any
) -> None:
    """Filing has closed long before: only the due time of the answer counts."""
    clock.move_to(DUE - timedelta(minutes=5), tick=False)
    put_into(place, state)
    try_at(DUE + second * SECOND, act(place), clock, is_open=is_open, leaves_entry=act is not begin_upload)


@SECONDS
@pytest.mark.parametrize("act", [recommend, give_back], ids=lambda act: act.__name__)
def test_the_unit_acts_until_recommendation_closes(
    act: Act, second: int, is_open: bool, place: Place, clock: Any
) -> None:
    clock.move_to(RECOMMENDATION - timedelta(minutes=5), tick=False)
    put_into(place, State.PENDING_RECOMMENDATION)
    try_at(RECOMMENDATION + second * SECOND, act(place), clock, is_open=is_open)


@pytest.mark.parametrize("second", [-1, 0, 1])
@pytest.mark.parametrize("state", [State.DRAFT, State.PENDING_RECOMMENDATION, State.RETURNED, State.CORRECTION])
def test_withdrawing_ends_with_acceptance_and_with_no_date(state: State, second: int, place: Place, clock: Any) -> None:
    """Nobody is held in a competition: until it is accepted, an enterprise takes back what it filed."""
    put_into(place, state)
    for deadline in (CLOSES, DUE, RECOMMENDATION):
        Application.objects.update(state=state)
        try_at(deadline + second * SECOND, withdraw(place), clock, is_open=True)
    put_into(place, State.ACCEPTED)
    clock.move_to(timezone.now() + SECOND, tick=False)
    assert withdraw(place)().status_code == 409


def put_into(place: Place, state: State) -> None:
    """The application as it stands in this state, with an answer due where one is."""
    unit = RecommendingUnitFactory()
    Application.objects.filter(pk=place.application.pk).update(
        state=state, number="2021-0001", title="焊缝质量攻关", channel=unit.kind, recommending_unit=unit,
        district=District.MINHANG, ownership=Ownership.PRIVATE, size_class=SizeClass.SMALL,
        industry=Industry.NEW_MATERIALS, submitted_at=CLOSES - timedelta(days=1), answer_due_at=DUE,
    )  # fmt: skip
    place.application.refresh_from_db()
