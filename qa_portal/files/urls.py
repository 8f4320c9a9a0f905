"""Addresses of stored files."""

from django.urls import path

from qa_portal.files import views

app_name = "files"
urlpatterns = [path("<uuid:pk>/", views.download, name="download")]
