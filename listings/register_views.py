"""Pages of registers: batches, programmes, code lists. No rule lives here."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import check_can
from accounts.requests import SignedIn
from accounts.roles import May
from codelists.models import Code, List
from listings import exports, faces, register_page, registers
from listings.access import listing_review, visible
from listings.models import Batch, Kind, Programme
from listings.register_forms import BatchForm, CodeForm, NumbersForm, ProgrammeForm, sent
from scenemarket.errors import Invalid, NotFound
from scenemarket.web import page

CODES, FORM = 50, "registers/form.html"


@login_required
@require_GET
def start(request: SignedIn) -> HttpResponse:
    check_can(request.user, May.REGISTER)
    return render(
        request, "registers/start.html", {"rows": register_page.start(request.user), "crumbs": register_page.crumbs()}
    )


@require_GET
def batches(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    rows = register_page.batches_for(request.user, kind if kind in Kind.values else "")
    shown = Paginator(rows, 20).get_page(request.GET.get("page"))
    context = {"page": shown, "rows": register_page.with_counts("batch", shown), "tabs": register_page.kind_tabs(kind)}
    may = bool(register_page.cities(request.user))
    return render(request, "batches/list.html", {**context, "may": may, "crumbs": [(_("Batches"), "")]})


@require_GET
def batch(request: HttpRequest, public_id: str) -> HttpResponse:
    found = registers.batch_read(request.user, public_id)
    shown = Paginator(register_page.listings_of("batch", found, found.kind, request.user), 50).get_page(
        request.GET.get("page")
    )
    may = found.city in register_page.cities(request.user)
    context = {"batch": found, "page": shown, "may": may, "rows": register_page.listing_rows(found.kind, shown)}
    return render(
        request, "batches/detail.html", {**context, "crumbs": register_page.below(_("Batches"), "batches", found.name)}
    )


@require_GET
def batch_export(request: HttpRequest, public_id: str) -> StreamingHttpResponse:
    found = registers.batch_read(request.user, public_id)
    rows = register_page.listings_of("batch", found, found.kind, request.user)
    return exports.answer(found.kind, rows, request.user, form=request.GET.get("format", ""), title=found.name)


@login_required
@require_http_methods(["GET", "POST"])
def batch_form(request: SignedIn, public_id: str = "") -> HttpResponse:
    check_can(request.user, May.REGISTER)
    found = _own(registers.batch_read(request.user, public_id), request.user) if public_id else Batch()
    form = BatchForm(sent(request)[0], instance=found, cities=register_page.cities(request.user))
    if request.method == "POST" and form.is_valid():
        fresh = Batch.objects.get(pk=found.pk) if found.pk else None
        saved = _try(form, lambda: registers.save_batch(fresh, by=request.user, values=form.cleaned_data))
        if saved:
            messages.success(request, _("The batch is saved."))
            return redirect("batch", saved.public_id)
    heading = _("Edit the batch") if public_id else _("New batch")
    context = {"form": form, "heading": heading, "crumbs": register_page.below(_("Batches"), "batches", heading)}
    return render(request, FORM, context, status=422 if form.errors else 200)


def _own(row: Any, user: Any) -> Any:
    if row.city not in register_page.cities(user):
        raise NotFound(registers.NO_SUCH)
    return row


def _try(form: Any, save: Any) -> Any:
    """What `save` returns; None when it was refused, with each fault at its field."""
    try:
        return save()
    except Invalid as error:
        for name, faults in (error.faults or {"": [error.sentence]}).items():
            for fault in faults:
                form.add_error(name if name in form.fields else None, str(fault))
        return None


@require_GET
def programmes(request: HttpRequest) -> HttpResponse:
    rows = register_page.with_counts("programme", list(Programme.objects.all()[:100]))
    may = bool(register_page.cities(request.user))
    return render(request, "programmes/list.html", {"rows": rows, "may": may, "crumbs": [(_("Programmes"), "")]})


@require_http_methods(["GET", "POST"])
def programme(request: HttpRequest, public_id: str) -> HttpResponse:
    found = registers.programme_read(public_id)
    may = found.city in register_page.cities(request.user)
    form = NumbersForm(sent(request)[0]) if may else None
    if request.method == "POST":
        _own(found, request.user)
        if form and form.is_valid():
            n = _try(form, lambda: registers.add_listings(found, by=request.user, **form.cleaned_data))  # type: ignore[arg-type]
            if n is not None:
                messages.success(request, _("%(n)s listings were added.") % {"n": n})
                return redirect("programme", public_id)
    sides = [register_page.side(found, kind, request.user) for kind in Kind.values]
    crumbs = register_page.below(_("Programmes"), "programmes", found.name)
    context = {"programme": found, "sides": sides, "may": may, "form": form, "crumbs": crumbs}
    return render(request, "programmes/detail.html", context, status=422 if form and form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def programme_form(request: SignedIn, public_id: str = "") -> HttpResponse:
    check_can(request.user, May.REGISTER)
    found = _own(registers.programme_read(public_id), request.user) if public_id else Programme()
    form = ProgrammeForm(sent(request)[0], instance=found, cities=register_page.cities(request.user))
    if request.method == "POST" and form.is_valid():
        fresh = Programme.objects.get(pk=found.pk) if found.pk else None
        saved = _try(form, lambda: registers.save_programme(fresh, by=request.user, values=form.cleaned_data))
        if saved:
            messages.success(request, _("The programme is saved."))
            return redirect("programme", saved.public_id)
    heading = _("Edit the programme") if public_id else _("New programme")
    context = {"form": form, "heading": heading, "crumbs": register_page.below(_("Programmes"), "programmes", heading)}
    return render(request, FORM, context, status=422 if form.errors else 200)


@login_required
@require_POST
def programme_take_out(request: SignedIn, public_id: str) -> HttpResponse:
    found = _own(registers.programme_read(public_id), request.user)
    kind = request.POST.get("kind", "")
    listing = listing_review(
        request.user, kind if kind in Kind.values else Kind.OPPORTUNITY, request.POST.get("listing", "")
    )
    registers.take_out(found, listing, by=request.user)
    messages.success(request, _("“%(title)s” is no longer in the programme.") % {"title": listing.title})
    return redirect("programme", public_id)


@login_required
@require_GET
def codes(request: SignedIn) -> HttpResponse:
    check_can(request.user, May.EDIT_CODES)
    wanted = request.GET.get("list", "")
    name = wanted if wanted in List.values else List.FIELD.value
    rows, words = Code.objects.of(name), request.GET.get("q", "").strip()[:120]
    if words:
        rows = rows.filter(
            Q(name_zh__icontains=words) | Q(name_en__icontains=words) | Q(code=words) | Q(synonyms__contains=[words])
        )
    shown = Paginator(rows, CODES).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "name": name,
        "label": List(name).label,
        "words": words,
        "tabs": register_page.list_tabs(name),
    }
    return page(request, "registers/codes.html", {**context, "crumbs": register_page.crumbs(_("Code lists"))})


@login_required
@require_http_methods(["GET", "POST"])
def code_new(request: SignedIn, name: str) -> HttpResponse:
    check_can(request.user, May.EDIT_CODES)
    if name not in List.values:
        raise NotFound(registers.NO_SUCH)
    form = CodeForm(sent(request)[0], instance=Code(list_name=name))
    if request.method == "POST" and form.is_valid():
        saved = _try(form, lambda: registers.add_code(
            by=request.user, list_name=List(name), code=form.cleaned_data["code"], values=form.values(),
        ))  # fmt: skip
        if saved:
            return _back_to_codes(request, saved)
    heading = _("New entry: %(list)s") % {"list": List(name).label}
    context = {"form": form, "heading": heading, "crumbs": register_page.below(_("Code lists"), "codes", heading)}
    return render(request, FORM, context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def code_edit(request: SignedIn, name: str, code: str) -> HttpResponse:
    check_can(request.user, May.EDIT_CODES)
    found = registers.code_read(name, code)
    form = CodeForm(sent(request)[0], instance=registers.code_read(name, code))
    if request.method == "POST" and form.is_valid():
        return _back_to_codes(request, registers.change_code(found, by=request.user, values=form.values()))
    heading = f"{found.name}（{found.code}）"
    context = {"form": form, "heading": heading, "crumbs": register_page.below(_("Code lists"), "codes", heading)}
    return render(request, FORM, context, status=422 if form.errors else 200)


def _back_to_codes(request: HttpRequest, saved: Code) -> HttpResponse:
    messages.success(
        request, _("“%(name)s” is saved. It counts from the next import and the next run.") % {"name": saved.name}
    )
    return redirect(register_page.codes_url(saved.list_name))


@require_GET
def export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    """The list that the present filters lead to, as a file."""
    rows = faces.of(kind).filters(request.GET, queryset=visible(kind, request.user)).qs
    return exports.answer(kind, rows, request.user, form=request.GET.get("format", ""))
