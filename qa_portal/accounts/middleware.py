"""Ends sign-ins that last too long, and holds people to the duties of their account."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from qa_portal.accounts import session
from qa_portal.accounts.operations import expire_sign_in
from qa_portal.accounts.queries import Duty, duty_of
from qa_portal.accounts.rules import is_account_view

GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionLifeMiddleware:
    """Sign people out who were idle or signed in for too long, before any view runs."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if session.is_signed_in(request.session):
            reason = session.reason_to_end(request.session)
            if reason:
                expire_sign_in(request, reason)
                messages.info(request, _("You were signed out for your safety. Please sign in again."))
            else:
                session.note_activity(request)
        return self.get_response(request)


class DutyMiddleware:
    """While a duty of the account is unmet, only the pages of the account are open.

    Stands after the policy gate: who may not open a page learns nothing from this one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        if (match and is_account_view(match.view_name)) or not request.user.is_authenticated:
            return None
        duty = duty_of(request)
        return self._to(request, duty) if duty else None

    def _to(self, request: HttpRequest, duty: Duty) -> HttpResponse:
        here = request.get_full_path() if request.method == "GET" else reverse("home")
        target = f"{reverse(duty.view)}?{urlencode({'next': here})}"
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": reverse(duty.view)})
        return HttpResponseRedirect(target)
