"""Addresses about applications."""

from django.urls import path

from submissions.evidence import check_views, upload_views
from submissions.evidence import views as evidence
from submissions.views import call, sections, submitting

app_name = "submissions"
urlpatterns = [
    path("", call.mine, name="mine"),
    path("call/", call.call, name="call"),
    path("call/<int:year>/form/", call.blank_form, name="blank_form"),
    path("start/", call.start, name="start"),
    path("<int:pk>/", sections.detail, name="detail"),
    path("<int:pk>/sections/<slug:section>/", sections.section, name="section"),
    path("<int:pk>/sections/<slug:section>/autosave/", sections.autosave, name="autosave"),
    path("<int:pk>/preview/", submitting.preview, name="preview"),
    path("<int:pk>/submit/", submitting.submit, name="submit"),
    path("<int:pk>/book/", submitting.book, name="book"),
    path("<int:pk>/receipt/", submitting.receipt, name="receipt"),
    path("<int:pk>/withdraw/", submitting.withdraw, name="withdraw"),
    path("<int:pk>/copy/", call.copy, name="copy"),
    path("<int:pk>/check/", check_views.check, name="check"),
    path("<int:pk>/evidence/", evidence.evidence, name="evidence"),
    path("<int:pk>/evidence/upload/", evidence.evidence_upload, name="evidence_upload"),
    path("<int:pk>/evidence/pieces/", upload_views.upload_start, name="upload_start"),
    path("pieces/<uuid:upload>/", upload_views.upload_chunk, name="upload_chunk"),
    path("pieces/<uuid:upload>/finish/", upload_views.upload_finish, name="upload_finish"),
    path("pieces/<uuid:upload>/cancel/", upload_views.upload_cancel, name="upload_cancel"),
    path("evidence/<int:pk>/replace/", evidence.evidence_replace, name="evidence_replace"),
    path("evidence/<int:pk>/remove/", evidence.evidence_remove, name="evidence_remove"),
    path("evidence/<int:pk>/describe/", evidence.evidence_describe, name="evidence_describe"),
    path("evidence/<int:pk>/preview/", evidence.evidence_preview, name="evidence_preview"),
]
