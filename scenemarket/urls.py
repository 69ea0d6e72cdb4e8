"""Every address of the house."""

from django.urls import register_converter

from scenemarket.ids import PublicIdConverter

register_converter(PublicIdConverter, "public_id")

urlpatterns: list = []
