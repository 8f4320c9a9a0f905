"""A kind of message that exists only here, people, and a mail server that fails on demand."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from qa_portal.accounts.models import User
from qa_portal.notices.registry import _texts
from qa_portal.outbox.models import Message
from qa_portal.outbox.operations import post
from qa_portal.outbox.registry import MessageKind, Placeholder, _kinds, register_kind
from tests.qa_portal.outbox.smtp import Behaviour, mail_server

NOW = datetime(2021, 5, 3, 2, tzinfo=UTC)  # 10:00 in Shanghai
SETTLED: set[str] = set()


def is_open(message: Message) -> bool:
    return message.about not in SETTLED


@pytest.fixture(autouse=True)
def _kinds_of_the_tests() -> Iterator[None]:
    """`test.plain` tells in both ways, `test.secret` by mail alone with a link that nobody may read."""
    SETTLED.clear()
    before, texts = dict(_kinds), dict(_texts)
    register_kind(
        "test.plain",
        title="Plain",
        subject="Case {number}",
        body=("Case {number} is due {due}.", "Open: {link}"),
        notice="Case %(number)s",
        placeholders=(
            Placeholder("number", "Number", "2021-0001"),
            Placeholder("due", "Due", datetime(2021, 5, 31, 9, tzinfo=UTC)),
        ),
        wanted=is_open,
    )
    register_kind("test.secret", title="Secret", subject="Key", body=("{link}",), secret=True)
    yield
    _kinds.clear()
    _kinds.update(before)
    _texts.clear()
    _texts.update(texts)


@pytest.fixture
def plain() -> MessageKind:
    return _kinds["test.plain"]


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_user("person@example.com", "a-long-password", name="Person")


def tell(to: Any = None, *, event: str = "e1", number: str = "2021-0007", **fields: Any) -> Message | None:
    """Post a plain message in a transaction of its own."""
    given = {"kind": "test.plain", "path": "/applications/7/", "params": {"number": number, "due": NOW}} | fields
    with transaction.atomic():
        return post(given.pop("kind"), event=event, to=to, **given)


def people(count: int) -> list[User]:
    return [User.objects.create_user(f"p{number}@example.com", "a-long-password") for number in range(count)]


@pytest.fixture
def smtp(settings: Any) -> Iterator[Behaviour]:
    """The portal sends through a real SMTP connection to a server of the test."""
    with mail_server() as behaviour:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", behaviour.port, 5
        yield behaviour
