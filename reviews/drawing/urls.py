"""Addresses of the draw."""

from django.urls import path

from reviews.drawing import views

app_name = "drawing"
urlpatterns = [
    path("years/<int:year>/draw/", views.draw, name="draw"),
    path("years/<int:year>/draw/prepare/", views.prepare, name="prepare"),
    path("years/<int:year>/draw/commit/", views.commit, name="commit"),
    path("years/<int:year>/draw/fix/", views.fix, name="fix"),
    path("years/<int:year>/draw/secret/", views.open_secret, name="open_secret"),
    path("years/<int:year>/draw/beacon/", views.beacon, name="beacon"),
    path("years/<int:year>/draw/carry-out/", views.carry_out, name="carry_out"),
    path("years/<int:year>/draw/approve/", views.approve, name="approve"),
    path("years/<int:year>/draw/release/", views.release, name="release"),
    path("years/<int:year>/draw/end/", views.end, name="end"),
    path("years/<int:year>/draw/substitutes/", views.substitutes, name="substitutes"),
    path("years/<int:year>/draw/override/", views.override_ask, name="override_ask"),
    path("years/<int:year>/draw/override/<int:pk>/", views.override_decide, name="override_decide"),
    path("years/<int:year>/draw/<int:counter>/certificate.zip", views.certificate, name="certificate"),
]
