"""An invitation: sent by mail, opened by the right person, once, in time, and no oracle for anybody."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from qa_portal.accounts.enums import GrantState, Role
from qa_portal.accounts.models import User
from qa_portal.accounts.operations import set_active
from qa_portal.core.errors import Refusal
from qa_portal.organisations import membership
from qa_portal.organisations.models import INVITATION_DAYS, Invitation, Membership, Organisation
from qa_portal.organisations.queries import bureau
from qa_portal.outbox.delivery import deliver_due
from qa_portal.outbox.models import Message
from tests.factories import EmployerFactory, EnterpriseFactory
from tests.qa_portal.organisations.people.conftest import PASSWORD, actions, is_signed_in, person, signed_in, visitor

NEW = {"name": "新人", "password": PASSWORD}


def invite(by: User, organisation: Organisation, email: str = "new@example.com", role: Role = Role.APPLICANT) -> str:
    """The key of a new invitation."""
    return membership.invite(email, role=role, organisation=organisation, by=by)[1]


def link(key: str) -> str:
    return f"/organisations/invitations/{key}/"


def main_part(response: Any) -> str:
    """What a page says, without the address, the key and the token of the form."""
    part = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r'\w+@example\.com|/invitations/[\w-]+/|value="\w{64}"|\d\d:\d\d', "", part)


def situation(email: str) -> tuple[list[str], list[tuple[str, bool]]]:
    """Roles in force, and organisations with ownership, of the person with this address."""
    user = User.objects.get(email=email)
    roles = list(user.role_grants.filter(state=GrantState.ACTIVE).values_list("role", flat=True))
    places = Membership.objects.current().filter(user=user).values_list("organisation__name", "is_owner")
    return roles, list(places)


# ------------------------------------------------------------------ the way it should go
def test_invite_mail_accept_as_a_new_person(owner: User, enterprise: Organisation, commit: Callable[[], Any]) -> None:
    with commit():
        response = signed_in(owner).post(
            f"/organisations/{enterprise.pk}/invite/",
            {"name": "新人", "email": "New@Example.com", "role": "applicant"},
        )
    assert (response.status_code, response["Location"]) == (302, "/organisations/mine/")
    [message] = mail.outbox
    assert message.to == ["new@example.com"]
    assert "owner" not in message.body
    [address] = re.findall(r"http://127\.0\.0\.1:8000(/organisations/invitations/[\w-]+/)", message.body)
    browser = visitor()
    page = browser.get(address)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert "new@example.com" in page.content.decode()
    assert User.objects.filter(email="new@example.com").count() == 0
    response = browser.post(address, NEW)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert is_signed_in(browser)
    assert situation("new@example.com") == (["applicant"], [("上海示例有限公司", False)])
    assert User.objects.get(email="new@example.com").emailaddress_set.get().verified is True  # type: ignore[attr-defined]
    assert actions() == [
        "invitation.sent", "person.created", "membership.joined", "role.granted", "invitation.accepted",
    ]  # fmt: skip


def test_accept_as_somebody_who_is_signed_in(owner: User, enterprise: Organisation) -> None:
    newcomer = person("new")
    browser, elsewhere, key = signed_in(newcomer), signed_in(newcomer), invite(owner, enterprise)
    page = browser.get(link(key)).content.decode()
    assert 'name="password"' not in page
    response = browser.post(link(key))
    assert (response.status_code, response["Location"]) == (302, "/")
    assert situation("new@example.com") == (["applicant"], [("上海示例有限公司", False)])
    # this browser goes on with the new role; all other sign-ins of the person have ended
    assert (is_signed_in(browser), is_signed_in(elsewhere)) == (True, False)


def test_somebody_with_an_account_signs_in_first(owner: User, enterprise: Organisation) -> None:
    person("new")
    key = invite(owner, enterprise)
    page = visitor().get(link(key)).content.decode()
    assert f'href="/accounts/login/?next={link(key)}"' in page
    response = visitor().post(link(key), NEW)
    assert response.status_code == 409
    assert "There is an account with this address." in response.content.decode()
    assert situation("new@example.com") == ([], [])
    assert Invitation.objects.get().accepted_at is None


def test_the_first_person_of_an_enterprise_becomes_its_owner(system_admin: User, enterprise: Organisation) -> None:
    membership.accept(invite(system_admin, enterprise), **NEW)
    assert situation("new@example.com") == (["applicant"], [("上海示例有限公司", True)])


def test_of_two_first_people_the_faster_becomes_the_owner(system_admin: User, enterprise: Organisation) -> None:
    keys = [invite(system_admin, enterprise, f"{name}@example.com") for name in ("slow", "fast")]
    for key in reversed(keys):
        membership.accept(key, **NEW)
    assert situation("fast@example.com")[1] == [("上海示例有限公司", True)]
    assert situation("slow@example.com")[1] == [("上海示例有限公司", False)]


@pytest.mark.parametrize(("role", "kind"), [(Role.EXPERT, "employer"), (Role.STAFF, "bureau")])
def test_nobody_owns_the_bureau_or_an_employer(system_admin: User, role: Role, kind: str) -> None:
    organisation = EmployerFactory() if kind == "employer" else bureau()
    membership.accept(invite(system_admin, organisation, role=role), **NEW)
    assert situation("new@example.com")[1] == [(organisation.name, False)]
    with pytest.raises(Refusal, match="has no owner"):
        membership.join(person("chief"), organisation, by=None, is_owner=True)


# ------------------------------------------------------------------ links that are over
def test_a_link_works_once(owner: User, enterprise: Organisation) -> None:
    key = invite(owner, enterprise)
    membership.accept(key, **NEW)
    assert visitor().get(link(key)).status_code == 404
    with pytest.raises(Refusal) as refused:
        membership.accept(key, name="second", password=PASSWORD)
    assert refused.value.code == "invitation"
    assert Membership.objects.filter(organisation=enterprise).count() == 2


@pytest.mark.parametrize(("seconds", "status"), [(-1, 200), (0, 404), (1, 404)])
def test_a_link_ends_after_seven_days(owner: User, enterprise: Organisation, seconds: int, status: int) -> None:
    with time_machine.travel("2020-03-02 09:00:00+08:00", tick=False):
        key, end = invite(owner, enterprise), timezone.now() + timedelta(days=INVITATION_DAYS)
    with time_machine.travel(end + timedelta(seconds=seconds), tick=False):
        assert visitor().get(link(key)).status_code == status
        assert visitor().post(link(key), NEW).status_code == {200: 302, 404: 404}[status]
    assert User.objects.filter(email="new@example.com").exists() is (status == 200)


def test_an_expired_invitation_does_not_stand_in_the_way_of_a_new_one(owner: User, enterprise: Organisation) -> None:
    with time_machine.travel("2020-03-02 09:00:00+08:00", tick=False):
        invite(owner, enterprise)
    with time_machine.travel("2020-03-09 09:00:00+08:00", tick=False):  # to the second
        page = signed_in(owner).get("/organisations/mine/").content.decode()
        assert "new@example.com" not in page
        invite(owner, enterprise)
    assert Invitation.objects.filter(withdrawn_at=None).count() == 1


def test_a_withdrawn_link(owner: User, enterprise: Organisation) -> None:
    key = invite(owner, enterprise)
    address = f"/organisations/invitations/{Invitation.objects.get().pk}/withdraw/"
    assert signed_in(owner).post(address).status_code == 302
    assert visitor().get(link(key)).status_code == 404
    with pytest.raises(Refusal):
        membership.accept(key, **NEW)
    again = signed_in(owner).post(address)
    assert (again.status_code, "closed already" in again.content.decode()) == (409, True)
    assert actions() == ["invitation.sent", "invitation.withdrawn"]


def test_a_link_dies_with_the_permission_of_who_sent_it(
    owner: User, enterprise: Organisation, system_admin: User
) -> None:
    key = invite(owner, enterprise)
    set_active(owner, active=False, by=system_admin, reason="left")
    with pytest.raises(Refusal, match="not valid any more"):
        membership.accept(key, **NEW)
    assert User.objects.filter(email="new@example.com").exists() is False


def test_the_wrong_address(owner: User, enterprise: Organisation) -> None:
    browser, key = signed_in(person("other")), invite(owner, enterprise)
    page = browser.get(link(key)).content.decode()
    assert "sent to another address than other@example.com" in page
    assert browser.post(link(key)).status_code == 409
    assert situation("other@example.com") == ([], [])


def test_a_second_role_is_refused_and_nothing_is_written(owner: User, enterprise: Organisation) -> None:
    expert, key = person("new", Role.EXPERT), invite(owner, enterprise)
    before = actions()
    with pytest.raises(Refusal) as refused:
        membership.accept(key, user=expert)
    assert refused.value.code == "second_role"
    assert situation("new@example.com") == (["expert"], [])
    assert (actions(), Invitation.objects.get().accepted_at) == (before, None)


def test_a_second_organisation_is_refused(owner: User, enterprise: Organisation) -> None:
    newcomer, key = person("new", None, EnterpriseFactory()), invite(owner, enterprise)
    with pytest.raises(Refusal) as refused:
        membership.accept(key, user=newcomer)
    assert refused.value.code == "member"


@pytest.mark.parametrize("password", ["sh0rt-pw", "1234567890123", "password123"])
def test_a_weak_password_brings_the_form_back(owner: User, enterprise: Organisation, password: str) -> None:
    response = visitor().post(link(invite(owner, enterprise)), {"name": "新人", "password": password})
    assert response.status_code == 422
    assert password not in response.content.decode()
    assert User.objects.filter(email="new@example.com").exists() is False


# ------------------------------------------------------------------ who may invite whom
def test_a_bureau_role_waits_for_a_security_administrator(system_admin: User, security_admin: User) -> None:
    membership.accept(invite(system_admin, bureau(), role=Role.LEADER), **NEW)
    newcomer = User.objects.get(email="new@example.com")
    grant = newcomer.role_grants.get()
    assert (grant.state, grant.requested_by, newcomer.roles) == (GrantState.PENDING, system_admin, frozenset())
    page = signed_in(security_admin).get("/organisations/people/").content.decode()
    assert f'action="/organisations/grants/{grant.pk}/decide/"' in page


@pytest.mark.parametrize(
    ("who", "role", "code"),
    [
        ("owner", Role.RECOMMENDER, "role"),
        ("owner", Role.STAFF, "role"),
        ("colleague", Role.APPLICANT, "forbidden"),
        ("staff", Role.APPLICANT, "forbidden"),
        ("security_admin", Role.APPLICANT, "forbidden"),
        ("stranger", Role.APPLICANT, "forbidden"),
    ],
)
def test_who_may_not_invite_into_an_enterprise(
    request: Any, enterprise: Organisation, who: str, role: Role, code: str
) -> None:
    if who == "stranger":
        by = person("stranger", Role.APPLICANT, EnterpriseFactory(), is_owner=True)
    else:
        by = request.getfixturevalue(who)
    with pytest.raises(Refusal) as refused:
        membership.invite("new@example.com", role=role, organisation=enterprise, by=by)
    assert (refused.value.code, Invitation.objects.count(), mail.outbox) == (code, 0, [])


def test_an_owner_in_the_bureau_could_not_invite_colleagues_into_power(staff: User) -> None:
    with pytest.raises(Refusal):
        membership.invite("new@example.com", role=Role.LEADER, organisation=bureau(), by=staff)


# ------------------------------------------------------------------ no oracle
def test_inviting_tells_nothing_about_an_address(
    owner: User, enterprise: Organisation, commit: Callable[[], Any]
) -> None:
    person("known", Role.EXPERT, EmployerFactory())
    answers = []
    for email in ("known@example.com", "unknown@example.com"):
        browser = signed_in(owner)
        data = {"name": "新人", "email": email, "role": "applicant"}
        with commit():
            response = browser.post(f"/organisations/{enterprise.pk}/invite/", data)
        page = browser.get(response["Location"]).content.decode()
        answers.append((response.status_code, response["Location"], re.findall(r"notice-body.*?</div>", page)))
    assert answers[0] == answers[1]
    assert [message.subject for message in mail.outbox] == [mail.outbox[0].subject] * 2
    shown = [main_part(visitor().get(link(_key_of(message)))) for message in mail.outbox]
    assert shown[0] == shown[1]


def _key_of(message: Any) -> str:
    return str(re.search(r"/invitations/([\w-]+)/", message.body)[1])  # type: ignore[index]


def test_an_unknown_key_and_a_used_one_look_the_same(owner: User, enterprise: Organisation) -> None:
    key = invite(owner, enterprise)
    membership.accept(key, **NEW)
    used, unknown = visitor().get(link(key)), visitor().get(link("no-such-key"))
    assert (used.status_code, unknown.status_code) == (404, 404)
    assert main_part(used) == main_part(unknown)


def test_the_database_keeps_no_key(owner: User, enterprise: Organisation) -> None:
    key = invite(owner, enterprise)
    assert key not in str(Invitation.objects.values().get())


def test_a_mail_server_that_is_down_keeps_the_invitation(
    owner: User, enterprise: Organisation, commit: Callable[[], Any], settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    with commit():
        invite(owner, enterprise)
    assert Invitation.objects.count() == 1


# ------------------------------------------------------------------ the outbox
def test_the_key_is_in_the_mail_and_nowhere_else(owner: User, enterprise: Organisation, staff: User) -> None:
    key = invite(owner, enterprise)
    message = Message.objects.get()
    browser = signed_in(staff)
    for _round in range(2):  # before and after it is sent
        assert key not in str(Message.objects.values().get())
        page = browser.get(f"/outbox/{message.pk}/")
        assert (page.status_code, key in page.content.decode()) == (200, False)
        deliver_due()
    assert key in mail.outbox[0].body


def test_an_invitation_that_was_withdrawn_is_not_sent(owner: User, enterprise: Organisation) -> None:
    invite(owner, enterprise)
    membership.withdraw(Invitation.objects.get(), by=owner)
    assert (deliver_due().dropped, mail.outbox) == (1, [])
    assert Message.objects.get().sealed_path == ""


def test_an_invitation_survives_a_server_that_is_down(
    owner: User, enterprise: Organisation, settings: Any, time_machine: Any
) -> None:
    real = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    key = invite(owner, enterprise)
    assert deliver_due().is_stopped is True
    settings.EMAIL_BACKEND = real
    time_machine.move_to(Message.objects.get().due_at, tick=False)
    assert (deliver_due().sent, key in mail.outbox[0].body) == (1, True)
