"""Writing a section: what is kept, what is refused, and what two windows do to each other."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from submissions.form.reading import write_base
from submissions.form.sections import SECTIONS
from submissions.models import Application, SectionContent
from tests.factories import RecommendingUnitFactory
from tests.reports.pages.support import ShownPage
from tests.submissions.pages.support import CLOSES, OPENS, ROWS, answers, as_posted

pytestmark = pytest.mark.django_db


def url(application: Application, section: str, end: str = "") -> str:
    return f"/applications/{application.pk}/sections/{section}/{end}"


def kept(application: Application, section: str) -> dict[str, Any]:
    found = SectionContent.objects.filter(application=application, section=section).values_list("data", flat=True)
    return found.first() or {}


@pytest.mark.parametrize("section", [one.key for one in SECTIONS])
def test_every_section_is_shown_saved_and_shown_again(section: str, client: Client, draft: Application) -> None:
    values = answers(RecommendingUnitFactory())[section]
    assert client.get(url(draft, section)).status_code == 200
    assert client.post(url(draft, section), as_posted(section, values)).status_code == 302
    assert kept(draft, section) == {key: value for key, value in values.items() if value not in ("", [])}
    base = kept(draft, section)
    assert client.post(url(draft, section), as_posted(section, values, base)).status_code == 302
    versions = list(SectionContent.objects.filter(section=section).values_list("version", flat=True))
    assert versions == ([1] if base else [])  # nothing in the section is required, nothing was written


def test_draft_accepts_gaps_and_too_long_texts_and_says_so(client: Client, draft: Application) -> None:
    client.post(url(draft, "project"), as_posted("project", {"title": "质" * 31}))
    page = ShownPage(client.get(url(draft, "project")))
    assert kept(draft, "project") == {"title": "质" * 31}
    assert "“Title of the project” has 31 signs; at most 30 are possible." in page.words
    assert "“Product” is required." not in page.words
    assert "“Product” is required." in ShownPage(client.get(url(draft, "project") + "?check=1")).words


def test_rows_are_added_moved_and_removed_without_scripts(client: Client, draft: Application) -> None:
    page, first = url(draft, "indicators"), ROWS["indicators"]
    posted = as_posted("indicators", {"indicators": first})
    assert client.post(page, posted | {"do": "add:indicators"}).status_code == 302
    rows = kept(draft, "indicators")["indicators"]
    assert ([row["id"] for row in rows[:2]], len(rows), rows[2]["name"]) == (["a1", "a2"], 3, "")
    posted = as_posted("indicators", {"indicators": rows}, {"indicators": rows})
    assert client.post(page, posted | {"do": "up:indicators:a2"}).headers["Location"] == f"{page}#row-a2"
    rows = kept(draft, "indicators")["indicators"]
    assert [row["id"] for row in rows[:2]] == ["a2", "a1"]
    posted = as_posted("indicators", {"indicators": rows}, {"indicators": rows})
    client.post(page, posted | {"do": "remove:indicators:a2"})
    assert [row["id"] for row in kept(draft, "indicators")["indicators"]][:1] == ["a1"]


def test_computed_values_are_shown(client: Client, draft: Application) -> None:
    client.post(url(draft, "indicators"), as_posted("indicators", {"indicators": ROWS["indicators"]}))
    client.post(url(draft, "benefits"), as_posted("benefits", {"years": ROWS["years"]}))
    assert "Change in value: +8.1%" in ShownPage(client.get(url(draft, "indicators"))).words
    assert "Change in value: −85.7%" in ShownPage(client.get(url(draft, "indicators"))).words
    assert "1,200.5 10,000 CNY (= 0.12 100 million CNY)" in ShownPage(client.get(url(draft, "benefits"))).words


# ------------------------------------------------------------------ two windows
def test_different_fields_merge(client: Client, draft: Application) -> None:
    client.post(url(draft, "project", "autosave/"), as_posted("project", {"title": "甲"}))
    answer = client.post(url(draft, "project", "autosave/"), as_posted("project", {"title": "", "product_name": "乙"}))
    assert answer.json()["conflicts"] == {}
    assert kept(draft, "project") == {"title": "甲", "product_name": "乙"}


def test_same_field_shows_both_values_and_overwrites_nothing(client: Client, draft: Application) -> None:
    first = client.post(url(draft, "project", "autosave/"), as_posted("project", {"title": "甲"}))
    second = client.post(url(draft, "project"), as_posted("project", {"title": "乙"}))
    page = ShownPage(second)
    assert (first.json()["at"], second.status_code, kept(draft, "project")) == ("10:00", 409, {"title": "甲"})
    assert "“Title of the project” was changed meanwhile" in page.words
    assert ("甲" in page.words, page.fields["title"], page.fields["theirs-title"]) == (True, "乙", '{"value": "甲"}')


@pytest.mark.parametrize(("choice", "outcome"), [("mine", "乙"), ("theirs", "甲")])
def test_person_chooses_between_two_values(choice: str, outcome: str, client: Client, draft: Application) -> None:
    client.post(url(draft, "project"), as_posted("project", {"title": "甲"}))
    chosen = {"resolve-title": choice, "theirs-title": '{"value": "甲"}'}
    assert client.post(url(draft, "project"), as_posted("project", {"title": "乙"}) | chosen).status_code == 302
    assert kept(draft, "project") == {"title": outcome}


def test_choice_against_a_value_that_changed_again_is_asked_again(client: Client, draft: Application) -> None:
    client.post(url(draft, "project"), as_posted("project", {"title": "丙"}))
    chosen = {"resolve-title": "mine", "theirs-title": '{"value": "甲"}'}
    assert client.post(url(draft, "project"), as_posted("project", {"title": "乙"}) | chosen).status_code == 409
    assert kept(draft, "project") == {"title": "丙"}


@pytest.mark.parametrize("base", ["", "[]", "nonsense", "1"])
def test_broken_base_overwrites_nothing(base: str, client: Client, draft: Application) -> None:
    client.post(url(draft, "project"), as_posted("project", {"title": "甲"}))
    answer = client.post(url(draft, "project", "autosave/"), {"title": "乙", "base": base})
    assert (list(answer.json()["conflicts"]), kept(draft, "project")) == (["title"], {"title": "甲"})


def test_autosave_gives_the_base_of_this_page_only(client: Client, draft: Application) -> None:
    client.post(url(draft, "project", "autosave/"), as_posted("project", {"title": "甲"}))
    page = as_posted("project", {"product_name": "乙"}, {"title": "", "product_name": ""})
    answer = client.post(url(draft, "project", "autosave/"), page).json()
    assert answer["base"] == write_base({"title": "", "product_name": "乙"})


# ------------------------------------------------------------------ by the clock
@pytest.mark.parametrize(("second", "status"), [(-1, 302), (0, 409), (1, 409)])
def test_saving_ends_to_the_second(second: int, status: int, client: Client, draft: Application, clock: Any) -> None:
    clock.move_to(CLOSES + timedelta(seconds=second), tick=False)
    client.force_login(draft.applicant.memberships.get().user)
    response = client.post(url(draft, "project"), as_posted("project", {"title": "迟"}))
    assert (response.status_code, kept(draft, "project")) == (status, {"title": "迟"} if status == 302 else {})
    if status == 409:
        page = ShownPage(response)
        assert ("This application cannot be changed now." in page.words, page.fields["title"]) == (True, "迟")


def test_autosave_after_the_end_says_so(client: Client, draft: Application, clock: Any) -> None:
    clock.move_to(CLOSES, tick=False)
    client.force_login(draft.applicant.memberships.get().user)
    answer = client.post(url(draft, "project", "autosave/"), as_posted("project", {"title": "迟"}))
    assert (answer.status_code, list(answer.json())) == (409, ["refused"])


def test_closed_section_shows_what_was_written(client: Client, draft: Application, clock: Any) -> None:
    client.post(url(draft, "project"), as_posted("project", {"title": "甲"}))
    clock.move_to(OPENS - timedelta(seconds=1), tick=False)
    client.force_login(draft.applicant.memberships.get().user)
    page = ShownPage(client.get(url(draft, "project")))
    assert ("甲" in page.words, "title" in page.fields) == (True, False)


# ------------------------------------------------------------------ what does not belong there
def test_posting_every_column_changes_nothing_outside_the_section(client: Client, draft: Application) -> None:
    before = Application.objects.filter(pk=draft.pk).values().get()
    columns = {field.attname: "1" for field in Application._meta.concrete_fields}
    extra = columns | {"state": "accepted", "number": "2021-0001", "campaign": "1", "version": "9", "section": "team"}
    client.post(url(draft, "quality"), as_posted("quality", {"solution": "甲"}) | extra)
    client.post(url(draft, "quality", "autosave/"), as_posted("quality", {}) | extra)
    assert Application.objects.filter(pk=draft.pk).values().get() == before
    assert kept(draft, "quality") == {"solution": "甲"}
    assert list(SectionContent.objects.values_list("section", flat=True)) == ["quality"]


def test_unknown_section_is_no_page(client: Client, draft: Application) -> None:
    assert client.get(url(draft, "nothing")).status_code == 404
    assert client.post(url(draft, "nothing", "autosave/")).status_code == 404


def test_sign_in_that_ended_sends_the_window_to_sign_in(draft: Application) -> None:
    answer = Client().post(url(draft, "project", "autosave/"), {}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"].split("?")[0]) == (204, "/accounts/login/")
