"""Addresses of the stage of the experts."""

from django.urls import path

from reviews.scoring import staff_views, views

app_name = "scoring"
urlpatterns = [
    path("", views.tasks, name="tasks"),
    path("<int:year>/pledge/", views.pledge, name="pledge"),
    path("<int:year>/sheets/", views.overview, name="overview"),
    path("<int:year>/lock/", views.lock, name="lock"),
    path("seat/<int:pk>/declare/", views.declare, name="declare"),
    path("seat/<int:pk>/", views.sheet, name="sheet"),
    path("seat/<int:pk>/autosave/", views.autosave, name="autosave"),
    path("seat/<int:pk>/correction/", views.correction, name="correction"),
    path("file/<int:pk>/", views.file, name="file"),
    path("<int:year>/progress/", staff_views.progress, name="progress"),
    path("<int:year>/remind/", staff_views.remind, name="remind"),
    path("case/<int:pk>/", staff_views.case, name="case"),
    path("case/<int:pk>/close/", staff_views.close, name="close"),
    path("seat/<int:pk>/leave/", staff_views.leave, name="leave"),
    path("leave/<int:pk>/decide/", staff_views.decide, name="decide"),
    path("review/<int:pk>/void/", staff_views.void, name="void"),
]
