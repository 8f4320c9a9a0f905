"""The link of an invitation."""

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from qa_portal.core.policy import anyone, requires
from qa_portal.organisations import membership
from qa_portal.organisations.forms import AcceptForm
from qa_portal.organisations.models import Invitation

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@requires(anyone)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, key: str) -> HttpResponse:
    """Join as the signed-in person, or with a new account."""
    invitation = membership.open_invitation(key)
    if invitation is None:
        return render(request, "organisations/invitation_over.html", status=404)
    if request.user.is_authenticated:
        return _accept_signed_in(request, key, invitation)
    return _accept_as_new_person(request, key, invitation)


def _accept_signed_in(request: HttpRequest, key: str, invitation: Invitation) -> HttpResponse:
    if request.method != "POST":
        is_other = request.user.email.lower() != invitation.email  # type: ignore[union-attr]
        return render(request, "organisations/invitation.html", {"invitation": invitation, "is_other": is_other})
    found = membership.accept(key, user=request.user)  # type: ignore[arg-type]
    # the new role ends all sign-ins of the person but this one
    update_session_auth_hash(request, found.user)
    messages.success(request, _("Welcome."))
    return redirect("home")


def _accept_as_new_person(request: HttpRequest, key: str, invitation: Invitation) -> HttpResponse:
    form = AcceptForm(request.POST or None, email=invitation.email, initial={"name": invitation.name})
    if request.method == "POST" and form.is_valid():
        found = membership.accept(key, name=form.cleaned_data["name"], password=form.cleaned_data["password"])
        login(request, found.user, backend=BACKEND)
        messages.success(request, _("Welcome."))
        return redirect("home")
    status = 422 if form.errors else 200
    return render(request, "organisations/invitation.html", {"invitation": invitation, "form": form}, status=status)
