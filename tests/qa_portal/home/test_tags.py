"""The component tags by their exact output."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from qa_portal.core.templatetags.icons import ICONS, icon
from qa_portal.core.templatetags.portal import dash, message_kind, money, signed
from qa_portal.home.templatetags.home import time_left


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def draw(source: str, path: str = "/list/", **context: Any) -> str:
    """The output of a template for a page at `path`, without the blanks between elements."""
    context["request"] = RequestFactory().get(path)
    drawn = Template("{% load portal %}" + source).render(Context(context))
    return "".join(line.strip() for line in drawn.splitlines())


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (1278900, None, "1,278,900"),
        (Decimal("-12.50"), None, "−12.5"),
        (Decimal("100"), None, "100"),
        (Decimal("1E+3"), None, "1,000"),
        (Decimal("88.1"), 2, "88.10"),
        (0, None, "0"),
        (Decimal("-0.00"), None, "0"),
        (None, 2, "—"),
        ("", None, "—"),
    ],
)
def test_money(value: Any, places: int | None, shown: str) -> None:
    assert money(value, places) == shown


@pytest.mark.parametrize(("value", "shown"), [(6, "+6"), (-2, "−2"), (0, "0"), (None, "—")])
def test_signed(value: Any, shown: str) -> None:
    assert signed(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(None, "—"), ("", "—"), (0, 0), (False, False), ("上海", "上海")])
def test_dash_keeps_zero(value: Any, shown: Any) -> None:
    assert dash(value) == shown


@pytest.mark.parametrize(
    ("tags", "kind"),
    [("success", "ok"), ("extra warning", "wait"), ("error", "bad"), ("info", "info"), ("", "info")],
)
def test_message_kind(tags: str, kind: str) -> None:
    assert message_kind(tags) == kind


def test_state_is_icon_word_and_colour() -> None:
    assert draw('{% status_badge "wait" label %}', label="<b>") == (
        f'<span class="badge-state is-wait">{icon("wait")}<span>&lt;b&gt;</span></span>'
    )


@pytest.mark.parametrize("source", ['{% status_badge "red" "x" %}', '{% notice "red" %}x{% endnotice %}'])
def test_unknown_kind_is_a_mistake(source: str) -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        draw(source)


def test_every_icon_is_hidden_from_screen_readers() -> None:
    assert all('aria-hidden="true"' in icon(name) for name in ICONS)


def test_notice_escapes_its_title_and_announces_on_demand() -> None:
    assert draw('{% notice "bad" title=title live=True %}<p>text</p>{% endnotice %}', title="a < b") == (
        f'<div class="notice is-bad" role="alert">{icon("bad")}<div class="notice-body">'
        '<p class="notice-title">a &lt; b</p><p>text</p></div></div>'
    )


def test_page_header_with_and_without_count() -> None:
    assert draw('{% page_header "Ranking" %}{% endpage_header %}') == (
        '<header class="page-header"><div class="page-header-text"><h1>Ranking</h1></div></header>'
    )
    drawn = draw('{% page_header "Ranking" count=0 unit="items" %}<a href="/x/">Go</a>{% endpage_header %}')
    assert '<h1>Ranking<span class="page-count">0<span class="page-count-unit">items</span></span></h1>' in drawn
    assert '<div class="page-actions"><a href="/x/">Go</a></div>' in drawn


def test_breadcrumbs_end_at_this_page() -> None:
    assert draw('{% breadcrumbs "A" "/a/" "B" "/a/b/" here %}', here="<here>") == (
        '<nav class="crumbs" aria-label="Breadcrumb"><ol><li><a href="/a/">A</a></li>'
        '<li><a href="/a/b/">B</a></li><li aria-current="page">&lt;here&gt;</li></ol></nav>'
    )


def test_section_nav_marks_this_page() -> None:
    assert draw('{% section_nav "A" "/list/?x=1" "B" "/b/" label="Parts" %}') == (
        '<nav class="section-nav" aria-label="Parts"><ul><li><a href="/list/?x=1" aria-current="page">A</a></li>'
        '<li><a href="/b/">B</a></li></ul></nav>'
    )


def test_progress_of_nothing_is_valid() -> None:
    assert draw('{% progress 0 0 "Locked" %}') == (
        '<div class="meter"><span class="meter-label">Locked</span>'
        '<progress value="0" max="1" aria-label="Locked">0 / 0</progress>'
        '<span class="meter-text">0 / 0</span></div>'
    )


def test_figure_opens_its_rows() -> None:
    assert draw(
        '{% stat_card "SMEs" 83 url="/rows/?size=sme" unit="items" share="57.2%" numerator=83 denominator=145 %}'
    ) == (
        '<div class="stat"><dt>SMEs</dt><dd><a class="stat-link" href="/rows/?size=sme">'
        '<span class="stat-number">83</span><span class="stat-unit">items</span>'
        '<span class="visually-hidden"> Open the rows: SMEs</span></a><span class="stat-share">57.2%</span>'
        '<span class="stat-base">83 / 145</span></dd></div>'
    )


def test_figure_without_value_is_a_dash_and_zero_is_zero() -> None:
    assert '<span class="stat-number">—</span>' in draw('{% stat_card "Mean" none %}', none=None)
    assert '<span class="stat-number">0</span>' in draw('{% stat_card "Count" 0 %}')


def test_facts_show_a_dash_for_what_is_missing() -> None:
    assert draw("{% facts pairs %}", pairs=[("A", None), ("B", 0)]) == (
        '<dl class="facts"><div><dt>A</dt><dd>—</dd></div><div><dt>B</dt><dd>0</dd></div></dl>'
    )


def test_table_region_can_be_reached_by_keyboard() -> None:
    assert draw('{% table_region "Ranked" tall=True %}<table></table>{% endtable_region %}') == (
        '<div class="table-region is-tall" role="region" aria-label="Ranked" tabindex="0"><table></table></div>'
    )


@pytest.mark.parametrize(
    ("path", "options", "state", "target"),
    [
        ("/list/", "", None, "/list/?sort=score"),
        ("/list/", 'first="-"', None, "/list/?sort=-score"),
        ("/list/?sort=score&q=%E8%BD%B4&page=3", "", "ascending", "/list/?sort=-score&amp;q=%E8%BD%B4"),
        ("/list/?q=a&q=b&sort=-score", "", "descending", "/list/?q=a&amp;q=b&amp;sort=score"),
        ("/list/?sort=title", 'default="score"', None, "/list/?sort=score"),
        ("/list/", 'default="-score"', "descending", "/list/?sort=score"),
    ],
)
def test_sortable_heading(path: str, options: str, state: str | None, target: str) -> None:
    aria = f' aria-sort="{state}"' if state else ""
    assert draw('{% sort_header "score" "Score" ' + options + " %}", path) == (
        f'<th scope="col"{aria}><a class="sort" href="{target}">Score{icon(state or "sortable")}</a></th>'
    )


def test_number_heading_stands_right() -> None:
    assert draw('{% sort_header "n" "N" number=True %}').startswith('<th scope="col" class="num">')


def test_each_chip_removes_only_itself() -> None:
    chips = [
        {"name": "industry", "label": "Industry", "text": "Bio", "value": "bio"},
        {"name": "q", "label": "Search", "text": "轴承"},
    ]
    drawn = draw("{% filter_chips chips %}", "/list/?industry=bio&industry=car&q=x&page=2&sort=-score", chips=chips)
    assert 'href="/list/?industry=car&amp;q=x&amp;sort=-score"' in drawn
    assert 'href="/list/?industry=bio&amp;industry=car&amp;sort=-score"' in drawn
    assert '<a class="chip-clear" href="/list/?sort=-score">Clear all</a>' in drawn


def test_no_filter_no_chips() -> None:
    assert draw("{% filter_chips chips %}", chips=[]) == ""


def test_pages_keep_the_other_parameters() -> None:
    page = Paginator(range(1450), 50).page(15)
    drawn = draw("{% pagination page %}", "/list/?q=x&page=15", page=page)
    assert "701–750 of 1,450" in drawn
    assert 'href="/list/?q=x&amp;page=14" rel="prev"' in drawn
    assert 'href="/list/?q=x&amp;page=16" rel="next"' in drawn
    assert drawn.count('aria-current="page"') == 1
    assert drawn.count("…") == 2


@pytest.mark.parametrize(("rows", "said"), [(0, "0–0 of 0"), (3, "1–3 of 3")])
def test_single_page_says_its_count_without_links(rows: int, said: str) -> None:
    drawn = draw("{% pagination page %}", page=Paginator(range(rows), 50).page(1))
    assert said in drawn
    assert "<ul" not in drawn


def test_empty_list_tells_why_and_what_to_do() -> None:
    assert draw('{% empty_state "None yet" "Import first." action="Import" url="/import/" %}') == (
        f'<div class="empty-state">{icon("file")}<p class="empty-title">None yet</p><p>Import first.</p>'
        '<p><a class="btn btn-outline-primary" href="/import/">Import</a></p></div>'
    )


class SizeForm(forms.Form):
    title = forms.CharField(label="Title")
    size = forms.ChoiceField(label="Size", choices=[("s", "Small")], widget=forms.RadioSelect)

    def clean(self) -> None:
        raise forms.ValidationError("The year is closed.")


def test_error_summary_links_each_error_to_its_field() -> None:
    drawn = draw("{% error_prefix form %}{% error_summary form %}", form=SizeForm({}))
    assert drawn.startswith("Error: ")
    assert "<li>The year is closed.</li>" in drawn
    assert '<li><a href="#id_title">Title: This field is required.</a></li>' in drawn
    assert '<li><a href="#id_size_0">Size: This field is required.</a></li>' in drawn


@pytest.mark.parametrize("form", [SizeForm(), None, ""])
def test_no_error_summary_before_anything_is_sent(form: Any) -> None:
    assert draw("{% error_prefix form %}{% error_summary form %}", form=form) == ""


def test_errors_of_the_whole_form_are_said_once() -> None:
    source = "{% load crispy_forms_filters %}{% error_summary form %}{{ form|crispy }}"
    assert draw(source, form=SizeForm({})).count("The year is closed.") == 1
    assert draw("{% load crispy_forms_filters %}{{ form|crispy }}", form=SizeForm({})).count("is closed.") == 1


def test_field_has_hint_and_error_before_the_control() -> None:
    class HintForm(forms.Form):
        workbook = forms.FileField(label="Workbook", help_text="XLSX")

    drawn = draw("{% load crispy_forms_filters %}{{ form|crispy }}", form=HintForm({}, MultiValueDict()))
    order = ['for="id_workbook"', 'id="id_workbook_helptext"', 'id="id_workbook_error"', 'type="file"']
    assert sorted(order, key=drawn.index) == order
    assert 'aria-describedby="id_workbook_helptext id_workbook_error"' in drawn


def test_odd_breadcrumbs_are_a_mistake() -> None:
    with pytest.raises((ValueError, TemplateSyntaxError)):
        draw('{% breadcrumbs "A" "/a/" "B" "/b/" %}')


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=30, hours=13), "30 days 13 hours"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(seconds=1), "1 minute"),
        (timedelta(0), ""),
        (timedelta(days=-1), ""),
    ],
)
def test_time_left_in_days_and_hours(left: timedelta, words: str) -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    with time_machine.travel(now, tick=False), translation.override("en"):
        assert time_left(now + left) == words
