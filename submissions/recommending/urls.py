"""Addresses of the recommending units."""

from django.urls import path

from submissions.recommending import unit_views, views

app_name = "recommending"
urlpatterns = [
    path("", unit_views.newest, name="newest"),
    path("<int:year>/", unit_views.queue, name="queue"),
    path("<int:year>/batch/", unit_views.batch, name="batch"),
    path("<int:year>/dashboard/", unit_views.dashboard, name="dashboard"),
    path("<int:year>/remind/", unit_views.reminder, name="remind"),
    path("<int:year>/summary.xlsx", unit_views.summary, name="summary"),
    path("<int:year>/summary-pdf/", unit_views.summary_pages, name="summary_pdf"),
    path("<int:year>/letter/", unit_views.letter, name="letter"),
    path("applications/<int:pk>/", views.guidance, name="guidance"),
    path("applications/<int:pk>/notes/", views.note_add, name="note_add"),
    path("applications/<int:pk>/letter/", views.letter_add, name="letter_add"),
    path("notes/<int:pk>/reply/", views.note_reply, name="note_reply"),
    path("notes/<int:pk>/resolve/", views.note_resolve, name="note_resolve"),
    path("applications/<int:pk>/<slug:name>/", views.step, name="step"),
]
