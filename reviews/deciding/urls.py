"""Addresses of lines and decision."""

from django.urls import path

from reviews.deciding import views

app_name = "deciding"
urlpatterns = [
    path("lines/", views.newest, name="newest"),
    path("<int:year>/lines/", views.lines, name="lines"),
    path("<int:year>/lines/propose/", views.propose, name="propose"),
    path("<int:year>/decision/", views.round_page, name="round"),
    path("<int:year>/decision/results/", views.revise, name="revise"),
    path("<int:year>/decision/meeting/", views.meeting, name="meeting"),
    path("<int:year>/decision/take/", views.decide, name="decide"),
    path("<int:year>/decision/take-back/", views.take_back, name="take_back"),
    path("<int:year>/decision/freeze/", views.freeze, name="freeze"),
    path("<int:year>/decision/frozen.json", views.frozen, name="frozen"),
    path("<int:year>/decision/settings/", views.settings_page, name="settings"),
]
