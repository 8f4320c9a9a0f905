"""docs/security.md names a test for each control: every one exists. And what no single test of a page can say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TABLE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
PACKAGES = ("qa_portal", "submissions", "reviews", "reports")
# where text is marked as safe, and why it is: each escapes or cleans it in the same function
MARKED = {
    "qa_portal/core/templatetags/icons.py",
    "qa_portal/core/templatetags/portal.py",
    "qa_portal/home/guide.py",
    "reports/circular/html.py",
    "reports/circular/page.py",
    "reports/publication.py",
}


def existing_tests() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.add(node.name)
    return found


def sources(*patterns: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        for path in sorted(one for one in ROOT.glob(pattern) if one.is_file()):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


# ------------------------------------------------------------------ the table
def test_every_test_of_the_table_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", TABLE))
    assert len(named) > 100
    assert sorted(named - existing_tests()) == []


@pytest.mark.parametrize("number", range(1, 26))
def test_every_abuse_case_has_a_row_with_a_test_or_says_that_it_has_none(number: int) -> None:
    [row] = re.findall(rf"(?m)^\| {number} \|.*$", TABLE)
    assert "`test_" in row or "to come" in row


def test_every_module_of_the_table_exists() -> None:
    named = set(re.findall(r"`((?:qa_portal|submissions|reviews|reports|deploy|tests)/[\w./]+)`", TABLE))
    assert len(named) > 20
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


# ------------------------------------------------------------------ what holds for all sources
def test_no_template_switches_escaping_off() -> None:
    found = [
        name
        for name, text in sources("templates/**/*.html", "templates/**/*.txt")
        if re.search(r"\|\s*safe\b|autoescape\s+off", text)
    ]
    assert found == []


def test_text_is_marked_as_safe_in_known_places_only() -> None:
    patterns = [f"{package}/**/*.py" for package in PACKAGES]
    calls = {name for name, text in sources(*patterns) if re.search(r"\bmark_safe\(|SafeString\(", text)}
    assert calls == MARKED


def test_no_page_holds_a_script_or_style_of_its_own() -> None:
    """The content policy would refuse it; here it is found before a browser does."""
    events = r"\son(?:click|change|input|submit|load|error|focus|blur|key\w+|mouse\w+)="
    inline = re.compile(rf"<script(?![^>]*\bsrc=)|<style|\sstyle=|javascript:|{events}", re.IGNORECASE)
    pages = [(name, text) for name, text in sources("templates/**/*.html") if "/account/messages/" not in name]
    assert [name for name, text in pages if inline.search(text)] == []


def test_files_leave_through_the_views_that_put_it_on_record() -> None:
    """`open_file` gives content without an entry: no view may call it."""
    patterns = [f"{package}/**/{name}" for package in PACKAGES for name in ("*views.py", "views/*.py")]
    views = list(sources(*patterns))
    assert len(views) > 10
    assert [name for name, text in views if re.search(r"\bopen_file\b|default_storage", text)] == []
