"""The frame alone, before any section exists."""

from django.urls import include, path

urlpatterns = [
    path("", include("qa_portal.home.urls")),
    path("accounts/", include("qa_portal.accounts.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
