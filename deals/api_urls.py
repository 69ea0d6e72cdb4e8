"""The addresses of deals under /api/v1/."""

from django.urls import path

from deals import api

api_urlpatterns = [
    path("deals/", api.DealList.as_view(), name="api-deals"),
    path("deals/<public_id:public_id>/", api.DealDetail.as_view(), name="api-deal"),
    path("deals/<public_id:public_id>/step/", api.DealStep.as_view(), name="api-deal-step"),
    path("deals/<public_id:public_id>/contacts/", api.DealContacts.as_view(), name="api-deal-contacts"),
]
