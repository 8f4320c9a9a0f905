"""One small world for tests that walk all addresses: somebody of every role, and something of everybody."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.utils import timezone

from qa_portal.accounts.enums import GrantState, Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.audit.operations import record
from qa_portal.campaigns.models import CalendarDay
from qa_portal.files.operations import store
from qa_portal.jobs.models import Job
from qa_portal.notices.operations import announce, notify
from qa_portal.organisations.membership import digest_of
from qa_portal.organisations.models import Invitation, Membership, Organisation, RecommendingUnit
from qa_portal.organisations.queries import bureau
from qa_portal.outbox.models import Message, MessageText
from reports.enums import CIRCULAR_FILE, EXPORT_CIRCULAR, IMPORT_CAMPAIGN, IMPORT_PROBLEMS, IMPORT_TABLE
from reviews.drawing.files import DRAW_FILE
from reviews.enums import AssignmentSource, ConflictCode, ConflictSource, DrawState, EmploymentKind
from reviews.models import (
    Assignment,
    Conflict,
    DecisionRound,
    Draw,
    Employment,
    Expert,
    FeedbackLetter,
    Objection,
    Override,
    PublicNotice,
    Review,
    ScoringLeave,
)
from reviews.operations import refresh_standings
from reviews.scoring.operations import sign_pledge
from reviews.scoring.pledge import PLEDGE
from reviews.scoring.pledge import digest_of as pledge_digest
from submissions.enums import EvidenceType, State
from submissions.evidence.access import PURPOSE as EVIDENCE
from submissions.models import Application, EvidenceFile, EvidenceUpload, GuidanceNote
from tests.factories import (
    ApplicationFactory,
    CampaignFactory,
    EmployerFactory,
    EnterpriseFactory,
    ExpertFactory,
    RecommendingUnitFactory,
    ReviewFactory,
)
from tests.submissions.complete import proof
from tests.submissions.evidence.files import pdf

UNKNOWN_UUID = UUID("00000000-0000-4000-8000-000000000000")
OPEN_KEY = "open-invitation-key"
PASSWORD = "a-long-enough-password"
ROLE_NAMES = tuple(role.value for role in Role)
# "nobody" is signed in without a role; applicants: the owner of an enterprise ("applicant"), a member of
# it ("colleague"), and the owner of another one ("stranger")
PEOPLE = ("anonymous", "nobody", *ROLE_NAMES, "colleague", "stranger")


@dataclass
class World:
    """People by name, and the keys of what the addresses are about, by the name of the case."""

    people: dict[str, User] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)

    def client(self, person: str) -> Client:
        """A browser in which this person is signed in."""
        client = Client()
        if person != "anonymous":
            client.force_login(self.people[person])
        return client


def build_world() -> World:
    """The world of the matrix, the same at every call in an empty database."""
    world = World(keys={"unknown": 987_654_321, "unknown uuid": UNKNOWN_UUID, "unknown year": 1999})
    world.keys |= {"unknown number": "1999-0001", "open key": OPEN_KEY, "unknown key": "no-such-key"}
    own = EnterpriseFactory()
    _year(world, own)
    _pool(world)
    _people(world, own)
    _draw(world)
    _override(world)
    _waiting(world)
    _filed(world, own)
    _evidence(world)
    _work(world)
    _public(world)
    _reviewing(world, own)
    return world


def _public(world: World) -> None:
    """A notice on show, an objection that waits for staff, and a letter that is not released."""
    winner = Application.objects.get(number=world.keys["number"])
    now, by = timezone.now(), world.people["leader"]
    given = {"first_to": 1, "second_to": 1, "third_to": 1, "ended_at": now, "ended_reason": "x"}
    former = DecisionRound.objects.create(campaign=winner.campaign, serial=1, proposed_by=by, **given)
    row = {"number": winner.number, "title": winner.title, "applicant": "x", "unit": "", "result": "FIRST_PRIZE"}
    notice = PublicNotice.objects.create(
        campaign=winner.campaign, round=former, serial=1, opened_by=by, content=[row],
        opened_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=5),
    )  # fmt: skip
    objection = Objection.objects.create(
        notice=notice, application=winner, receipt="YY2020-0001", name="x", contact="x", facts="x",
        acknowledge_by=now, decide_by=now,
    )  # fmt: skip
    letter = FeedbackLetter.objects.create(application_id=world.keys["checked"], content={})
    world.keys |= {"public notice": notice.pk, "objection": objection.pk, "letter": letter.pk}


def _year(world: World, own: Organisation) -> None:
    application = ApplicationFactory(first_prize=True, applicant=own)
    draft = ApplicationFactory(applicant=own, state=State.DRAFT)
    ReviewFactory(application=application)
    refresh_standings(application.campaign)
    _settings(world)
    world.keys |= {"year": application.campaign.year, "number": application.number, "draft": draft.pk}


def _settings(world: World) -> None:
    """A year in preparation, and a day of the calendar."""
    prepared = CampaignFactory(year=2022, is_in_preparation=True)
    day = CalendarDay.objects.create(day=date(2022, 10, 1), is_working=False, note="国庆节")
    world.keys |= {"year in preparation": prepared.year, "day": day.pk}


def _pool(world: World) -> None:
    """An expert with former work and a conflict."""
    expert = Expert.objects.exclude(employer=None).earliest("pk")
    employment = Employment.objects.create(expert=expert, organisation="x", kind=EmploymentKind.EMPLOYED)
    conflict = Conflict.objects.create(
        application=Application.objects.get(number=world.keys["number"]),
        expert=expert,
        code=ConflictCode.JOINT,
        source=ConflictSource.STAFF,
        reason="x",
    )
    world.keys |= {"expert code": expert.code, "unknown code": "none", "employment": employment.pk}
    world.keys["conflict"] = conflict.pk


def _draw(world: World) -> None:
    """A draw that waits for its approval."""
    file = store(b"{}", name="x.json", purpose=DRAW_FILE, owner=None)
    Draw.objects.create(
        campaign=CampaignFactory(year=world.keys["year"]),
        counter=1,
        state=DrawState.DRAWN,
        ratio=3,
        organisation_cap=1,
        minimum_load=0,
        maximum_load=9,
        beacon="x",
        prepared_by=world.people["staff"],
        inputs=file,
        manifest=file,
        result=file,
    )


def _override(world: World) -> None:
    """A change of an expert by hand, which staff asked for."""
    campaign = CampaignFactory(year=world.keys["year"])
    seat = Assignment.objects.create(
        application=Application.objects.get(number=world.keys["number"]),
        expert=ExpertFactory(campaign=campaign),
        source=AssignmentSource.DRAWN,
        released_at=timezone.now(),
    )
    override = Override.objects.create(
        assignment=seat,
        expert=ExpertFactory(campaign=campaign, confirmed_at=timezone.now()),
        reason="x",
        requested_by=world.people["staff"],
    )
    world.keys["override"] = override.pk


def _people(world: World, own: Organisation) -> None:
    other = EnterpriseFactory()
    places: dict[str, tuple[Role, Organisation, bool]] = {
        "applicant": (Role.APPLICANT, own, True),
        "colleague": (Role.APPLICANT, own, False),
        "stranger": (Role.APPLICANT, other, True),
        "recommender": (Role.RECOMMENDER, RecommendingUnitFactory(), True),
        "expert": (Role.EXPERT, EmployerFactory(), False),
    }
    for role in (one for one in Role if one.value not in places):
        places[role.value] = (role, bureau(), False)
    world.people["nobody"] = User.objects.create_user("nobody@example.com", PASSWORD, name="nobody")
    for name, (role, organisation, is_owner) in places.items():
        person = User.objects.create_user(f"{name}@example.com", PASSWORD, name=name)
        grant = RoleGrant.objects.create(user=person, role=role)
        membership = Membership.objects.create(user=person, organisation=organisation, is_owner=is_owner)
        world.people[name] = person
        world.keys |= {f"{name}'s grant": grant.pk, f"{name}'s membership": membership.pk, name: person.pk}
        world.keys[f"{name}'s organisation"] = organisation.pk
    world.keys["nobody"] = world.people["nobody"].pk


def _filed(world: World, own: Organisation) -> None:
    """An application that waits for its unit, one that waits for the formal check, and a guidance note."""
    unit = RecommendingUnit.objects.get(pk=world.keys["recommender's organisation"])
    fields = {"applicant": own, "recommending_unit": unit, "channel": unit.kind}
    filed = ApplicationFactory(state=State.PENDING_RECOMMENDATION, **fields)
    checked = ApplicationFactory(state=State.FORMAL_CHECK, **fields)
    note = GuidanceNote.objects.create(application=filed, text="x", author=world.people["recommender"])
    world.keys |= {"filed": filed.pk, "checked": checked.pk, "note": note.pk}


def _evidence(world: World) -> None:
    """A file of a draft, one that was filed with its former version, and an upload under way."""
    by = world.people["applicant"]
    for name in ("draft", "filed"):
        application = Application.objects.get(pk=world.keys[name])
        file = proof(application, EvidenceType.TEST_REPORT, by=by)
        world.keys |= {f"file of {name}": file.pk, f"content of {name}": file.stored_id}
        former = proof(application, EvidenceType.TEST_REPORT, by=by, replaced_by=file)
        world.keys |= {f"former file of {name}": former.pk}
    upload = EvidenceUpload.objects.create(
        application_id=world.keys["draft"], type=EvidenceType.TEST_REPORT, name="x.pdf", size=9, started_by=by
    )
    world.keys["upload"] = upload.pk


def _waiting(world: World) -> None:
    """A role that waits for a decision, and invitations."""
    newcomer = User.objects.create_user("newcomer@example.com", PASSWORD, name="newcomer")
    asked_by = world.people["system_admin"]
    grant = RoleGrant.objects.create(user=newcomer, role=Role.LEADER, state=GrantState.PENDING, requested_by=asked_by)
    world.keys |= {"newcomer": newcomer.pk, "waiting grant": grant.pk}
    for name, email, key in (("applicant", "invited@example.com", OPEN_KEY), ("stranger", "other@example.com", "x")):
        invitation = Invitation.objects.create(
            email=email,
            role=Role.APPLICANT,
            organisation_id=world.keys[f"{name}'s organisation"],
            key_digest=digest_of(key),
            invited_by=world.people[name],
        )
        world.keys[f"{name}'s invitation"] = invitation.pk
    world.keys |= {"reset uid": _base36(world.people["nobody"].pk), "reset key": _reset_key(world.people["nobody"])}


def _work(world: World) -> None:
    """Jobs, files and an entry of the audit trail."""
    staff, applicant = world.people["staff"], world.people["applicant"]
    jobs = {
        "applicant's job": (applicant, "of a kind that is gone"),
        "import": (staff, IMPORT_CAMPAIGN),
        "circular export": (staff, EXPORT_CIRCULAR),
    }
    for name, (owner, kind) in jobs.items():
        world.keys[name] = Job.objects.create(kind=kind, title=name, owner=owner, language="en").pk
    files = {
        "applicant's table": (applicant, IMPORT_TABLE),
        "staff's table": (staff, IMPORT_TABLE),
        "list of errors": (staff, IMPORT_PROBLEMS),
        "circular": (staff, CIRCULAR_FILE),
    }
    for name, (owner, purpose) in files.items():
        world.keys[name] = store(b"x", name="x.csv", purpose=purpose, owner=owner).pk
    world.keys["applicant's notice"] = notify(applicant, text="x").pk
    _outbox(world)
    world.keys["announcement"] = announce("x", by=staff).pk
    world.keys |= {"guide": "staff", "unknown guide": "index"}
    world.keys["applicant's sign-in"] = UserSession.objects.create(user=applicant, ip="127.0.0.1", session_key="x").pk
    world.keys["event"] = record("test.event", applicant, by=applicant).pk


def _outbox(world: World) -> None:
    """A message that waits, one that was sent, and a kind with a text of the bureau."""
    applicant = world.people["applicant"]
    fields = {"kind": "submissions.accepted", "params": {"number": "2020-0001"}, "path": "/x/", "language": "en"}
    fields |= {"recipient": applicant, "address": applicant.email}
    waiting = Message.objects.create(key="waiting", **fields)
    sent = Message.objects.create(key="sent", state="sent", sent_at=timezone.now(), **fields)
    MessageText.objects.create(
        kind="submissions.accepted", language="en", subject="x", body="{link}", updated_by=world.people["staff"]
    )
    world.keys |= {"message": waiting.pk, "sent message": sent.pk}
    world.keys |= {"kind": "submissions.accepted", "unknown kind": "submissions.unknown"}


def _reviewing(world: World, own: Organisation) -> None:
    """The expert's seat in a case that is open, with a document, and one that is closed with a request."""
    now, by = timezone.now(), world.people["applicant"]
    year = CampaignFactory(year=2018, reviews_per_application=1, review_opens_at=now - timedelta(days=9))
    who = ExpertFactory(campaign=year, user=world.people["expert"])
    sign_pledge(who, seen_digest=pledge_digest(PLEDGE), by=world.people["expert"])
    given = {"source": "drawn", "released_at": now, "accepted_at": now, "expert": who}
    case = ApplicationFactory(campaign=year, applicant=own, state=State.IN_REVIEW)
    seat = Assignment.objects.create(application=case, **given)
    stored = store(pdf(), name="x.pdf", purpose=EVIDENCE, owner=by, content_type="application/pdf")
    document = EvidenceFile.objects.create(
        application=case, type=EvidenceType.TEST_REPORT, stored=stored, uploaded_by=by, pages=1
    )
    closed = ApplicationFactory(campaign=year, applicant=own, state=State.SCORED)
    done = Assignment.objects.create(application=closed, **given)
    review = ReviewFactory(application=closed, expert=who)
    Review.objects.filter(pk=review.pk).update(locked_at=now)
    leave = ScoringLeave.objects.create(assignment=done, reason="x", requested_by=world.people["expert"])
    world.keys |= {
        "reviewed year": 2018,
        "seat": seat.pk,
        "case": case.pk,
        "document of case": document.pk,
        "locked seat": done.pk,
    }
    world.keys |= {"closed case": closed.pk, "locked review": review.pk, "leave": leave.pk}


def _base36(number: int) -> str:
    from django.utils.http import int_to_base36

    return int_to_base36(number)


def _reset_key(person: User) -> str:
    return default_token_generator.make_token(person)
