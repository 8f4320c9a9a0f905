"""Addresses of the pool."""

from django.urls import path

from reviews.pool import views

app_name = "pool"
urlpatterns = [
    path("years/<int:year>/experts/", views.experts, name="experts"),
    path("years/<int:year>/experts/of/<str:code>/", views.expert, name="expert"),
    path("years/<int:year>/experts/of/<str:code>/confirm/", views.confirm, name="confirm"),
    path("years/<int:year>/experts/of/<str:code>/employment/", views.employment_add, name="employment_add"),
    path("years/<int:year>/employment/<int:pk>/remove/", views.employment_remove, name="employment_remove"),
    path("years/<int:year>/conflicts/", views.conflicts, name="conflicts"),
    path("years/<int:year>/conflicts/recompute/", views.conflicts_recompute, name="conflicts_recompute"),
    path("years/<int:year>/conflicts/<int:pk>/dismiss/", views.conflict_dismiss, name="conflict_dismiss"),
    path("organisations/ties/", views.ties, name="ties"),
]
