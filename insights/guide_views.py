"""Help: the index, one page each, the rules of matching with the weights in force, and tours."""

from django.contrib.auth.decorators import login_required
from django.db.models import F, Func, Value
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.requests import SignedIn
from insights.guide import groups, rules, texts
from scenemarket.errors import NotFound
from scenemarket.web import address_here


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All help texts by whose work they are about."""
    return render(request, "help/index.html", {"groups": groups.grouped(texts.every().values())})


@require_GET
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One text; a tour asks for its steps alone."""
    text = _text(slug)
    if request.GET.get("part") == "tour":
        return render(request, "help/_tour.html", {"text": text})
    siblings = [one for one in texts.every().values() if one.group == text.group and one != text]
    context = {"text": text, "siblings": siblings, "group": groups.GROUPS[text.group], "crumbs": _crumbs(text)}
    return render(request, "help/page.html", context)


@require_GET
def matching(request: HttpRequest) -> HttpResponse:
    """How matching works, with the weights that are in force."""
    text = _text("matching")
    shown = {"text": text, "crumbs": _crumbs(text), "parts": rules.parts(), "others": rules.others()}
    return render(request, "help/matching.html", {**shown, **rules.in_force()})


@login_required
@require_POST
def seen(request: SignedIn, slug: str) -> HttpResponse:
    """Remember that this person needs the tour of that page no more."""
    text = _text(slug)
    more = Func(F("tours_seen"), Value(text.slug), function="array_append")
    User.objects.filter(pk=request.user.pk).exclude(tours_seen__contains=[text.slug]).update(tours_seen=more)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return HttpResponseRedirect(address_here(request, request.POST.get("next", "")) or reverse("help"))


def _crumbs(text: texts.Text) -> list[tuple[str, str]]:
    return [(gettext("Help"), reverse("help")), (text.title, "")]


def _text(slug: str) -> texts.Text:
    text = texts.find(slug)
    if text is None:
        raise NotFound(_("There is no help page of this name. The index of all help pages is at /help/."))
    return text
