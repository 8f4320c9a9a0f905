"""Addresses of the formal check."""

from django.urls import path

from submissions.checking import views

app_name = "checking"
urlpatterns = [
    path("<int:year>/", views.queue, name="queue"),
    path("applications/<int:pk>/", views.check, name="check"),
    path("applications/<int:pk>/judge/", views.judge, name="judge"),
    path("applications/<int:pk>/confirm/", views.confirm, name="confirm"),
    path("applications/<int:pk>/<slug:name>/", views.step, name="step"),
]
