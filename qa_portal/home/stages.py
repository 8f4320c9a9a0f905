"""The pages of the review of a year, in the order in which the work is done: its own row of links."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import gettext_lazy


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the review: its page, and the views that belong to it."""

    view: str
    label: Any
    views: tuple[str, ...]


STAGES = (
    Stage(
        "pool:experts", gettext_lazy("Experts"), ("pool:expert", "pool:confirm", "pool:employment", "reviews:experts")
    ),
    Stage("pool:conflicts", gettext_lazy("Conflicts of interest"), ("pool:conflict", "pool:ties")),
    Stage("drawing:draw", gettext_lazy("Draw"), ("drawing:",)),
    Stage(
        "scoring:progress",
        gettext_lazy("Progress"),
        ("scoring:progress", "scoring:remind", "scoring:case", "scoring:close", "scoring:leave", "scoring:void"),
    ),
    Stage("reviews:ranking", gettext_lazy("Ranking"), ("reviews:ranking",)),
    Stage("deciding:lines", gettext_lazy("Lines"), ("deciding:lines", "deciding:propose", "deciding:settings")),
    Stage(
        "deciding:round",
        gettext_lazy("Decision"),
        (
            "deciding:round",
            "deciding:revise",
            "deciding:meeting",
            "deciding:take",
            "deciding:decide",
            "deciding:freeze",
        ),
    ),
    Stage(
        "publicity:hub",
        gettext_lazy("Public notice"),
        ("publicity:hub", "publicity:open", "publicity:publish", "publicity:objection"),
    ),
    Stage("publicity:letters", gettext_lazy("Feedback letters"), ("publicity:letter",)),
)
WITHOUT = ("publicity:letter_pdf",)


@dataclass(frozen=True, slots=True)
class StageEntry:
    """A link; `current` is the value of aria-current, "" elsewhere."""

    label: Any
    url: str
    current: str


def stages_for(request: HttpRequest, year: int | None) -> list[StageEntry]:
    """The links of the review for a page that belongs to it, [] elsewhere; no query.

    Only pages that the person may open: each view is asked for its own policy.
    """
    match = getattr(request, "resolver_match", None)
    here = match.view_name if match else ""
    if (
        year is None
        or not here
        or here in WITHOUT
        or not here.startswith(tuple(v for one in STAGES for v in one.views))
    ):
        return []
    entries = []
    for stage in STAGES:
        try:
            url = reverse(stage.view, kwargs={"year": year})
        except NoReverseMatch:
            continue
        if resolve(url).func.policy(request.user):  # type: ignore[attr-defined]
            current = "page" if here == stage.view else "true" if here.startswith(stage.views) else ""
            entries.append(StageEntry(stage.label, url, current))
    return entries if len(entries) > 1 and any(one.current for one in entries) else []
