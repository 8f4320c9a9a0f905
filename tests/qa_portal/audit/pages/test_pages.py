"""The pages of the audit administrator: what they show, find, cost, give away and keep."""

import csv
import io
import os
import re
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.audit import browsing, views
from qa_portal.audit.browsing import Difference, differences, trail_page
from qa_portal.audit.models import AuditEvent, AuditHead
from qa_portal.audit.operations import record
from qa_portal.audit.policy import AUDITOR
from qa_portal.audit.triggers import install_triggers, remove_triggers
from tests.browser_fixtures import axe_violations, overflow_at, sign_in

TRAIL = "/audit/"


@pytest.fixture
def auditor(db: None) -> User:
    user = User.objects.create_user("auditor@example.com", "a-long-password", name="Auditor")
    RoleGrant.objects.create(user=user, role=Role.AUDITOR)
    return user


@pytest.fixture
def browser_of_auditor(auditor: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(auditor)
    return client


@pytest.fixture
def clerk(db: None) -> User:
    return User.objects.create_user("clerk@example.com", name="王五")


def entry(by: Any, action: str = "role.granted", **fields: Any) -> AuditEvent:
    return record(action, by or User(pk=7), by=by, **fields)


def numbers(response: Any) -> list[int]:
    return [int(one) for one in re.findall(r'href="/audit/(\d+)/"', response.content.decode())]


def read_csv(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def test_the_role_of_the_policy_is_the_role_of_people() -> None:
    assert AUDITOR == Role.AUDITOR


# ------------------------------------------------------------------ list
@pytest.mark.parametrize("rows", [1, 3])
def test_trail_query_count(browser_of_auditor: Client, clerk: User, rows: int, django_assert_num_queries: Any) -> None:
    for _number in range(rows):
        entry(clerk)
    # session, person, roles, actions, kinds, page, unread notices
    with django_assert_num_queries(7):
        response = browser_of_auditor.get(TRAIL)
    assert numbers(response) == list(range(rows, 0, -1))


@pytest.mark.parametrize("rows", [1, 3])
def test_entry_query_count(browser_of_auditor: Client, clerk: User, rows: int, django_assert_num_queries: Any) -> None:
    for _number in range(rows):
        entry(clerk, before={str(n): n for n in range(rows)}, after={})
    # session, person, roles, the entry, the one before it, unread notices
    with django_assert_num_queries(5 if rows == 1 else 6):
        response = browser_of_auditor.get(f"{TRAIL}{rows}/")
    assert f"Entry {rows}" in response.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_verifying_a_page_costs_one_query_at_most(
    browser_of_auditor: Client, clerk: User, rows: int, django_assert_num_queries: Any
) -> None:
    for _number in range(2 * rows):
        entry(clerk)
    with django_assert_num_queries(8):
        page = browser_of_auditor.get(TRAIL, {"verify": "1", "after": str(rows)}).content.decode()
    assert "The entries of this page are unchanged" in page


def test_the_list_says_who_did_what_to_what(browser_of_auditor: Client, clerk: User) -> None:
    entry(clerk, reason="because")
    entry(None, action="no.such.label")
    page = browser_of_auditor.get(TRAIL).content.decode()
    for text in ("王五", "Role given", "because", "The portal itself", "no.such.label", "Person"):
        assert text in page


def test_pages_follow_each_other_without_gap_or_double(
    browser_of_auditor: Client, clerk: User, monkeypatch: Any
) -> None:
    monkeypatch.setattr(browsing, "PER_PAGE", 4)
    for _number in range(11):
        entry(clerk)

    def walk(rel: str, address: str) -> list[list[int]]:
        seen = []
        while address:
            response = browser_of_auditor.get(address)
            seen.append(numbers(response))
            link = re.search(rf'rel="{rel}" href="([^"]+)"', response.content.decode())
            address = TRAIL + link[1].replace("&amp;", "&") if link else ""
        return seen

    down = walk("next", TRAIL)
    assert down == [[11, 10, 9, 8], [7, 6, 5, 4], [3, 2, 1]]
    assert walk("prev", f"{TRAIL}?before=4") == [[3, 2, 1], [7, 6, 5, 4], [11, 10, 9, 8]]


@given(size=st.integers(0, 12), before=st.none() | st.integers(0, 14), after=st.none() | st.integers(0, 14))
@effort(max_examples=60)
def test_a_page_is_the_next_entries_and_no_others(size: int, before: int | None, after: int | None) -> None:
    """Against the plain rule, over a list in memory."""
    rows = FakeTrail(list(range(1, size + 1)))
    page = trail_page(rows, before=before, after=after)  # type: ignore[arg-type]
    everything = list(range(size, 0, -1))
    if after is not None:
        expected = [n for n in everything if n > after][-browsing.PER_PAGE :]
    else:
        expected = [n for n in everything if before is None or n < before][: browsing.PER_PAGE]
    assert [one.sequence for one in page.events] == expected


class FakeTrail:
    """As much of a queryset as a page needs."""

    def __init__(self, rows: list[int]) -> None:
        self.rows = rows

    def filter(self, **condition: int) -> "FakeTrail":
        [(name, value)] = condition.items()
        return FakeTrail([n for n in self.rows if (n > value if name.endswith("gt") else n < value)])

    def order_by(self, name: str) -> "FakeTrail":
        return FakeTrail(sorted(self.rows, reverse=name.startswith("-")))

    def __getitem__(self, part: slice) -> list[AuditEvent]:
        return [AuditEvent(sequence=n) for n in self.rows[part]]


@pytest.mark.parametrize("query", ["before=x", "before=-1", "after=²", "before=99999999999999999999", "page=7"])
def test_nonsense_in_the_address_shows_the_newest(browser_of_auditor: Client, clerk: User, query: str) -> None:
    entry(clerk)
    assert numbers(browser_of_auditor.get(f"{TRAIL}?{query}")) == [1]


# ------------------------------------------------------------------ filters
@pytest.fixture
def mixed(clerk: User) -> dict[str, int]:
    """Entries that differ in one thing each."""
    other = User.objects.create_user("other@example.com", name="李四")
    return {
        "clerk": entry(clerk).pk,
        "other": entry(other).pk,
        "system": entry(None).pk,
        "ended": entry(clerk, action="role.ended").pk,
        "grant": record("role.granted", RoleGrant(pk=5), by=other).pk,
        "reason": entry(other, reason="职务变动").pk,
        "after": entry(other, after={"name": "精密机械"}).pk,
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"person": "王五"}, ["ended", "clerk"]),
        ({"person": "CLERK@"}, ["ended", "clerk"]),
        ({"person": "system"}, ["system"]),
        ({"person": "nobody"}, []),
        ({"action": "role.ended"}, ["ended"]),
        ({"kind": "accounts.rolegrant"}, ["grant"]),
        ({"kind": "accounts.rolegrant", "object": "5"}, ["grant"]),
        ({"kind": "accounts.rolegrant", "object": "6"}, []),
        ({"text": "职务"}, ["reason"]),
        ({"text": "精密"}, ["after"]),
        ({"text": "王五"}, ["ended", "clerk"]),
        ({"text": "100%"}, []),
        ({"since": "2999-01-01"}, []),
        ({"until": "1999-01-01"}, []),
        ({"since": "2000-01-01", "until": "2999-01-01", "person": "王五", "action": "role.granted"}, ["clerk"]),
    ],
)
def test_filters(browser_of_auditor: Client, mixed: dict[str, int], query: dict[str, str], names: list[str]) -> None:
    assert numbers(browser_of_auditor.get(TRAIL, query)) == [mixed[name] for name in names]


def test_a_deleted_person_is_found_by_number(browser_of_auditor: Client, clerk: User) -> None:
    number = clerk.pk
    entry(clerk)
    User.objects.filter(pk=number).delete()
    assert numbers(browser_of_auditor.get(TRAIL, {"person": str(number)})) == [1]
    assert "王五" in browser_of_auditor.get(TRAIL).content.decode()


def test_days_are_those_of_shanghai(browser_of_auditor: Client, clerk: User) -> None:
    import time_machine

    for hour in (15, 16):  # 23:00 on 21 September and 00:00 on the 22nd in Shanghai
        with time_machine.travel(datetime(2020, 9, 21, hour, tzinfo=UTC), tick=False):
            entry(clerk)

    def found(**query: str) -> list[int]:
        with time_machine.travel(datetime(2020, 9, 22, tzinfo=UTC), tick=False):
            client = Client(headers={"accept-language": "en"})
            client.force_login(User.objects.get(name="Auditor"))
            return numbers(client.get(TRAIL, query))

    assert found(since="2020-09-22") == [2]
    assert found(until="2020-09-21") == [1]
    assert found(since="2020-09-21", until="2020-09-22") == [2, 1]


@pytest.mark.parametrize(
    "query", [{"since": "yesterday"}, {"action": "no such"}, {"since": "2020-02-01", "until": "2020-01-01"}]
)
def test_a_wrong_filter_is_said_and_shows_nothing(
    browser_of_auditor: Client, clerk: User, query: dict[str, str]
) -> None:
    entry(clerk)
    response = browser_of_auditor.get(TRAIL, query)
    assert (response.status_code, numbers(response)) == (422, [])
    assert 'class="error-summary"' in response.content.decode()


# ------------------------------------------------------------------ one entry
def test_before_and_after_stand_side_by_side(browser_of_auditor: Client, clerk: User) -> None:
    entry(clerk, before={"state": "active", "kept": 1}, after={"state": "ended", "kept": 1, "new": ["a"]})
    page = browser_of_auditor.get(f"{TRAIL}1/").content.decode()
    rows = re.findall(r'<th scope="row">(\w+)</th>\s*<td class="long">(.*?)</td>\s*<td class="long">(.*?)</td>', page)
    assert rows == [
        ("kept", "1", "1"),
        ("new", "—", "<mark>[&quot;a&quot;]</mark>"),
        ("state", "active", "<mark>ended</mark>"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, None, []),
        ("draft", "sent", [Difference("", "draft", "sent")]),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [Difference("a.b", "1", "2")]),
        ({"a": None}, {"a": ""}, [Difference("a", "", "")]),
        ({}, {"a": True}, [Difference("", "{}", ""), Difference("a", "", "true")]),
    ],
)
def test_differences(before: Any, after: Any, expected: list[Difference]) -> None:
    assert differences(before, after) == expected


def test_what_people_typed_is_data(browser_of_auditor: Client, clerk: User) -> None:
    entry(clerk, reason="<script>alert(1)</script>", after={"<b>": "<i>"})
    for address in (TRAIL, f"{TRAIL}1/"):
        page = browser_of_auditor.get(address).content.decode()
        assert ("<script>alert" in page, "<i>" in page) == (False, False)


# ------------------------------------------------------------------ the chain
def tamper(statement: str) -> None:
    remove_triggers(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    install_triggers(connection)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit_auditevent SET reason = 'x' WHERE sequence = 2", "entry 2 was changed"),
        ("DELETE FROM audit_auditevent WHERE sequence = 2", "entry 2 is missing"),
    ],
)
def test_a_broken_chain_is_shown(browser_of_auditor: Client, clerk: User, statement: str, fault: str) -> None:
    for _number in range(3):
        entry(clerk)
    assert "unchanged" in browser_of_auditor.get(TRAIL, {"verify": "1"}).content.decode()
    tamper(statement)
    page = browser_of_auditor.get(TRAIL, {"verify": "1"}).content.decode()
    assert ("The chain is broken on this page" in page, fault in page) == (True, True)
    faulty = "3" if "missing" in fault else "2"
    assert "The chain is broken here" in browser_of_auditor.get(f"{TRAIL}{faulty}/").content.decode()
    assert "The chain is broken here" not in browser_of_auditor.get(f"{TRAIL}1/").content.decode()


def test_a_filtered_page_is_verified_across_its_gaps(browser_of_auditor: Client, clerk: User) -> None:
    for action in ("role.granted", "role.ended", "role.granted", "role.ended"):
        entry(clerk, action=action)
    page = browser_of_auditor.get(TRAIL, {"verify": "1", "action": "role.ended"}).content.decode()
    assert "The entries of this page are unchanged" in page


# ------------------------------------------------------------------ export
def test_the_export_holds_the_filtered_entries_and_leaves_one(browser_of_auditor: Client, clerk: User) -> None:
    for action in ("role.granted", "role.ended", "role.granted"):
        entry(clerk, action=action, reason="=1+1")
    response = browser_of_auditor.post(f"{TRAIL}export/", {"ending": "csv", "action": "role.granted"})
    header, *rows = read_csv(response)
    assert [row[0] for row in rows] == ["1", "3"]
    assert [row[header.index("Reason")] for row in rows] == ["'=1+1", "'=1+1"]
    assert [row[-1] for row in rows] == list(
        AuditEvent.objects.filter(action="role.granted").values_list("hash", flat=True)
    )
    left = AuditEvent.objects.get(action="audit.exported")
    assert left.actor_label == "Auditor"
    assert left.after == {"form": "csv", "end": 3, "filters": {"action": "role.granted"}}


def test_the_export_as_excel(browser_of_auditor: Client, clerk: User) -> None:
    entry(clerk, after={"姓名": "王五"})
    response = browser_of_auditor.post(f"{TRAIL}export/", {"ending": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(response.getvalue())).active
    header, row = ([cell.value for cell in line] for line in sheet.iter_rows())
    assert (row[0], row[header.index("After")]) == (1, '{"姓名": "王五"}')
    assert response["Cache-Control"] == "private, no-store"


def test_too_much_for_excel_is_refused_and_leaves_nothing(
    browser_of_auditor: Client, clerk: User, monkeypatch: Any
) -> None:
    monkeypatch.setattr(views, "MAX_XLSX", 2)
    for _number in range(3):
        entry(clerk)
    response = browser_of_auditor.post(f"{TRAIL}export/", {"ending": "xlsx"})
    assert (response.status_code, AuditEvent.objects.count()) == (409, 3)
    assert browser_of_auditor.post(f"{TRAIL}export/", {"ending": "csv"}).status_code == 200


@pytest.mark.parametrize("data", [{}, {"ending": "pdf"}, {"ending": "csv", "since": "x"}])
def test_nonsense_is_not_exported(browser_of_auditor: Client, clerk: User, data: dict[str, str]) -> None:
    entry(clerk)
    assert browser_of_auditor.post(f"{TRAIL}export/", data).status_code == 404
    assert AuditEvent.objects.count() == 1


def test_the_link_in_the_navigation(browser_of_auditor: Client, staff_client: Client) -> None:
    link = f'<a href="{TRAIL}"'
    assert link in browser_of_auditor.get("/").content.decode()
    assert link not in staff_client.get("/", follow=True).content.decode()


# ------------------------------------------------------------------ in the browser
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_pages_are_accessible_and_fit(live_server: Any, page: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(browsing, "PER_PAGE", 3)
    auditor = User.objects.create_user("auditor@example.com", name="审计员")
    RoleGrant.objects.create(user=auditor, role=Role.AUDITOR)
    from django.db import transaction

    with transaction.atomic():
        for number in range(7):
            entry(
                auditor,
                reason="职务变动，见任免通知",
                before={"state": "active", "n": number},
                after={"state": "ended"},
            )
    sign_in(page, live_server.url, auditor)
    faults: dict[str, Any] = {}
    for name, address in {
        "trail": TRAIL,
        "verified": f"{TRAIL}?verify=1&before=5&action=role.granted",
        "nothing": f"{TRAIL}?person=nobody",
        "wrong": f"{TRAIL}?since=2020-02-01&until=2020-01-01",
        "entry": f"{TRAIL}7/",
    }.items():
        page.goto(live_server.url + address)
        if found := [*axe_violations(page), *overflow_at(page)]:
            faults[name] = found
        if folder := os.environ.get("SHOTS"):
            for width in (360, 1440):
                page.set_viewport_size({"width": width, "height": 900})
                page.screenshot(path=f"{folder}/audit-{name}-{width}.png", full_page=True)
    assert faults == {}
    assert AuditHead.objects.get().sequence == 7
