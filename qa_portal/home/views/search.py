"""Search across all that the person may see."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from qa_portal.core.policy import requires, signed_in
from qa_portal.core.search import Hit, SearchGroup, groups_for, page_named

PER_GROUP = 5
PER_PAGE = 20
LONGEST = 100


class SearchForm(forms.Form):
    """A text, and the one kind of hits to show all of."""

    q = forms.CharField(
        label=_("Search"),
        max_length=LONGEST,
        required=False,
        error_messages={"max_length": _("Search for at most %(limit_value)d characters.")},
    )
    kind = forms.CharField(max_length=40, required=False)


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one group; `page` when all of them are asked for, `has_more` when some are left out."""

    group: SearchGroup
    hits: list[Hit]
    has_more: bool = False
    page: Page | None = None


@requires(signed_in)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """One exact number leads to its page; else groups of hits, each with a link to all of its kind."""
    form, groups = SearchForm(request.GET), groups_for(request.user)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    if text and (url := page_named(request.user, text)):
        return redirect(url)
    found = find(request, text, groups, form.cleaned_data["kind"]) if text else []
    context = {"form": form, "text": text, "found": found, "groups": groups, "error": form.errors.get("q")}
    return render(request, "search/results.html", context, status=200 if form.is_valid() else 422)


def find(request: HttpRequest, text: str, groups: list[SearchGroup], kind: str) -> list[Found]:
    """One query a group; a single group is paged. Groups without a hit are left out."""
    chosen = [group for group in groups if group.name == kind]
    if chosen:
        page = Paginator(chosen[0].find(request.user, text), PER_PAGE).get_page(request.GET.get("page"))
        return [Found(chosen[0], [chosen[0].hit(row) for row in page], page=page)] if page.paginator.count else []
    found = []
    for group in groups:
        rows: list[Any] = list(group.find(request.user, text)[: PER_GROUP + 1])
        if rows:
            found.append(Found(group, [group.hit(row) for row in rows[:PER_GROUP]], len(rows) > PER_GROUP))
    return found
