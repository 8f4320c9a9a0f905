"""Announcements of the bureau: write one, take one down."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qa_portal.accounts.enums import Role
from qa_portal.accounts.rules import is_bureau_staff
from qa_portal.core.policy import requires
from qa_portal.home.forms import AnnouncementForm
from qa_portal.notices.models import Announcement
from qa_portal.notices.operations import announce, withdraw

PER_PAGE = 20


@requires(is_bureau_staff)
@require_http_methods(["GET", "HEAD", "POST"])
def announcement_list(request: HttpRequest) -> HttpResponse:
    """All announcements, newest first, and the form for another."""
    form = AnnouncementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        announce(**form.cleaned_data, by=request.user)
        messages.success(request, _("The announcement is written."))
        return redirect("announcements")
    page = Paginator(Announcement.objects.select_related("created_by"), PER_PAGE).get_page(request.GET.get("page"))
    shown = [(one, _names(one.roles)) for one in page]
    context = {"form": form, "page": page, "announcements": shown}
    return render(request, "notices/announcements.html", context, status=422 if form.errors else 200)


def _names(roles: list[str]) -> str:
    """The roles that an announcement is for, in words."""
    return _(", ").join(str(role.label) for role in Role if role in roles) if roles else _("Everybody")


@requires(is_bureau_staff)
@require_POST
def withdraw_announcement(request: HttpRequest, pk: int) -> HttpResponse:
    withdraw(get_object_or_404(Announcement, pk=pk), by=request.user)
    messages.success(request, _("The announcement is withdrawn."))
    return redirect("announcements")
