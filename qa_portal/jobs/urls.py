"""Addresses of background work."""

from django.urls import path

from qa_portal.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.job_list, name="list"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/status/", views.status, name="status"),
    path("<uuid:pk>/cancel/", views.cancel, name="cancel"),
]
