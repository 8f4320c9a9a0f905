"""What the search box finds today. Later apps state theirs in a module `search` of their own."""

import re
import unicodedata
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from qa_portal.accounts.enums import Role
from qa_portal.accounts.models import User
from qa_portal.accounts.rules import is_bureau, may_manage_people
from qa_portal.core.search import Hit, jumps_to, search_group
from qa_portal.home.context import address
from qa_portal.organisations.models import Organisation
from qa_portal.organisations.queries import organisations_for, people_for, people_matching
from submissions.models import Application
from submissions.rules import may_read_applications

NUMBER = re.compile(r"[0-9]{4}-[0-9]{4}")
MOST_WORDS = 8


def _application_hit(application: Application) -> Hit:
    url = address("reports:application", number=application.number)
    return Hit(f"{application.number} {application.title}", url, application.applicant_name)


@search_group("applications", title=_("Applications"), may=may_read_applications, hit=_application_hit)
def applications(user: Any, text: str) -> QuerySet[Application]:
    """By number, title, applicant, credit code and recommending unit; newest year first."""
    return Application.objects.visible_to(user).matching(text).order_by("-campaign__year", "number")


@jumps_to
def application_page(user: Any, text: str) -> str:
    """An application number leads straight to its application, if the person may see it."""
    number = unicodedata.normalize("NFKC", text)  # full-width digits too
    if not NUMBER.fullmatch(number) or not may_read_applications(user):
        return ""
    is_there = Application.objects.visible_to(user).filter(number=number).exists()
    return address("reports:application", number=number) if is_there else ""


def _may_see_organisations(user: Any) -> bool:
    return is_bureau(user) or may_manage_people(user)


def _organisation_hit(organisation: Organisation) -> Hit:
    url = address("organisations:organisation", pk=organisation.pk)
    return Hit(organisation.name, url, organisation.get_kind_display())


@search_group("organisations", title=_("Organisations"), may=_may_see_organisations, hit=_organisation_hit)
def organisations(user: Any, text: str) -> QuerySet[Organisation]:
    """By name and credit code."""
    found = organisations_for(user)
    for word in text.split()[:MOST_WORDS]:
        found = found.filter(Q(name__icontains=word) | Q(uscc__icontains=word))
    return found.order_by("name", "pk")


def _person_hit(person: User) -> Hit:
    role = getattr(person, "role", None)
    note = ", ".join(str(part) for part in (Role(role).label if role else "", person.email) if part)
    return Hit(str(person), address("organisations:person", pk=person.pk), note)


@search_group("people", title=_("People"), may=may_manage_people, hit=_person_hit)
def people(user: Any, text: str) -> QuerySet[User]:
    """By name, e-mail address and organisation."""
    return people_matching(people_for(user), text, "")
