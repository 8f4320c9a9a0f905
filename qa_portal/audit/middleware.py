"""Tells the audit trail which request it serves."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from qa_portal.audit.context import Origin, acting_from


class AuditOriginMiddleware:
    """Everything recorded during a request carries its address, browser and request id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        origin = Origin(
            ip=address_of(request),
            user_agent=request.headers.get("User-Agent", ""),
            request_id=getattr(request, "id", ""),
        )
        with acting_from(origin, request):
            return self.get_response(request)


def address_of(request: HttpRequest) -> str:
    """The client's address; "" when it is none.

    `X-Forwarded-For` counts only as far as `ALLAUTH_TRUSTED_PROXY_COUNT` own proxies wrote it: the
    entries further left are whatever the client sent.
    """
    proxies = getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0)
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    address = request.META.get("REMOTE_ADDR", "")
    if proxies and len(forwarded) >= proxies:
        address = forwarded[-proxies]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""
