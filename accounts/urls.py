"""Addresses of organisations, teams and preferences."""

from django.urls import path

from accounts import api, views

urlpatterns = [
    path("organisations/new/", views.register, name="register-organisation"),
    path("organisations/check-code/", views.check_code, name="check-code"),
    path("organisations/<public_id:public_id>/", views.organisation, name="organisation"),
    path("organisations/<public_id:public_id>/edit/", views.edit, name="organisation-edit"),
    path("organisations/<public_id:public_id>/verify/", views.verify, name="organisation-verify"),
    path("organisations/<public_id:public_id>/titles/new/", views.add_title, name="title-new"),
    path("organisations/<public_id:public_id>/titles/<int:pk>/verify/", views.verify_title, name="title-verify"),
    path("organisations/<public_id:public_id>/team/", views.team, name="team"),
    path("organisations/<public_id:public_id>/team/<public_id:user_id>/", views.member, name="team-member"),
    path("preferences/", views.preferences, name="preferences"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("invitations/<public_id:public_id>/accept/", views.accept, name="invitation-accept"),
    path("registers/organisations/", views.organisations, name="organisations"),
]
api_urlpatterns = [
    path("token/", api.TokenView.as_view(), name="api-token"),
    path("organisations/", api.OrganisationList.as_view(), name="api-organisations"),
    path("organisations/<public_id:public_id>/", api.OrganisationDetail.as_view(), name="api-organisation"),
]
