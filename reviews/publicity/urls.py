"""Addresses of notice, objections and letters."""

from django.urls import path

from reviews.publicity import views

app_name = "publicity"
urlpatterns = [
    path("public-notice/", views.public_list, name="public_list"),
    path("public-notice/<int:pk>/", views.public_notice, name="public_notice"),
    path("public-notice/<int:pk>/object/", views.object_to, name="object"),
    path("public-notice/received/<str:token>/", views.received, name="received"),
    path("years/<int:year>/publicity/", views.hub, name="hub"),
    path("years/<int:year>/publicity/open/", views.open_notice, name="open"),
    path("years/<int:year>/publicity/publish/", views.publish, name="publish"),
    path("years/<int:year>/letters/", views.letters, name="letters"),
    path("years/<int:year>/letters/make/", views.letters_make, name="letters_make"),
    path("years/<int:year>/letters/release/", views.letters_release, name="letters_release"),
    path("letters/<int:pk>/advice/", views.letter_advice, name="letter_advice"),
    path("objections/<int:pk>/", views.objection_page, name="objection"),
    path("objections/<int:pk>/accept/", views.accept, name="accept"),
    path("objections/<int:pk>/refuse/", views.refuse, name="refuse"),
    path("objections/<int:pk>/dismiss/", views.dismiss, name="dismiss"),
    path("objections/<int:pk>/uphold/", views.uphold, name="uphold"),
    path("objections/<int:pk>/answer/", views.answer, name="answer"),
    path("feedback/<int:pk>/", views.letter, name="letter"),
    path("feedback/<int:pk>.pdf", views.letter_pdf, name="letter_pdf"),
]
