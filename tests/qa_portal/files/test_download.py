"""The one way to a file: whose it is, and how it is sent."""

import re
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from qa_portal.accounts.models import RoleGrant, User
from qa_portal.audit.models import AuditEvent, AuditHead
from qa_portal.files.models import StoredFile
from qa_portal.files.operations import store
from qa_portal.files.rules import shown_name
from tests.qa_portal.files.test_rules import odd_names


def fetch(client: Client, stored: StoredFile) -> Any:
    """The answer, with its whole content in `fetched`."""
    response: Any = client.get(reverse("files:download", args=[stored.pk]))
    response.fetched = b"".join(response.streaming_content) if response.streaming else b""
    return response


def new_file(owner: Any, purpose: str = "test.upload", name: str = "a.pdf", **kwargs: Any) -> StoredFile:
    return store(b"content", name=name, purpose=purpose, owner=owner, **kwargs)


# ------------------------------------------------------------------ who
@pytest.mark.parametrize(
    ("purpose", "name", "expected"),
    [
        ("test.upload", "a", {"owner": 200, "stranger": 404, "staff": 404}),
        ("test.export", "a", {"owner": 404, "stranger": 404, "staff": 200}),
        ("test.scoped", "{stranger}-a", {"owner": 404, "stranger": 200, "staff": 404}),
        ("gone", "a", {"owner": 404, "stranger": 404, "staff": 404}),
    ],
)
def test_who_fetches_a_file(
    owner: Any, owner_client: Client, staff_client: Client, purpose: str, name: str, expected: dict[str, int]
) -> None:
    stranger = User.objects.create_user("stranger@example.com")
    stranger_client = Client()
    stranger_client.force_login(stranger)
    stored = new_file(owner, name=name.format(stranger=stranger.pk))
    StoredFile.objects.filter(pk=stored.pk).update(purpose=purpose)
    clients = {"owner": owner_client, "stranger": stranger_client, "staff": staff_client}
    assert {who: fetch(client, stored).status_code for who, client in clients.items()} == expected


def test_a_role_that_was_taken_away_ends_access_to_own_exports(staff_user: Any, staff_client: Client) -> None:
    stored = new_file(staff_user, "test.export")
    assert fetch(staff_client, stored).status_code == 200
    RoleGrant.objects.filter(user=staff_user).delete()
    assert fetch(staff_client, stored).status_code == 404


def test_nobody_fetches_without_signing_in(owner: Any) -> None:
    stored = new_file(owner)
    response = fetch(Client(), stored)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next=/files/{stored.pk}/")
    assert StoredFile.objects.visible_to(AnonymousUser()).count() == 0


def test_a_locked_person_sees_no_file(owner: Any) -> None:
    new_file(owner)
    owner.is_active = False
    assert StoredFile.objects.visible_to(owner).count() == 0


def test_unknown_and_lost_files_are_not_there(owner: Any, owner_client: Client) -> None:
    stored = new_file(owner)
    default_storage.delete(stored.key)
    assert fetch(owner_client, stored).status_code == 404
    assert owner_client.get(reverse("files:download", args=[uuid4()])).status_code == 404
    assert owner_client.get("/files/../settings.py").status_code == 404
    assert owner_client.post(reverse("files:download", args=[stored.pk])).status_code == 405


# ------------------------------------------------------------------ who took it
def test_each_fetch_is_an_entry_of_the_trail(owner: Any, owner_client: Client) -> None:
    stored = new_file(owner, name="名单.pdf")
    for _time in range(2):
        fetch(owner_client, stored)
    entries = AuditEvent.objects.filter(action="file.fetched")
    assert [(one.actor_id, one.object_id, one.ip, one.after) for one in entries] == 2 * [
        (owner.pk, str(stored.pk), "127.0.0.1",
         {"name": "名单.pdf", "purpose": "test.upload", "sha256": stored.sha256})
    ]  # fmt: skip


def test_what_was_refused_or_only_asked_about_is_no_entry(owner: Any, owner_client: Client) -> None:
    stored, lost = new_file(owner), new_file(owner)
    default_storage.delete(lost.key)
    list(owner_client.head(reverse("files:download", args=[stored.pk])))  # closes the file
    fetch(owner_client, lost)
    fetch(Client(), stored)
    assert AuditEvent.objects.filter(action="file.fetched").count() == 0


def test_without_its_entry_nothing_is_sent(owner: Any, owner_client: Client) -> None:
    """The trail cannot take an entry: the last number that the column holds is used up."""
    stored = new_file(owner)
    AuditHead.objects.update_or_create(pk=AuditHead.ONLY, defaults={"sequence": 2**63 - 1})
    owner_client.raise_request_exception = False
    assert owner_client.get(reverse("files:download", args=[stored.pk])).status_code == 500


# ------------------------------------------------------------------ how
def test_a_file_is_sent_to_be_saved(owner: Any, owner_client: Client) -> None:
    response = fetch(owner_client, new_file(owner, name="通报 2020.pdf", content_type="application/pdf"))
    assert response.fetched == b"content"
    wanted = {
        "Content-Type": "application/pdf",
        "Content-Length": "7",
        "Content-Disposition": "attachment; filename*=utf-8''%E9%80%9A%E6%8A%A5%202020.pdf",
        "Cache-Control": "private, no-store",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    assert {name: response[name] for name in wanted} == wanted


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript"])
def test_what_could_run_is_only_a_stream_of_bytes(owner: Any, owner_client: Client, content_type: str) -> None:
    response = fetch(owner_client, new_file(owner, name="x.html", content_type=content_type))
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="x.html"'


@hypothesis_settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd_names)
def test_no_name_breaks_the_header(owner: Any, owner_client: Client, name: str) -> None:
    response = fetch(owner_client, new_file(owner, name=name))
    header = response["Content-Disposition"]
    assert not {"\r", "\n", "\0"} & set(header)
    assert header.isascii()
    quoted = re.fullmatch(r'attachment; filename="(.*)"', header)
    encoded = re.fullmatch(r"attachment; filename\*=utf-8''([!-~]*)", header)
    told = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else unquote(encoded[1]) if encoded else None
    assert told == shown_name(name)


def test_download_query_count(owner: Any, owner_client: Client, django_assert_num_queries: Any) -> None:
    stored = [new_file(owner) for _number in range(3)]
    # session, person, roles (for the purposes of roles), file; a transaction with the entry on who took it (5)
    with django_assert_num_queries(9):
        assert fetch(owner_client, stored[0]).fetched == b"content"
