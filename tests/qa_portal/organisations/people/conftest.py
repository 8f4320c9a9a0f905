"""People of an enterprise, a unit and the bureau, and what tests ask about them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.audit.models import AuditEvent
from qa_portal.organisations.models import Membership, Organisation
from qa_portal.organisations.queries import bureau
from qa_portal.outbox.delivery import deliver_due
from tests.factories import EnterpriseFactory, RecommendingUnitFactory

PASSWORD = "a-long-enough-password"
ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Texts are compared in English."""
    with translation.override("en"):
        yield


def visitor() -> Client:
    """A browser in which nobody is signed in."""
    return Client(headers=ENGLISH)


def person(
    name: str, role: Role | None = None, organisation: Organisation | None = None, *, is_owner: bool = False
) -> User:
    """An active person whose address is `name`@example.com."""
    user = User.objects.create_user(f"{name}@example.com", PASSWORD, name=name)
    if role is not None:
        RoleGrant.objects.create(user=user, role=role)
    if organisation is not None:
        Membership.objects.create(user=user, organisation=organisation, is_owner=is_owner)
    return user


def signed_in(user: User) -> Client:
    client = visitor()
    client.force_login(user)
    return client


def is_signed_in(client: Client) -> bool:
    """The sign-in of the browser still counts."""
    return client.get("/organisations/mine/").status_code == 200


def actions(after: int = 0) -> list[str]:
    """The audit trail since an entry, as actions."""
    events = AuditEvent.objects.filter(sequence__gt=after).order_by("sequence")
    return list(events.values_list("action", flat=True))


@pytest.fixture
def enterprise(db: None) -> Any:
    return EnterpriseFactory(name="上海示例有限公司")


@pytest.fixture
def unit(db: None) -> Any:
    return RecommendingUnitFactory()


@pytest.fixture
def owner(enterprise: Organisation) -> User:
    return person("owner", Role.APPLICANT, enterprise, is_owner=True)


@pytest.fixture
def colleague(enterprise: Organisation) -> User:
    return person("colleague", Role.APPLICANT, enterprise)


@pytest.fixture
def system_admin(db: None) -> User:
    return person("system", Role.SYSTEM_ADMIN, bureau())


@pytest.fixture
def security_admin(db: None) -> User:
    return person("security", Role.SECURITY_ADMIN, bureau())


@pytest.fixture
def staff(db: None) -> User:
    return person("clerk", Role.STAFF, bureau())


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    """A context after which what waits for the commit has run, and the outbox is sent."""

    @contextmanager
    def committed() -> Iterator[None]:
        with django_capture_on_commit_callbacks(execute=True):
            yield
        deliver_due()

    return committed
