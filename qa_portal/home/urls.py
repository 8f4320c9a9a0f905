"""Addresses of the landing page and of the frame itself."""

from django.urls import path

from qa_portal.home.views import announcements, frame, guide, landing, search

urlpatterns = [
    path("", landing.home, name="home"),
    path("search/", search.search, name="search"),
    path("help/", guide.index, name="help"),
    path("help/<slug:name>/", guide.page, name="help_page"),
    path("announcements/", announcements.announcement_list, name="announcements"),
    path("announcements/<int:pk>/withdraw/", announcements.withdraw_announcement, name="announcement_withdraw"),
    path("display-size/", frame.display_size, name="display_size"),
    path("keep-alive/", frame.keep_alive, name="keep_alive"),
    path("components/", frame.components, name="components"),
]
