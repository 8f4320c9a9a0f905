"""Pages of one's own account beside those of django-allauth."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qa_portal.accounts import operations
from qa_portal.accounts.queries import demonstration_account, owes_password
from qa_portal.accounts.rules import is_system_admin
from qa_portal.core.policy import requires, signed_in


@requires(signed_in)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """My account: what protects it, and where I am signed in."""
    kinds = list(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    context = {
        "has_app": Authenticator.Type.TOTP in kinds,
        "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
        "has_codes": Authenticator.Type.RECOVERY_CODES in kinds,
        "open_sign_ins": UserSession.objects.filter(user=request.user).count(),
        "is_system_admin": is_system_admin(request.user),
        "is_password_old": owes_password(request.user),
    }
    return render(request, "accounts/home.html", context)


@requires(signed_in)
@require_POST
def end_sign_in(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sign-ins; that of somebody else does not exist here."""
    sign_in = get_object_or_404(UserSession, pk=pk, user=request.user)
    operations.end_sign_in(sign_in, by=request.user)
    messages.success(request, _("The sign-in has been ended."))
    return redirect("usersessions_list")


@requires(signed_in)
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Go on as another account of the demonstration."""
    target = demonstration_account(request.POST.get("email", "")) if settings.IS_DEMONSTRATION else None
    if target is None:
        raise Http404
    operations.switch_account(request, target)
    return redirect("home")
