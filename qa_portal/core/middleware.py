"""Request id, policy gate and the page for a refusal."""

import logging
import re
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from qa_portal.core.errors import Refusal
from qa_portal.core.policy import anyone, policy_of

log = logging.getLogger(__name__)
REQUEST_ID = re.compile(r"^[0-9a-f-]{8,64}$")
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Give every request an id that the error page shows and the logs carry."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.id = given if REQUEST_ID.match(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        return response


class PolicyMiddleware:
    """Ask the policy that the view states; a view without one refuses everybody."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        request.is_private = True  # type: ignore[attr-defined]
        policy = policy_of(view, match.view_name if match else "")
        if policy is None:
            log.error("view without policy refused: %s", request.path)
            raise PermissionDenied
        if policy is anyone:
            request.is_private = False  # type: ignore[attr-defined]
            return None
        if not request.user.is_authenticated:
            return self._to_login(request)
        if not policy(request.user):
            raise PermissionDenied
        return None

    def _to_login(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = redirect_to_login(request.get_full_path())
        if request.headers.get("HX-Request"):
            # a fragment cannot show the sign-in page: send the whole window there
            response = HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
        return response


class RefusalMiddleware:
    """Show a Refusal as a page (or fragment for htmx) that says what happened and what to do.

    Private pages are never kept by a shared or the browser's cache.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if self._is_private(request) and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    def _is_private(self, request: HttpRequest) -> bool:
        """What a policy guards, and every page that is shown to a person who is signed in: it names them."""
        return getattr(request, "is_private", False) or settings.SESSION_COOKIE_NAME in request.COOKIES

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refusal):
            return None
        template = "_refusal.html" if request.headers.get("HX-Request") else "refusal.html"
        return render(request, template, {"refusal": error}, status=error.status)
