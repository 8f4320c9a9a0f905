"""The technical administration: people and role grants to look at, for system administrators only.

Nobody signs in here: the portal's own sign-in, with its limits and second factor, is the only one.
Roles and accounts are changed on the portal's pages, where a second person decides.
"""

from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _

from qa_portal.accounts.models import RoleGrant, User
from qa_portal.accounts.rules import is_system_admin
from qa_portal.core.policy import requires

SITE_PAGES = ("index", "login", "logout", "password_change", "jsi18n", "app_list")
MODEL_PAGES = ("_changelist", "_change", "_history")


class PortalAdminSite(admin.AdminSite):
    final_catch_all_view = False
    enable_nav_sidebar = False
    site_header = _("Technical administration")
    site_title = _("Technical administration")
    index_title = _("People and roles")

    def has_permission(self, request: HttpRequest) -> bool:
        return is_system_admin(request.user)

    def get_urls(self) -> list[Any]:
        """The pages that are used, each with the policy that the portal demands of every view."""
        urls = [url for url in super().get_urls() if isinstance(url, URLResolver) or url.name in SITE_PAGES]
        _protect(urls)
        return urls

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("admin:index")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")


def _protect(urls: list[Any]) -> None:
    for entry in urls:
        if isinstance(entry, URLResolver):
            _protect(entry.url_patterns)
        elif isinstance(entry, URLPattern):
            entry.callback = requires(is_system_admin)(_copy(entry.callback))


def _copy(view: Any) -> Any:
    """A function of its own to carry the mark: a bound method takes none."""

    def call(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **kwargs)
        return response

    return update_wrapper(call, view)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows to look at."""

    def get_urls(self) -> list[URLPattern]:
        return [url for url in super().get_urls() if (url.name or "").endswith(MODEL_PAGES)]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_system_admin(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_system_admin(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class UserAdmin(ReadOnlyAdmin):
    list_display = ("email", "name", "is_active", "last_login", "password_set_at")
    list_filter = ("is_active",)
    search_fields = ("email", "name")
    fields = ("email", "name", "is_active", "date_joined", "last_login", "password_set_at")


class RoleGrantAdmin(ReadOnlyAdmin):
    list_display = ("user", "role", "state", "requested_by", "requested_at", "decided_by", "decided_at", "ended_at")
    list_filter = ("role", "state")
    list_select_related = ("user", "requested_by", "decided_by")
    search_fields = ("user__email", "user__name")


site = PortalAdminSite(name="admin")
site.register(User, UserAdmin)
site.register(RoleGrant, RoleGrantAdmin)
