"""Names are data: what people see of them, and what they never do."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa_portal.files.rules import MAX_NAME_BYTES, served_type, shown_name

odd_names = st.text(alphabet=st.characters(), max_size=400)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("通报.pdf", "通报.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\li\\Report.docx", "Report.docx"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("nul\0.pdf", "nul.pdf"),
        ("  spaces \t and  tabs .pdf", "spaces and tabs.pdf"),
        ("", "file"),
        ("..", "file"),
        ("folder/", "file"),
        (".htaccess", "htaccess"),
        ("长" * 200 + ".xlsx", "长" * 65 + ".xlsx"),
        ("a" * 300, "a" * 200),
        ("a." + "b" * 300, "a." + "b" * 198),
    ],
)
def test_the_shown_name(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@given(odd_names)
@example("\ud800")
@example("e\u0301" * 200)
def test_a_shown_name_is_harmless_whatever_was_given(name: str) -> None:
    shown = shown_name(name)
    assert 1 <= len(shown.encode()) <= MAX_NAME_BYTES
    assert not {"/", "\\"} & set(shown)
    assert [char for char in shown if unicodedata.category(char)[0] == "C"] == []
    assert shown == shown.strip()
    assert not shown.startswith(".")
    assert shown_name(shown) == shown


@pytest.mark.parametrize(
    ("content_type", "served"),
    [
        ("application/pdf", "application/pdf"),
        ("TEXT/CSV; charset=gb18030", "text/csv; charset=utf-8"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("application/pdf\r\nX: y", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_only_harmless_types_are_served(content_type: str, served: str) -> None:
    assert served_type(content_type) == served
