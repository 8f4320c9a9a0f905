"""The person's notices."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from qa_portal.core.policy import requires, signed_in
from qa_portal.notices.operations import mark_read
from qa_portal.notices.queries import notices_for

PER_PAGE = 20


@requires(signed_in)
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(notices_for(request.user), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "notices/list.html", {"page": page})


@requires(signed_in)
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark all notices as read, or one: `pk`; with `open`, go on to what it is about."""
    if "pk" not in request.POST:
        mark_read(request.user)
        return redirect("notices:list")
    notice = get_object_or_404(notices_for(request.user), pk=number_of(request.POST["pk"]))
    mark_read(request.user, [notice.pk])
    return redirect(notice.url if notice.url and "open" in request.POST else reverse("notices:list"))


def number_of(text: str) -> int:
    """A key as sent by a form; 404 for what is none."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Http404
    return int(text)
