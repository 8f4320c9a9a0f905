"""The frame with stand-ins for the sections of the bureau, and pages that go wrong."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from qa_portal.accounts.rules import is_bureau
from qa_portal.core.errors import Refusal
from qa_portal.core.policy import anyone, requires
from qa_portal.home.components import component_context

handler400 = "qa_portal.home.views.frame.bad_request"
handler500 = "qa_portal.home.views.frame.server_error"


@requires(is_bureau)
def section(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "components/index.html", component_context(request))


@requires(anyone)
def refuse(request: HttpRequest) -> HttpResponse:
    raise Refusal("The year is published.", fix="Choose another year.")


@requires(anyone)
def break_down(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a bug")


def sections(namespace: str, **views: str) -> Any:
    return include(([path(route, section, name=name) for name, route in views.items()], namespace))


urlpatterns = [
    path("", include("qa_portal.home.urls")),
    path("accounts/", include("qa_portal.accounts.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("jobs/", include("qa_portal.jobs.urls")),
    path("notices/", include("qa_portal.notices.urls")),
    path("organisations/", include("qa_portal.organisations.urls")),
    path("outbox/", include("qa_portal.outbox.urls")),
    path(
        "",
        sections(
            "reports",
            overview="<int:year>/",
            applications="<int:year>/applications/",
            application="applications/<str:number>/",
            statistics="<int:year>/statistics/",
            circular="<int:year>/circular/",
            circular_settings="<int:year>/circular/settings/",
            **{"import": "import/"},
        ),
    ),
    path("", sections("reviews", ranking="<int:year>/ranking/")),
    path("refuse/", refuse, name="refuse"),
    path("break/", break_down, name="break"),
]
