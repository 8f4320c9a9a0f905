"""Everything below /accounts/: one's own account, sign-ins, second factors, signing in."""

from django.conf import settings
from django.urls import include, path

from qa_portal.accounts import views

own = [
    path("", views.home, name="home"),
    path("sessions/<int:pk>/end/", views.end_sign_in, name="end_sign_in"),
]
if settings.IS_DEMONSTRATION:
    own.append(path("switch/", views.switch, name="switch"))

urlpatterns = [
    path("", include((own, "accounts"))),
    path("sessions/", include("allauth.usersessions.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    path("", include("allauth.account.urls")),
]
