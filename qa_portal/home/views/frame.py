"""Larger text, staying signed in, error pages and the page of components."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from qa_portal.core.policy import anyone, requires, signed_in
from qa_portal.home.components import component_context
from qa_portal.home.context import LANGUAGES, LARGE_TEXT_COOKIE
from qa_portal.home.session import stay


@requires(anyone)
@require_POST
def display_size(request: HttpRequest) -> HttpResponse:
    """Remember larger text in this browser and return to the page."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = reverse("home")
    response = HttpResponseRedirect(target)
    if request.POST.get("size") == "large":
        response.set_cookie(
            LARGE_TEXT_COOKIE,
            "large",
            max_age=365 * 24 * 60 * 60,
            samesite="Lax",
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )
    else:
        response.delete_cookie(LARGE_TEXT_COOKIE, samesite="Lax")
    return response


@requires(signed_in)
@require_POST
def keep_alive(request: HttpRequest) -> HttpResponse:
    """Extend the sign-in; the answer says for how long."""
    return JsonResponse({"seconds": stay(request)})


@requires(anyone)
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for those who build pages; only in the demonstration."""
    if not settings.IS_DEMONSTRATION:
        raise Http404
    return render(request, "components/index.html", component_context(request))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request may be too broken for a session, so the page stands alone."""
    return _bare(request, "400.html", 400)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: no session, no database, no context processor; only the number to quote."""
    return _bare(request, "500.html", 500)


def _bare(request: HttpRequest, template: str, status: int) -> HttpResponse:
    code = get_language()
    context = {
        "request_id": getattr(request, "id", ""),
        "html_lang": next((tag for name, tag, _name in LANGUAGES if name == code), "zh-Hans"),
    }
    return HttpResponse(render_to_string(template, context), status=status)
