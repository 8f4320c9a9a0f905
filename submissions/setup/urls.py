"""Addresses of the settings of a year."""

from django.urls import path

from submissions.setup import extra_views, views

app_name = "setup"
urlpatterns = [
    path("", views.years, name="years"),
    path("new/", views.create, name="create"),
    path("calendar/", extra_views.calendar, name="calendar"),
    path("calendar/<int:pk>/remove/", extra_views.calendar_remove, name="calendar_remove"),
    path("extend/<int:pk>/", extra_views.extend, name="extend"),
    path("<int:year>/", views.year, name="year"),
    path("<int:year>/publish/", views.publish, name="publish"),
    path("<int:year>/extensions/", extra_views.extensions, name="extensions"),
    path("<int:year>/<slug:section>/", views.section, name="section"),
]
