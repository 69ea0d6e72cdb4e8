"""The addresses that each kind of listing has; its app names the kind."""

from django.urls import URLPattern, path

from listings import form_views, views
from listings.feeds import ListFeed


def pages(kind: str, many: str) -> list[URLPattern]:
    """Pages of one kind: pages("opportunity", "opportunities")."""
    about = {"kind": kind}
    one = f"{many}/<public_id:public_id>/"
    return [
        path(f"{many}/", views.index, about, name=many),
        path(f"{many}/compare/", views.compare, about, name=f"{many}-compare"),
        path(f"{many}/feed/", ListFeed(), about, name=f"{many}-feed"),
        path(f"{many}/new/", form_views.new, about, name=f"{kind}-new"),
        path(f"{many}/new/keep/", form_views.keep, about, name=f"{kind}-keep"),
        path(f"{many}/new/discard/", form_views.discard, about, name=f"{kind}-discard"),
        path(f"{many}/new/advice/", form_views.advice, about, name=f"{kind}-advice"),
        path(one, views.detail, about, name=kind),
        path(f"{one}edit/", form_views.edit, about, name=f"{kind}-edit"),
        path(f"{one}keep/", form_views.keep, about, name=f"{kind}-keep"),
        path(f"{one}discard/", form_views.discard, about, name=f"{kind}-discard"),
        path(f"{one}advice/", form_views.advice, about, name=f"{kind}-advice"),
        path(f"{one}<slug:word>/", views.move, about, name=f"{kind}-move"),
    ]
