"""Pages of imports. No rule lives here."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from listings import exports, import_page, imports
from listings.access import import_read
from listings.import_reading import texts
from listings.models import Kind, RowOutcome
from listings.register_forms import RowForm, UploadForm, sent
from listings.tasks import work_imports
from scenemarket.errors import Invalid, NotAllowed
from scenemarket.web import page

ROWS = 50


@login_required
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    shown = Paginator(imports.visible(request.user), 20).get_page(request.GET.get("page"))  # type: ignore[arg-type]
    return render(request, "imports/list.html", {"page": shown, "crumbs": import_page.crumbs(), "may": _may(request)})


def _may(request: HttpRequest) -> bool:
    return bool(imports.cities_of(request.user) or imports.organisations_of(request.user))  # type: ignore[arg-type]


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    if not _may(request):
        raise NotAllowed(
            _("Lists are brought in by editors of an organisation and by reviewers; your role does not include it.")
        )
    form = UploadForm(*sent(request), user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            job = imports.upload(by=request.user, **form.options())  # type: ignore[arg-type]
        except Invalid as error:
            form.add_error("file", str(error))
        else:
            work_imports.delay_on_commit()  # type: ignore[attr-defined]  # from Celery's DjangoTask
            return redirect("import", job.public_id)
    context = {"form": form, "crumbs": import_page.crumbs(_("Bring in a list"))}
    return render(request, "imports/new.html", context, status=422 if form.errors else 200)


@require_GET
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty list with the official columns."""
    if kind not in Kind.values:
        raise Http404
    return exports.template(kind)


@login_required
@require_GET
def job(request: HttpRequest, public_id: str) -> HttpResponse:
    found = import_read(request.user, public_id)
    wanted = request.GET.get("show", "")
    rows = found.rows.filter(outcome=RowOutcome.FAULTY) if wanted == "faulty" else found.rows.all()
    shown = Paginator(rows.order_by("pk"), ROWS).get_page(request.GET.get("page"))
    context = {
        "job": found, "page": shown, "rows": [import_page.line(found, row) for row in shown], "wanted": wanted,
        "columns": import_page.shown(found), "crumbs": import_page.crumbs(found.file_name), **import_page.state(request.user, found),
    }  # fmt: skip
    return page(request, "imports/job.html", context, fragment="imports/_rows.html")


@login_required
@require_GET
def progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """The bar alone; when the work has ended, HTMX loads the page anew."""
    found = import_read(request.user, public_id)
    answer = render(request, "imports/_progress.html", {"job": found, **import_page.state(request.user, found)})
    if found.state not in imports.WORKING:
        answer["HX-Refresh"] = "true"
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    found = import_read(request.user, public_id)
    line = get_object_or_404(found.rows, number=number, sheet=request.GET.get("sheet", ""))
    form = RowForm(sent(request)[0], job=found, expected=import_page.expected(line), initial=texts(found, line))
    if request.method == "POST" and form.is_valid():
        line = imports.put_right(line, by=request.user, texts=form.cleaned_data)  # type: ignore[arg-type]
        if line.outcome == RowOutcome.READY:
            messages.success(request, _("Row %(n)s is right now and goes in with the others.") % {"n": line.number})
            return redirect(import_page.back(found, line))
        form = RowForm(request.POST, job=found, expected=import_page.expected(line))
        form.is_valid()
        import_page.mark(form, line)
    context = {
        "job": found,
        "line": import_page.line(found, line),
        "form": form,
        "crumbs": import_page.row_crumbs(found, line),
    }
    return render(request, "imports/row.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def act(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """confirm, drop or again."""
    found = import_read(request.user, public_id)
    steps: dict[str, Any] = {"confirm": imports.confirm, "drop": imports.drop, "again": imports.read_anew}
    steps[name](found, by=request.user)
    work_imports.delay_on_commit()  # type: ignore[attr-defined]  # from Celery's DjangoTask
    if name == "drop":
        messages.success(
            request, _("The import of %(name)s was given up; nothing was taken over.") % {"name": found.file_name}
        )
        return redirect("imports")
    return redirect(reverse("import", args=[public_id]))
