"""Addresses of deals."""

from typing import Any

from django.urls import path

from deals import views
from deals.api_urls import api_urlpatterns

urlpatterns: list[Any] = [
    path("deals/", views.deals, name="deals"),
    path("deals/file/", views.deals_file, name="deals-file"),
    path("deals/<public_id:public_id>/", views.deal, name="deal"),
    path("deals/<public_id:public_id>/advance/", views.deal_advance, name="deal-advance"),
    path("deals/<public_id:public_id>/stop/", views.deal_stop, name="deal-stop"),
    path("deals/<public_id:public_id>/contacts/", views.deal_contacts, name="deal-contacts"),
    path("deals/<public_id:public_id>/evidence/<slug:stage>/", views.deal_file, name="deal-file"),
]

__all__ = ["api_urlpatterns", "urlpatterns"]
