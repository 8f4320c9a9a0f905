"""Addresses about people and organisations."""

from django.urls import path

from qa_portal.organisations.views import imports, invitations, organisations, people, registration

app_name = "organisations"
urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/active/", people.person_active, name="person_active"),
    path("people/<int:pk>/role/", people.person_role, name="person_role"),
    path("grants/<int:pk>/decide/", people.grant_decide, name="grant_decide"),
    path("grants/<int:pk>/end/", people.grant_end, name="grant_end"),
    path("units/", organisations.units, name="units"),
    path("units/import/", imports.units_import, name="units_import"),
    path("mine/", organisations.mine, name="mine"),
    path("mine/profile/", registration.profile, name="profile"),
    path("register/", registration.register, name="register"),
    path("<int:pk>/", organisations.organisation, name="organisation"),
    path("<int:pk>/invite/", organisations.invite, name="invite"),
    path("<int:pk>/hand-over/", organisations.hand_over, name="hand_over"),
    path("invitations/<int:pk>/withdraw/", organisations.invitation_withdraw, name="invitation_withdraw"),
    path("invitations/<str:key>/", invitations.accept, name="accept"),
    path("members/<int:pk>/end/", organisations.member_end, name="member_end"),
]
