"""Addresses of reviews and ranking."""

from django.urls import path

from reviews import import_views, views

app_name = "reviews"
urlpatterns = [
    path("<int:year>/experts/import/", import_views.experts_import, name="experts_import"),
    path("<int:year>/ranking/", views.ranking, name="ranking"),
    path("<int:year>/ranking.<str:ending>", views.ranking_export, name="ranking_export"),
]
