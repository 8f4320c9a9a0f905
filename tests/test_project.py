"""What holds for the project as a whole: pins, translations, migrations and its own test tooling."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import polib
import psycopg2
import pytest
from django.core.management import call_command

from qa_portal.core.management.commands.compile_translations import compile_catalogues
from qa_portal.core.management.commands.update_translations import (
    Key,
    Message,
    calls_in_python,
    calls_in_template,
    collect,
    fault_lines,
    fill,
    merge,
)
from tests.conftest import refuse_skip
from tests.plugins.postgres import start_postgres

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / name).read_text(encoding="utf-8")))


# ------------------------------------------------------------------ requirements
def test_development_pins_are_a_superset_of_the_portal_s() -> None:
    """So one environment serves `make run` and `make test`, and tests exercise what is installed."""
    portal, development = pins("requirements.txt"), pins("requirements-dev.txt")
    assert len(portal) > 30
    assert {name: development.get(name) for name in portal} == portal


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_has_hashes_and_no_address_of_an_index(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    assert [block.splitlines()[0] for block in blocks if PIN.match(block) and "sha256:" not in block] == []
    assert [line for line in text.splitlines() if "://" in line or line.startswith("--index")] == []


def test_psycopg_3_stays_out() -> None:
    """Django would silently prefer it, and tests would exercise another driver than production."""
    assert {"psycopg", "psycopg-binary"}.isdisjoint(pins("requirements-dev.txt"))


# ------------------------------------------------------------------ models
@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


# ------------------------------------------------------------------ translations
def test_texts_are_found_in_python() -> None:
    source = """
_("one"); gettext_lazy("two" " parts"); translation.gettext("three")
ngettext("%(n)s file", "%(n)s files", n); pgettext("verb", "file")
_(variable); other("no text")
"""
    assert list(calls_in_python(source, "x.py")) == [
        ("gettext", ["one"]),
        ("gettext", ["two parts"]),
        ("gettext", ["three"]),
        ("ngettext", ["%(n)s file", "%(n)s files"]),
        ("pgettext", ["verb", "file"]),
    ]


def test_texts_are_found_in_templates() -> None:
    source = """{% load i18n %}
<p title='_("not a text")'>{% translate "It's one" %} {% trans "file" context "verb" %}</p>
{% blocktranslate trimmed count n=files %}
  {{ n }} file
{% plural %}
  {{ n }} files
{% endblocktranslate %}
{% include "x.html" with title=_("A title") %}{{ _("In a variable") }}
"""
    assert list(calls_in_template(source, "x.html")) == [
        ("gettext", ["It's one"]),
        ("pgettext", ["verb", "file"]),
        ("ngettext", ["%(n)s file", "%(n)s files"]),
        ("gettext", ["A title"]),
        ("gettext", ["In a variable"]),
    ]


def test_merge_keeps_translations_and_retires_what_is_gone() -> None:
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="kept", msgstr="保留"))
    catalogue.append(polib.POEntry(msgid="gone", msgstr="删除"))
    merge(catalogue, {(None, "kept"): Message(None, "kept"), (None, "new"): Message(None, "new")})
    assert [(e.msgid, e.msgstr, e.obsolete) for e in catalogue] == [
        ("kept", "保留", False),
        ("new", "", False),
        ("gone", "删除", True),
    ]


def test_fill_translates_what_is_open_and_names_what_is_unknown() -> None:
    catalogue = polib.POFile()
    found: dict[Key, Message] = {(None, "done"): Message(None, "done"), (None, "open"): Message(None, "open")}
    found[("verb", "file")] = Message("verb", "file")
    found[(None, "%(n)s day")] = Message(None, "%(n)s day", "%(n)s days")
    merge(catalogue, found)
    fill(catalogue, ["done\t完成"])
    unknown = fill(
        catalogue,
        ["done\t不得覆盖", "open\t打开\\n第二行", "verb\tfile\t提交", "%(n)s day\t%(n)s天", "odd\t怪"],
    )
    assert unknown == ["odd"]
    assert {e.msgid: e.msgstr or e.msgstr_plural for e in catalogue} == {
        "%(n)s day": {0: "%(n)s天"},
        "done": "完成",
        "file": "提交",
        "open": "打开\n第二行",
    }
    assert fault_lines(catalogue, found) == []


def test_faults_name_missing_untranslated_fuzzy_and_broken_texts() -> None:
    catalogue = polib.POFile()
    texts = ("open", "unsure", "%(n)s left")
    found: dict[Key, Message] = {(None, msgid): Message(None, msgid, files={"a.py"}) for msgid in texts}
    merge(catalogue, found)
    fill(catalogue, ["unsure\t不确定", "%(n)s left\t剩余%(m)s"])
    next(entry for entry in catalogue if entry.msgid == "unsure").flags.append("fuzzy")
    found[None, "absent"] = Message(None, "absent", files={"b.html"})
    assert fault_lines(catalogue, found) == [
        "wrong placeholders %(m)s %(n)s: '%(n)s left' (a.py)",
        "missing: 'absent' (b.html)",
        "untranslated: 'open' (a.py)",
        "fuzzy: 'unsure' (a.py)",
    ]


def test_the_chinese_catalogue_is_complete() -> None:
    call_command("update_translations", "--check")
    assert len(collect(ROOT)) > 10


def test_catalogues_are_compiled_only_when_they_changed(tmp_path: Path, settings: Any) -> None:
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    settings.LOCALE_PATHS = [tmp_path]
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="Year", msgstr="年度"))
    catalogue.save(str(folder / "django.po"))
    assert compile_catalogues() == [folder / "django.mo"]
    assert polib.mofile(str(folder / "django.mo"))[0].msgstr == "年度"
    assert compile_catalogues() == []


# ------------------------------------------------------------------ make run
@pytest.mark.process
def test_prepare_twice_loads_the_demonstration_once(process_env: dict[str, str]) -> None:
    first, second = manage("prepare", env=process_env), manage("prepare", env=process_env)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "2020: 145 applications" in first.stdout
    assert "applications" not in second.stdout
    assert "staff@demo.example" in second.stdout
    assert manage("migrate", "--check", env=process_env).returncode == 0


@pytest.mark.process
def test_prepare_says_in_one_line_that_the_database_is_not_there(process_env: dict[str, str]) -> None:
    process_env["DATABASE_URL"] = "postgres://nobody@127.0.0.1:1/nothing"
    done = manage("prepare", env=process_env)
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: the database refuses (connection to server")
    assert done.stderr.endswith("check DATABASE_URL.\n")
    assert done.stderr.count("\n") == 1


def manage(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


# ------------------------------------------------------------------ the tests' own tooling
def skipped() -> pytest.TestReport:
    longrepr = ("tests/test_x.py", 3, "Skipped: needs Chromium")
    return pytest.TestReport("test_x.py::test_y", ("", 0, ""), {}, "skipped", longrepr, "call")


def test_a_skip_stays_a_skip_on_a_machine_without_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUIRE_ALL", raising=False)
    report = skipped()
    refuse_skip(report)
    assert report.skipped


def test_a_skip_is_a_failure_where_all_tests_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUIRE_ALL", "1")
    report = skipped()
    refuse_skip(report)
    assert report.failed
    assert report.longrepr == "test_x.py::test_y: REQUIRE_ALL=1 allows no skip. Skipped: needs Chromium"


def test_tests_that_touch_the_database_are_marked(request: pytest.FixtureRequest, staff_user: Any) -> None:
    assert request.node.get_closest_marker("database")


def test_tests_that_do_not_are_not_marked(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("database") is None


@pytest.mark.process
def test_a_throw_away_postgres_starts_without_any_server() -> None:
    with psycopg2.connect(start_postgres()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT upper('é'), current_setting('listen_addresses')")
        assert cursor.fetchone() == ("É", "")
    connection.close()
