"""People with a password and a confirmed address, and an authenticator app to type codes from."""

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import User
from qa_portal.accounts.operations import create_person, request_role
from qa_portal.accounts.second_factor import SecondFactorAdapter

PASSWORD = "three-quiet-rivers"
SECRET = base64.b32encode(b"twenty secret bytes!").decode()


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    """Counted tries and used codes do not reach the next test."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def make_person(db: None) -> Callable[..., User]:
    """A person by role (None: without one), who can sign in with PASSWORD."""

    def make(role: Role | None = None, email: str = "") -> User:
        user = create_person(email or f"{role or 'nobody'}@example.com", PASSWORD, name="李明", is_verified=True)
        if role:
            request_role(user, role, by=None)
        return user

    return make


@pytest.fixture
def applicant(make_person: Callable[..., User]) -> User:
    return make_person(Role.APPLICANT)


@pytest.fixture
def expert(make_person: Callable[..., User]) -> User:
    return make_person(Role.EXPERT)


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra: Any) -> Any:
    """What a person gets who fills in the sign-in page."""
    return client.post("/accounts/login/", {"login": email, "password": password, **extra.pop("fields", {})}, **extra)


def is_signed_in(client: Client) -> bool:
    """The browser opens a page that only people who are signed in see."""
    return client.get("/accounts/").status_code == 200


def code_now(secret: str = SECRET, *, steps: int = 0) -> str:
    """What an authenticator app shows (RFC 6238), `steps` half minutes later."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def give_app(user: User) -> Authenticator:
    """Set an authenticator app with SECRET up for a person."""
    data = {"secret": SecondFactorAdapter().encrypt(SECRET)}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
