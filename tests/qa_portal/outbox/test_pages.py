"""Pages of the outbox: who sees and does what, at which cost, and what stays hidden."""

from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.audit.models import AuditEvent
from qa_portal.core.errors import Refusal
from qa_portal.core.work import work_of
from qa_portal.outbox.delivery import deliver_due
from qa_portal.outbox.enums import State
from qa_portal.outbox.metrics import outbox_gauges
from qa_portal.outbox.models import Message, MessageText
from qa_portal.outbox.operations import act, act_on_all, save_text
from qa_portal.outbox.registry import MessageKind
from qa_portal.outbox.rendering import Text, default_text
from tests.plugins.parallel import at_once
from tests.qa_portal.home.html import faults
from tests.qa_portal.outbox.conftest import NOW, people, tell
from tests.qa_portal.outbox.smtp import Behaviour
from tests.reports.pages.support import shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(staff_user: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(staff_user)
    return client


@pytest.fixture
def leader(db: None) -> Client:
    user = User.objects.create_user("leader@example.com", "a-long-password", name="Leader")
    RoleGrant.objects.create(user=user, role=Role.LEADER)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def failed(count: int = 1) -> list[Message]:
    for one in people(count):
        tell(one)
    Message.objects.update(state=State.FAILED)
    return list(Message.objects.order_by("pk"))


def actions() -> list[str]:
    return list(
        AuditEvent.objects.filter(action__startswith="outbox.").order_by("sequence").values_list("action", flat=True)
    )


# ------------------------------------------------------------------ the list
def test_the_list_costs_the_same_for_one_row_and_for_three(staff: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert staff.get("/outbox/").status_code == 200
        return len(queries)

    staff.get("/outbox/")
    tell(people(1)[0])
    one = cost()
    for number in range(3):
        tell(User.objects.create_user(f"more{number}@example.com", name=f"More {number}"))
    assert (one, cost()) == (one, one)
    assert one == 8


def test_the_list_counts_failed_first_and_masks_addresses(staff: Client, person: User) -> None:
    tell(person)
    failed(2)
    response = staff.get("/outbox/")
    page = shown(response)
    assert faults(response) == []
    assert [(state, count) for state, _label, _look, count in response.context["counts"]] == [
        ("failed", 3), ("held", 0), ("waiting", 0), ("sending", 0), ("sent", 0), ("dropped", 0),
    ]  # fmt: skip
    assert ("p***@example.com" in page.words, "person@example.com" in page.words) == (True, False)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=failed", ["b"]),
        ("kind=test.secret", ["c"]),
        ("text=b@example", ["b"]),
        ("text=Anna", ["a"]),
        ("text=Anna&state=failed", []),
        ("text=nobody", []),
    ],
)
def test_filters_narrow_the_list(query: str, found: list[str], staff: Client) -> None:
    for name, title in (("a", "Anna"), ("b", "Berta"), ("c", "Clara")):
        kind: dict[str, Any] = {"kind": "test.secret", "params": {}} if name == "c" else {}
        tell(User.objects.create_user(f"{name}@example.com", name=title), **kind)
    Message.objects.filter(address="b@example.com").update(state=State.FAILED)
    rows = staff.get(f"/outbox/?{query}").context["rows"]
    assert [row["message"].address[0] for row in rows] == found


def test_a_filter_that_does_not_exist_is_an_error(staff: Client) -> None:
    assert staff.get("/outbox/?state=lost").status_code == 422


def test_the_leader_reads_without_addresses_and_changes_nothing(leader: Client, person: User) -> None:
    message = tell(person)
    assert message is not None
    page = shown(leader.get(f"/outbox/{message.pk}/"))
    assert ("p***@example.com" in page.words, "person@example.com" in page.words) == (True, False)
    assert leader.get("/outbox/?text=person@example").context["rows"] == []
    assert len(leader.get("/outbox/?text=Person").context["rows"]) == 1
    assert leader.post(f"/outbox/{message.pk}/hold/").status_code == 403
    assert Message.objects.get().state == State.WAITING


# ------------------------------------------------------------------ one message
def test_one_message_shows_its_attempts(staff: Client, person: User, smtp: Behaviour) -> None:
    message = tell(person)
    smtp.rcpt = {person.email: "550 5.1.1 no such user"}
    deliver_due()
    response = staff.get(f"/outbox/{message and message.pk}/")
    page = shown(response)
    assert faults(response) == []
    assert ("person@example.com" in page.words, "550 5.1.1 no such user" in page.words) == (True, True)
    assert response.context["deeds"] == ["resend", "drop"]


def test_nobody_reads_a_secret_link(staff: Client, person: User) -> None:
    message = tell(person, kind="test.secret", path="/invitations/the-key/", params={})
    for _round in range(2):  # before and after it is sent
        content = staff.get(f"/outbox/{message and message.pk}/").content.decode()
        assert ("the-key" in content, "••••••" in content) == (False, True)
        deliver_due()
    assert "the-key" in mail.outbox[0].body


def test_a_failed_message_is_sent_again(staff: Client, staff_user: Any, person: User, smtp: Behaviour) -> None:
    message = tell(person)
    smtp.rcpt = {person.email: "550 no"}
    deliver_due()
    smtp.rcpt = {}
    assert staff.post(f"/outbox/{message and message.pk}/resend/").status_code == 302
    assert (Message.objects.get().tries, deliver_due().sent, smtp.receivers()) == (0, 1, [person.email])
    assert (actions(), Message.objects.get().log.count()) == (["outbox.resent"], 2)
    assert staff.post(f"/outbox/{message and message.pk}/resend/").status_code == 409


def test_all_failed_messages_are_sent_again_with_one_entry(staff: Client) -> None:
    failed(3)
    assert staff.post("/outbox/all/resend/").status_code == 302
    assert (deliver_due().sent, actions()) == (3, ["outbox.resent"])
    event = AuditEvent.objects.get(action="outbox.resent")
    assert event.after["count"] == 3
    assert staff.post("/outbox/all/drop/").status_code == 404


def test_hold_release_and_take_out(staff: Client, person: User) -> None:
    message = tell(person)
    address = f"/outbox/{message and message.pk}/"
    staff.post(f"{address}hold/")
    assert (deliver_due().sent, Message.objects.get().state) == (0, State.HELD)
    staff.post("/outbox/all/release/")
    assert Message.objects.get().state == State.WAITING
    staff.post(f"{address}drop/")
    assert (deliver_due().sent, Message.objects.get().state, Message.objects.get().drop) == (0, "dropped", "staff")
    assert actions() == ["outbox.held", "outbox.released", "outbox.dropped"]


@pytest.mark.django_db(transaction=True)
def test_two_who_act_on_one_message_one_wins(staff_user: Any) -> None:
    [message] = failed()
    deeds = ("resend", "resend")
    answers = at_once(2, lambda number: act(message, deeds[number], by=User.objects.get(pk=staff_user.pk)).state)
    assert sorted("refused" if isinstance(one, Refusal) else "done" for one in answers) == ["done", "refused"]
    assert len(actions()) == 1


def test_only_staff_look_after_the_outbox(person: User) -> None:
    [message] = failed()
    for deed in (
        lambda: act(message, "resend", by=person),
        lambda: act_on_all("resend", by=person),
        lambda: save_text("test.plain", "en", Text("a", "{link}"), by=person),
    ):
        with pytest.raises(Refusal):
            deed()
    assert (Message.objects.get().state, MessageText.objects.count()) == (State.FAILED, 0)


# ------------------------------------------------------------------ texts
TEXT = "/outbox/texts/test.plain/en/"


def test_a_text_of_the_bureau_takes_the_place_of_the_default(staff: Client, person: User) -> None:
    own = {"subject": "News of {number}", "body": "See {link}\n\n\nbefore {due}\n"}
    assert staff.post(TEXT.replace("/en/", "/zh-hans/"), own).status_code == 302
    tell(person)
    deliver_due()
    [sent] = mail.outbox
    assert (sent.subject, sent.body.startswith("See http")) == ("News of 2021-0007", True)
    page = shown(staff.get("/outbox/texts/"))
    assert "own text" in page.words
    assert actions() == ["outbox.text_changed"]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"subject": "{nummer}"}, "subject", "There is no placeholder {nummer} here."),
        ({"subject": "{link}"}, "subject", "There is no placeholder {link} here."),
        ({"body": "{link} {number.__class__}"}, "body", "There is no placeholder {number.__class__} here."),
        ({"body": "no way to go"}, "body", "The text must hold {link}: a message has one link."),
        ({"body": " "}, "body", "This field is required."),
    ],
)
def test_an_unknown_placeholder_is_refused_at_the_field(
    changes: dict[str, str], field: str, words: str, staff: Client
) -> None:
    given = {"subject": "Case {number}", "body": "Open {link}"} | changes
    response = staff.post(TEXT, given)
    assert response.status_code == 422
    assert response.context["form"].errors == {field: [words]}
    assert (response.context["form"]["body"].value(), MessageText.objects.count()) == (given["body"], 0)
    assert faults(response) == []


def test_the_preview_shows_made_up_values_and_saves_nothing(staff: Client) -> None:
    response = staff.post(TEXT, {"subject": "Case {number}", "body": "Due {due}: {link}", "preview": "1"})
    assert (response.status_code, MessageText.objects.count()) == (200, 0)
    preview = response.context["preview"]
    assert (preview.subject, preview.body.partition(": http")[0]) == (
        "Case 2021-0001",
        "Due Monday, 31 May 2021, 17:00",
    )


def test_the_default_comes_back(staff: Client, plain: MessageKind) -> None:
    staff.post(TEXT, {"subject": "Own", "body": "{link}"})
    assert staff.post(f"{TEXT}revert/").status_code == 302
    staff.post(f"{TEXT}revert/")
    response = staff.get(TEXT)
    assert response.context["form"]["subject"].value() == default_text(plain, "en").subject
    assert (actions(), MessageText.objects.count()) == (["outbox.text_changed", "outbox.text_reverted"], 0)


def test_every_kind_has_both_languages_and_its_own_placeholders_only() -> None:
    from qa_portal.outbox.operations import faults_of
    from qa_portal.outbox.registry import all_kinds

    kinds = [one for one in all_kinds() if not one.name.startswith("test.")]
    wrong = {
        (kind.name, language): found
        for kind in kinds
        for language in ("zh-hans", "en")
        if (found := faults_of(kind.name, default_text(kind, language)))
    }
    assert (wrong, len(kinds) > 15) == ({}, True)
    same = [one.name for one in kinds if default_text(one, "en").subject == default_text(one, "zh-hans").subject]
    assert same == []


def test_a_kind_is_held_and_let_go(staff: Client, person: User) -> None:
    staff.post("/outbox/texts/test.plain/hold/", {"held": "1"})
    tell(person)
    assert Message.objects.get().state == State.HELD
    staff.post("/outbox/texts/test.plain/hold/", {"held": "0"})
    tell(person, event="e2")
    assert sorted(Message.objects.values_list("state", flat=True)) == ["held", "waiting"]
    assert actions() == ["outbox.kind_held", "outbox.kind_released"]


# ------------------------------------------------------------------ elsewhere
def test_everybody_chooses_the_language_of_the_own_mails(person: User) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    assert client.post("/outbox/language/", {"language": "fr"}).status_code == 422
    assert client.post("/outbox/language/", {"language": "en"}).status_code == 302
    message = tell(person)
    assert message is not None
    assert message.language == "en"


def test_staff_find_what_failed_on_the_home_page(staff_user: Any, person: User) -> None:
    failed(2)
    with translation.override("en"):
        [item] = [one for one in work_of(staff_user).needs_me if "/outbox/" in one.url]
        assert (item.verb, item.object, item.url) == (
            "Look at", "2 messages that were not sent", "/outbox/?state=failed")  # fmt: skip
        assert [one for one in work_of(person).needs_me if "/outbox/" in one.url] == []


def test_the_gauges_count_what_failed_and_how_long_the_oldest_waits(person: User, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    failed(2)
    tell(person)
    time_machine.shift(90)
    by_name = {one.name: one.values for one in outbox_gauges()}
    assert dict(by_name["portal_messages"])[("failed",)] == 2
    assert dict(by_name["portal_messages"])[("sent",)] == 0
    assert by_name["portal_message_age_seconds"] == (((), 90.0),)
