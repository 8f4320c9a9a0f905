"""Every column of every model posted to every address that writes: nothing outside the form changes.

Each write of `write_table` is made twice as it is, which tells what differs by itself (keys, times, salts),
and once more with a field for every column of the database beside its own. The database must then hold the
same. Left out are the fields of the forms that read the post, which name their fields one by one, and what
FIELDS says of addresses that read a post without a form.
"""

import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import connection, models, transaction
from django.forms import BaseForm
from django.test import Client
from django.urls import resolve

from submissions.checking.operations import CONFIRMED
from submissions.form.sections import PROJECT
from tests.test_write_views import posted, whom, writes
from tests.url_matrix import MATRIX
from tests.url_world import World, build_world
from tests.write_table import WRITES

Rows = dict[Any, dict[str, Any]]
Snapshot = dict[str, Rows]
# sign-ins come and go with every client
WRITTEN = re.compile(r'(?:INSERT (?:OR IGNORE )?INTO|UPDATE|DELETE FROM) "(\w+)"')
LEFT_OUT = ("sessions.", "usersessions.", "admin.", "contenttypes.", "auth.")
# address → the columns that it takes by name without a form of Django
SHEET_FIELDS = {"level", "comment", "strengths", "gaps", "bottleneck", "digital"}
PROJECT_FIELDS = {field.key for field in PROJECT.fields}
FIELDS: dict[str, set[str]] = {
    "submissions:section": PROJECT_FIELDS,
    "submissions:autosave": PROJECT_FIELDS,
    "scoring:sheet": SHEET_FIELDS,
    "scoring:autosave": SHEET_FIELDS,
    "checking:judge": set(CONFIRMED),
    "checking:step": {*CONFIRMED, "reason"},
    "recommending:step": {"reason"},
    "organisations:grant_decide": {"reason"},
}


def columns() -> dict[str, str]:
    """A value for every column, by the names under which a form could take it."""
    found: dict[str, str] = {}
    for model in sorted(apps.get_models(), key=lambda one: one._meta.label != "submissions.Application"):
        for field in model._meta.concrete_fields:
            for name in (field.name, field.attname):
                found.setdefault(name, value_for(field))
    return found


def value_for(field: Any) -> str:
    """Something that the column would take."""
    if field.choices:
        return str(list(field.choices)[-1][0])
    if isinstance(field, models.DateTimeField):
        return "2020-01-01T00:00"
    if isinstance(field, models.DateField):
        return "2020-01-01"
    if isinstance(field, models.BooleanField):
        return "on"
    return "1"


class Posting:
    """Adds fields to every form that a test client posts, as long as `more` is set.

    Before that it notes the fields of the forms that each address fills from its post.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.more: Mapping[str, str] = {}
        self.fields: dict[str, set[str]] = defaultdict(set)
        self.bound: list[BaseForm] = []
        post, init = Client.post, BaseForm.__init__

        def noted(form: BaseForm, *args: Any, **kwargs: Any) -> None:
            init(form, *args, **kwargs)
            self.bound.append(form)

        def post_with_more(client: Client, path: str, data: Any = None, *args: Any, **kwargs: Any) -> Any:
            name = resolve(path.partition("?")[0]).view_name
            self.bound.clear()
            if self.more and (data is None or isinstance(data, dict)) and "content_type" not in kwargs:
                own = FIELDS.get(name, set()) | self.fields[name]
                data = {key: value for key, value in self.more.items() if key not in own} | (data or {})
            response = post(client, path, data, *args, **kwargs)
            if not self.more:
                self.fields[name] |= {
                    form.add_prefix(key) for form in self.bound if form.is_bound for key in form.fields
                }
            return response

        monkeypatch.setattr(BaseForm, "__init__", noted)
        monkeypatch.setattr(Client, "post", post_with_more)


def write_of(name: str, world: World) -> Callable[[], Any]:
    if name in WRITES:
        return lambda: WRITES[name](world)
    person, case = whom(MATRIX[name]) or ("", "")
    return lambda: posted(world, world.client(person), name, MATRIX[name], case)


def tables() -> dict[str, type[models.Model]]:
    """The tables that are compared."""
    return {
        model._meta.db_table: model
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy and not model._meta.label_lower.startswith(LEFT_OUT)
    }


def rows_of(model: type[models.Model]) -> Rows:
    return {row[model._meta.pk.attname]: row for row in model._base_manager.values()}


def after(write: Callable[[], Any], before: Snapshot) -> tuple[int, Snapshot]:
    """The status of a write, and every row of the database behind it; then it is undone.

    Tables to which nothing was written are as they were before.
    """
    written: set[str] = set()

    def watch(execute: Any, sql: str, *args: Any) -> Any:
        if found := WRITTEN.match(sql):
            written.add(found[1])
        return execute(sql, *args)

    with transaction.atomic():
        with connection.execute_wrapper(watch):
            status = write().status_code
        rows = before | {name: rows_of(model) for name, model in tables().items() if name in written}
        transaction.set_rollback(True)
    return status, rows


def differences(one: Snapshot, other: Snapshot) -> Iterator[str]:
    """The columns in which two states of the database differ, and tables with more rows in one of them."""
    for label, rows in one.items():
        others = other[label]
        if len(rows) != len(others):
            yield f"{label}: {len(rows)} or {len(others)} rows"
        for key in rows.keys() & others.keys():
            yield from (f"{label}.{name}" for name, value in rows[key].items() if value != others[key][name])
        # keys may be drawn by lot: of the rows that each run made anew, the columns are compared as a whole
        new, same = _without(rows, others), _without(others, rows)
        for name in new[0] if new else ():
            if sorted(repr(row[name]) for row in new) != sorted(repr(row[name]) for row in same):
                yield f"{label}.{name}"


def _without(rows: Rows, others: Rows) -> list[dict[str, Any]]:
    return [row for key, row in rows.items() if key not in others]


@pytest.fixture
def quiet() -> Iterator[None]:
    """Time stands still, so that no minute ends between two runs; refusals are not logged."""
    logging.disable(logging.CRITICAL)
    with time_machine.travel(datetime(2026, 3, 2, 2, tzinfo=UTC), tick=False):
        yield
    logging.disable(logging.NOTSET)


@pytest.mark.django_db
def test_no_form_takes_a_column_that_is_not_its_field(quiet: None, monkeypatch: pytest.MonkeyPatch) -> None:
    world, posting, faults = build_world(), Posting(monkeypatch), {}
    before = {name: rows_of(model) for name, model in tables().items()}
    for name in writes():
        write = write_of(name, world)
        status, plain = after(write, before)
        by_itself = set(differences(plain, after(write, before)[1]))
        posting.more = columns()
        status_with_more, full = after(write, before)
        posting.more = {}
        found = sorted(set(differences(plain, full)) - by_itself)
        if found or status != status_with_more:
            faults[name] = (status, status_with_more, found)
    assert faults == {}
