"""A list as an Atom feed, with its filters: what everybody may read, newest first."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from listings import access, faces
from listings.facets import SHOWN
from listings.filters import ListingFilter

AT_MOST = 50


class ListFeed(Feed):
    """The address is that of the list: /opportunities/feed/?field=city."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, kind: str) -> tuple[faces.Face, ListingFilter, str]:
        """The face of the kind, its filters for this address, and the query."""
        face = faces.of(kind)
        rows = access.visible(kind, AnonymousUser()).filter(state__in=SHOWN)
        return face, face.filters(request.GET, queryset=rows, request=request), request.GET.urlencode()

    def title(self, found: Any) -> str:
        return str(found[0].title)

    def subtitle(self, found: Any) -> str:
        return str(found[0].lead)

    def link(self, found: Any) -> str:
        return f"{reverse(found[0].many)}?{found[2]}".rstrip("?")

    def items(self, found: Any) -> Any:
        return found[1].qs.order_by(*ListingFilter.newest)[:AT_MOST]

    def item_title(self, item: Any) -> str:
        return str(item.title)

    def item_description(self, item: Any) -> str:
        return str(item.summary)

    def item_link(self, item: Any) -> str:
        return str(item.get_absolute_url())

    def item_author_name(self, item: Any) -> str:
        return str(item.owner)

    def item_pubdate(self, item: Any) -> Any:
        return item.published_at

    def item_updateddate(self, item: Any) -> Any:
        return item.updated_at
