"""Addresses of the audit trail."""

from django.urls import path

from qa_portal.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.trail, name="trail"),
    path("export/", views.export, name="export"),
    path("<int:sequence>/", views.event, name="event"),
]
