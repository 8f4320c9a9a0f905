"""Help: the guides for all roles, one's own first."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from qa_portal.accounts.enums import Role
from qa_portal.core.policy import anyone, requires
from qa_portal.home.guide import INDEX, guide_named, guide_url, own_guides


@requires(anyone)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return _show(request, INDEX)


@requires(anyone)
@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """The guide of one role."""
    if name not in Role.values:
        raise Http404
    return _show(request, name)


def _show(request: HttpRequest, name: str) -> HttpResponse:
    own = own_guides(request.user)
    names = [*own, *(one.value for one in Role if one not in own)]
    guides = [(Role(one).label, guide_url(one), one == name, one in own) for one in names]
    return render(request, "guide/page.html", {"guide": guide_named(name), "guides": guides, "is_index": name == INDEX})
