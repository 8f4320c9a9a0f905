"""Pages of an enterprise about itself: registration and profile."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qa_portal.core.errors import Refusal
from qa_portal.core.policy import requires
from qa_portal.organisations import registration
from qa_portal.organisations.registration_forms import ProfileForm, RegistrationForm
from qa_portal.organisations.scope import may_edit_profile, may_register
from qa_portal.organisations.sizes import bounds_of

PAGE = ["GET", "HEAD", "POST"]


@requires(may_register)
@require_http_methods(PAGE)
def register(request: HttpRequest) -> HttpResponse:
    """Bring an enterprise into the portal; the first person is its owner."""
    form = RegistrationForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_registered(request, form):
        messages.success(request, _("Your enterprise is registered. Please complete its profile."))
        return redirect("organisations:profile")
    return render(request, "organisations/register.html", {"form": form}, status=422 if form.errors else 200)


def _is_registered(request: HttpRequest, form: RegistrationForm) -> bool:
    """Register; a refusal becomes an error of its field, and what was typed stays."""
    user: Any = request.user
    try:
        registration.register_enterprise(user, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return False
    # the new role ends all sign-ins of the person but this one
    update_session_auth_hash(request, user)
    return True


@requires(may_edit_profile)
@require_http_methods(PAGE)
def profile(request: HttpRequest) -> HttpResponse:
    """What the enterprise says of itself, and the size class that follows."""
    found = registration.profile_for(request.user)
    if found is None:
        raise Http404
    form = ProfileForm.of(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        registration.save_profile(found, form.cleaned_data, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The profile is saved."))
        return redirect("organisations:profile")
    context = {"form": form, "profile": found, "bounds": bounds_of(found.size_sector)}
    return render(request, "organisations/profile.html", context, status=422 if form.errors else 200)
