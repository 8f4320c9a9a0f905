"""Addresses of the outbox."""

from django.urls import path

from qa_portal.outbox import views

app_name = "outbox"
urlpatterns = [
    path("", views.message_list, name="list"),
    path("<int:pk>/", views.message, name="message"),
    path("<int:pk>/<slug:name>/", views.deed, name="deed"),
    path("all/<slug:name>/", views.deed_on_all, name="deed_on_all"),
    path("texts/", views.texts, name="texts"),
    path("texts/<str:kind>/hold/", views.kind_hold, name="kind_hold"),
    path("texts/<str:kind>/<str:language>/", views.text, name="text"),
    path("texts/<str:kind>/<str:language>/revert/", views.text_revert, name="text_revert"),
    path("language/", views.mail_language, name="language"),
]
