"""What the frame of every page shows: person, role, year, navigation, language."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from qa_portal.accounts.enums import Role
from qa_portal.accounts.rules import has_role, is_bureau, is_bureau_staff, may_manage_people
from qa_portal.audit.policy import may_read_audit
from qa_portal.campaigns.models import Campaign
from qa_portal.core.policy import Policy
from qa_portal.core.search import groups_for
from qa_portal.home.session import person_mark, seconds_left, warn_seconds
from qa_portal.home.stages import StageEntry, stages_for
from qa_portal.notices.queries import unread_count
from reviews.scoring.policy import reviews
from submissions.models import Application
from submissions.policy import files_applications

LARGE_TEXT_COOKIE = "portal_text"
# code of Django, tag of HTML, name in its own language (never translated)
LANGUAGES = (("zh-hans", "zh-Hans", "中文"), ("en", "en", "English"))


def is_of_an_organisation(user: Any) -> bool:
    """Applicants and recommenders act for an enterprise or unit, which has a page of its own."""
    return has_role(user, Role.APPLICANT, Role.RECOMMENDER)


def recommends_for_a_unit(user: Any) -> bool:
    """People of recommending units have a queue."""
    return has_role(user, Role.RECOMMENDER)


def reads_the_decision_as_a_guest(user: Any) -> bool:
    """Committee and inspectors work with the ranking and the decision of a year, and with nothing else of it."""
    return has_role(user, Role.COMMITTEE, Role.INSPECTOR)


@dataclass(frozen=True, slots=True)
class Section:
    """An entry of the navigation, who sees it, and the views that belong to it."""

    view: str
    label: Any
    may: Policy
    views: tuple[str, ...]
    has_year: bool = True
    until_a_year: bool = False  # shown only while there is no year to work with


# At most six at a time. What is done once a year, as imports, stands on the overview, which is marked meanwhile.
BUREAU_SECTIONS = (
    Section("reports:overview", gettext_lazy("Overview"), is_bureau, ("reports:overview", "reports:import")),
    Section("reports:applications", gettext_lazy("Applications"), is_bureau, ("reports:application", "submissions:")),
    Section("checking:queue", gettext_lazy("Formal check"), is_bureau, ("checking:", "recommending:guidance")),
    Section(
        "reviews:ranking",
        gettext_lazy("Review"),
        is_bureau,
        ("reviews:", "deciding:", "pool:", "drawing:", "scoring:", "publicity:"),
    ),
    Section("reports:statistics", gettext_lazy("Statistics"), is_bureau, ("reports:statistics",)),
    Section("reports:circular", gettext_lazy("Circular"), is_bureau, ("reports:circular",)),
    Section(
        "reports:import",
        gettext_lazy("Import"),
        is_bureau_staff,
        ("reports:import",),
        has_year=False,
        until_a_year=True,
    ),
)
GUEST_SECTIONS = (
    Section("home", gettext_lazy("Home"), reads_the_decision_as_a_guest, ("home",), has_year=False),
    Section(
        "deciding:newest",
        gettext_lazy("Ranking and lines"),
        reads_the_decision_as_a_guest,
        ("deciding:",),
        has_year=False,
    ),
)
ADMINISTRATOR_SECTIONS = (
    Section("home", gettext_lazy("Home"), may_manage_people, ("home",), has_year=False),
    Section(
        "organisations:people",
        gettext_lazy("People"),
        may_manage_people,
        ("organisations:people", "organisations:person"),
        has_year=False,
    ),
    Section(
        "organisations:units",
        gettext_lazy("Recommending units"),
        may_manage_people,
        ("organisations:units", "organisations:organisation"),
        has_year=False,
    ),
)
AUDITOR_SECTIONS = (
    Section("home", gettext_lazy("Home"), may_read_audit, ("home",), has_year=False),
    Section("audit:trail", gettext_lazy("Audit trail"), may_read_audit, ("audit:",), has_year=False),
)
OWN_APPLICATIONS = (
    *(f"submissions:{name}" for name in ("mine", "detail", "section", "evidence", "check", "preview", "submit")),
    *(f"submissions:{name}" for name in ("receipt", "withdraw")),
)
OWNER_SECTIONS = (
    Section("home", gettext_lazy("Home"), is_of_an_organisation, ("home",), has_year=False),
    Section("submissions:mine", gettext_lazy("My applications"), files_applications, OWN_APPLICATIONS, has_year=False),
    Section(
        "recommending:newest",
        gettext_lazy("Recommendations"),
        recommends_for_a_unit,
        ("recommending:",),
        has_year=False,
    ),
    Section("submissions:call", gettext_lazy("Call"), files_applications, ("submissions:call",), has_year=False),
    Section(
        "organisations:mine",
        gettext_lazy("My organisation"),
        is_of_an_organisation,
        ("organisations:",),
        has_year=False,
    ),
)
EXPERT_SECTIONS = (
    Section("home", gettext_lazy("Home"), reviews, ("home",), has_year=False),
    Section("scoring:tasks", gettext_lazy("Review tasks"), reviews, ("scoring:",), has_year=False),
)
SECTIONS = (
    *BUREAU_SECTIONS,
    *GUEST_SECTIONS,
    *ADMINISTRATOR_SECTIONS,
    *AUDITOR_SECTIONS,
    *OWNER_SECTIONS,
    *EXPERT_SECTIONS,
)


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A link of the navigation; `current` is the value of aria-current, "" elsewhere."""

    label: Any
    url: str
    current: str = ""


@dataclass(frozen=True, slots=True)
class YearEntry:
    year: int
    url: str
    is_here: bool


def address(view: str, **kwargs: Any) -> str:
    """Address of a view, "" while no such view exists or it does not take these arguments."""
    try:
        return reverse(view, kwargs=kwargs)
    except NoReverseMatch:
        return ""


class Frame:
    """The frame of one request. Everything is computed on first use: a fragment costs no query."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._user = getattr(request, "user", None)
        self._match = getattr(request, "resolver_match", None)

    @cached_property
    def html_lang(self) -> str:
        code = get_language() or settings.LANGUAGE_CODE
        return next((tag for name, tag, _name in LANGUAGES if name == code), code)

    languages = LANGUAGES

    @property
    def is_large(self) -> bool:
        return self._request.COOKIES.get(LARGE_TEXT_COOKIE) == "large"

    @property
    def is_demonstration(self) -> bool:
        return bool(settings.IS_DEMONSTRATION)

    @property
    def is_second_factor_off(self) -> bool:
        return not settings.SECOND_FACTOR_REQUIRED

    @property
    def is_signup_open(self) -> bool:
        return bool(settings.SIGNUP_IS_OPEN)

    @property
    def demonstration_accounts(self) -> list[tuple[str, str, str]]:
        """E-mail address, password and role of the accounts that the demonstration offers."""
        accounts = settings.DEMONSTRATION_ACCOUNTS if self.is_demonstration else []
        return [(email, password, str(Role(role).label)) for email, password, role in accounts]

    @property
    def help_contact(self) -> str:
        return getattr(settings, "HELP_CONTACT", "")

    @property
    def person(self) -> str:
        return str(self._user) if self._user is not None and self._user.is_authenticated else ""

    @cached_property
    def role_label(self) -> str:
        if not self.person:
            return ""
        held = self._user.roles  # type: ignore[union-attr]
        return _(", ").join(str(role.label) for role in Role if role in held)

    @cached_property
    def unread(self) -> int:
        """Notices that the person has not read; one query."""
        return unread_count(self._user) if self.person else 0

    @property
    def notices_url(self) -> str:
        return address("notices:list")

    @cached_property
    def has_search(self) -> bool:
        """The person's role has something to search in."""
        return bool(self.person) and bool(groups_for(self._user))

    @property
    def session(self) -> dict[str, Any]:
        """What the page must know to warn before the sign-in ends; {} for nobody."""
        if not self.person:
            return {}
        request = self._request
        return {"left": seconds_left(request), "warn": warn_seconds(request), "person": person_mark(request)}

    @cached_property
    def _years_with_counts(self) -> dict[int, bool]:
        """Years of all campaigns, newest first, and whether one has counted applications; one query.

        None for people outside the bureau.
        """
        if self._user is None or not is_bureau(self._user):
            return {}
        counted = Exists(Application.objects.counted().filter(campaign=OuterRef("pk")))
        return dict(Campaign.objects.order_by("-year").annotate(is_counted=counted).values_list("year", "is_counted"))

    @property
    def _all_years(self) -> list[int]:
        return list(self._years_with_counts)

    @cached_property
    def year(self) -> int | None:
        """The year of this page; on a page that has none, the newest with counted applications, or the newest."""
        kwargs = self._match.kwargs if self._match else {}
        # an application number begins with its year: 2020-0001
        start = str(kwargs.get("number", ""))[:4]
        asked = kwargs.get("year") or (int(start) if start.isdecimal() else None)
        years = self._all_years
        if asked in years:
            return asked
        return next((year for year, counts in self._years_with_counts.items() if counts), years[0] if years else None)

    @cached_property
    def years(self) -> list[YearEntry]:
        return [YearEntry(year, self._in_year(year), year == self.year) for year in self._all_years]

    def _in_year(self, year: int) -> str:
        """This page in another year, its section where the page is about one thing, or the overview."""
        views = []
        if self._match and set(self._match.kwargs) == {"year"}:
            views.append(self._match.view_name)
        views += [section.view for section in BUREAU_SECTIONS if section.has_year and self._is_in(section)]
        views += [section.view for section in BUREAU_SECTIONS if section.has_year]
        return next((url for view in views if (url := address(view, year=year))), reverse("home"))

    def _is_in(self, section: Section) -> bool:
        name = self._match.view_name if self._match else ""
        return bool(name) and name.startswith(section.views)

    @cached_property
    def nav(self) -> list[NavEntry]:
        """The entries that this person may open and whose view exists."""
        if self._user is None:
            return []
        entries = []
        for section in SECTIONS:
            if not section.may(self._user) or (section.has_year and self.year is None):
                continue
            if section.until_a_year and self.year is not None:
                continue
            url = address(section.view, **({"year": self.year} if section.has_year else {}))
            if url:
                here = self._match is not None and self._match.view_name == section.view
                current = "page" if here else "true" if self._is_in(section) else ""
                entries.append(NavEntry(section.label, url, current))
        return entries

    @cached_property
    def stages(self) -> list[StageEntry]:
        """The pages of the review of this year, on those pages only."""
        if self._user is None or not self.person:
            return []
        asked = self._match.kwargs.get("year") if self._match else None
        return stages_for(self._request, asked or self.year)


def portal(request: HttpRequest) -> dict[str, Frame]:
    """Context processor: `portal` in every template rendered for a request."""
    frame = getattr(request, "_portal_frame", None)
    if frame is None:
        frame = request._portal_frame = Frame(request)  # type: ignore[attr-defined]
    return {"portal": frame}
