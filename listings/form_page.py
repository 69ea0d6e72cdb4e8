"""The form of a listing: shown, restored, saved, submitted, refused; the page behind new and edit."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.requests import SignedIn
from listings import drafts, services, writing
from listings.apart import tell_apart
from listings.faces import Face
from listings.forms import ListingForm
from listings.models import Listing, SavedDraft
from listings.states import State
from scenemarket.errors import Invalid, WrongState
from scenemarket.web import page

MOST_TYPED = 100_000
_OURS = ("csrfmiddlewaretoken", "then", "revision", "take")


def answer(request: SignedIn, face: Face, owner: Organisation, listing: Listing | None) -> HttpResponse:
    """GET shows the form, with unsaved work restored; POST saves it and, if asked, submits it."""
    if request.method == "GET":
        return _opened(request, face, owner, listing)
    submitting = request.POST.get("then") == "submit"
    form = face.form(request.POST, owner=owner, instance=listing, submitting=submitting)
    if not form.is_valid():
        return _shown(request, face, form, listing, kept=keep(request, face, listing).draft, status=422)
    try:
        saved = _saved(request, face, form, listing)
    except WrongState as error:
        return _conflict(request, face, form, listing, error)
    except Invalid as error:
        return _shown(request, face, _with_faults(form, error), listing, status=422)
    return _done(request, face, saved, submitting)


def refused(request: SignedIn, face: Face, listing: Listing, error: Invalid) -> HttpResponse:
    """The form of a listing that could not be submitted, each fault at its field."""
    form = face.form(_as_posted(face, listing), owner=listing.owner, instance=listing)
    form.is_valid()
    return _shown(request, face, _with_faults(form, error), listing, status=422)


def keep(request: SignedIn, face: Face, listing: Listing | None, *, revision: int | None = None) -> drafts.Kept:
    """Keep what was typed, valid or not; raises Invalid when it is more than a form can hold."""
    typed = {name: values for name, values in request.POST.lists() if name not in _OURS}
    if sum(len(name) + sum(map(len, values)) for name, values in typed.items()) > MOST_TYPED:
        raise Invalid(_("This is more than a form can keep; what you had saved before is still there."))
    take = request.POST.get("take") == "here"
    return drafts.keep(by=request.user, kind=face.code, data=typed, listing=listing, revision=revision, take=take)


def _opened(request: SignedIn, face: Face, owner: Organisation, listing: Listing | None) -> HttpResponse:
    """With ?beside=1 the text of the other window, which stands again as soon as it is kept."""
    kept = drafts.typed(by=request.user, kind=face.code, listing=listing)
    beside = bool(kept and kept.beside and request.GET.get("beside"))
    data = (kept.beside if beside else kept.data) if kept else None
    form = face.form(owner=owner, instance=listing, typed=data)
    seen = data.get("seen_at", [""])[0] if data else ""
    made = writing.written(face, owner, listing, writing.as_posted(data))
    return _shown(request, face, form, listing, kept=kept, restored=kept, beside=beside, seen=seen, made=made)


def _saved(request: SignedIn, face: Face, form: ListingForm, listing: Listing | None) -> Listing:
    by: Any = request.user
    if listing is not None:
        return services.edit(listing, by=by, values=form.values(), seen_at=_seen(request))
    with transaction.atomic():
        kept = drafts.typed(by=by, kind=face.code)
        made = services.create_draft(kind=face.code, owner=form.owner, by=by, values=form.values())
        tell_apart(made, kept.apart if kept else (), by=by)
    return made


def _done(request: SignedIn, face: Face, saved: Listing, submitting: bool) -> HttpResponse:
    if submitting and saved.state in (State.DRAFT, State.RETURNED):
        try:
            services.submit(saved, by=request.user)
        except Invalid as error:
            return refused(request, face, saved, error)
        messages.success(request, _("Submitted; the reviewer of your city has been told."))
    else:
        messages.success(request, _("Saved."))
    return redirect(saved.get_absolute_url())


def _conflict(request: SignedIn, face: Face, form: ListingForm, listing: Any, error: WrongState) -> HttpResponse:
    """Somebody was faster: keep the text, show beside it what is saved now; saving again is then a decision."""
    kept = keep(request, face, listing).draft
    listing.refresh_from_db()
    theirs = [
        (form.fields[name].label, getattr(listing, name)) for name in form.changed_data if name in form.Meta.fields and getattr(listing, name, None)  # type: ignore[attr-defined]
    ]  # fmt: skip
    return _shown(request, face, form, listing, kept=kept, status=409, conflict=error, theirs=theirs)


def _shown(
    request: SignedIn, face: Face, form: ListingForm, listing: Any, *, kept: SavedDraft | None = None,
    made: Any = None, status: int = 200, seen: str = "", **more: Any,
) -> HttpResponse:  # fmt: skip
    args = [listing.public_id] if listing else []
    sections = form.drawn()
    context = {
        "face": face, "kind": face.code, "form": form, "listing": listing, "sections": sections, "start": _start(request, sections),
        "action": reverse(f"{face.code}-edit" if listing else f"{face.code}-new", args=args),
        "keep_url": reverse(f"{face.code}-keep", args=args), "discard_url": reverse(f"{face.code}-discard", args=args),
        "seen_at": seen or (listing.updated_at.isoformat() if listing else ""), "revision": kept.revision if kept else 0,
        "may_submit": listing is None or listing.state in (State.DRAFT, State.RETURNED),
        **writing.advice(face, made or form.instance, listing, sections), **more,
    }  # fmt: skip
    return page(request, "listings/form.html", context, status=status)


def _start(request: SignedIn, sections: list[dict[str, Any]]) -> str:
    """The step that is shown first: one with a fault, else the one that ?step= names, else the first."""
    faulty = [section["id"] for section in sections if section["faults"]]
    known = [section["id"] for section in sections]
    asked = request.GET.get("step", "")
    return (faulty or [step for step in known if step == asked] or known)[0]


def _seen(request: SignedIn) -> datetime | None:
    try:
        return parse_datetime(request.POST.get("seen_at", ""))
    except ValueError:
        return None


def _with_faults(form: ListingForm, error: Invalid) -> ListingForm:
    for name, sentences in error.faults.items():
        form.add_error(name if name in form.fields else None, [str(s) for s in sentences])
    return form


def _as_posted(face: Face, listing: Listing) -> QueryDict:
    """What the form would post if nothing were changed, so that faults can stand at its fields."""
    form = face.form(owner=listing.owner, instance=listing)
    data = QueryDict(mutable=True)
    for bound in form:
        value = bound.value()
        if hasattr(bound.field.widget, "make_room"):
            for i, word in enumerate(value or []):
                data[f"{bound.html_name}_{i}"] = word
        elif isinstance(value, list):
            data.setlist(bound.html_name, value)
        else:
            data[bound.html_name] = "" if value is None else str(value)
    return data
