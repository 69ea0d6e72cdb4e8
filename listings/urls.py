"""Addresses of this room."""

from typing import Any

from django.urls import path

from listings import register_urls, review_views, views

urlpatterns: list[Any] = [
    path("mine/", views.mine, name="my-listings"),
    path("review/listings/", review_views.review, name="listing-review"),
    *register_urls.urlpatterns,
]
api_urlpatterns: list[Any] = [*register_urls.api_urlpatterns]
