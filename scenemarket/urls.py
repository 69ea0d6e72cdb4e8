"""Every address of the house. Each app brings its pages (urlpatterns) and its API (api_urlpatterns)."""

from importlib import import_module

from django.urls import URLPattern, URLResolver, include, path, register_converter
from drf_spectacular.views import SpectacularAPIView

from scenemarket import api_guide, look, styleguide
from scenemarket.ids import PublicIdConverter

register_converter(PublicIdConverter, "public_id")

APPS = (
    "insights",
    "deals",
    "conversations",
    "matching",
    "opportunities",
    "capabilities",
    "listings",
    "accounts",
    "activity",
)
rooms = [import_module(f"{app}.urls") for app in APPS]

urlpatterns: list[URLPattern | URLResolver] = [
    *(path("", include(room.urlpatterns)) for room in rooms),
    path("accounts/", include("allauth.urls")),
    path("look/", look.choose, name="look"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include([pattern for room in rooms for pattern in room.api_urlpatterns])),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", api_guide.guide, name="api-guide"),
]

handler400 = "scenemarket.web.unreadable"
handler403 = "scenemarket.web.forbidden"
handler404 = "scenemarket.web.missing"
handler500 = "scenemarket.web.broken"
