"""Addresses of the recommending units."""

from django.urls import path

from submissions.recommending import views

app_name = "recommending"
urlpatterns = [
    path("", views.newest, name="newest"),
    path("<int:year>/", views.queue, name="queue"),
    path("<int:year>/batch/", views.batch, name="batch"),
    path("<int:year>/summary.xlsx", views.summary, name="summary"),
    path("applications/<int:pk>/", views.guidance, name="guidance"),
    path("applications/<int:pk>/notes/", views.note_add, name="note_add"),
    path("notes/<int:pk>/reply/", views.note_reply, name="note_reply"),
    path("notes/<int:pk>/resolve/", views.note_resolve, name="note_resolve"),
    path("applications/<int:pk>/<slug:name>/", views.step, name="step"),
]
