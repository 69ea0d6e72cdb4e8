"""Addresses of this room."""

from typing import Any

from django.urls import path

from listings import register_urls, review_views, saved_views, views

urlpatterns: list[Any] = [
    path("mine/", views.mine, name="my-listings"),
    path("review/listings/", review_views.review, name="listing-review"),
    path("searches/", saved_views.index, name="saved-searches"),
    path("searches/new/", saved_views.new, name="saved-search-new"),
    path("searches/<public_id:public_id>/", saved_views.follow, name="saved-search"),
    path("searches/<public_id:public_id>/change/", saved_views.change, name="saved-search-change"),
    path("searches/<public_id:public_id>/delete/", saved_views.delete, name="saved-search-delete"),
    *register_urls.urlpatterns,
]
api_urlpatterns: list[Any] = [*register_urls.api_urlpatterns]
