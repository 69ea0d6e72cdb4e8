"""Pages of organisations, teams and preferences. No rule lives here."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import services
from accounts.access import organisation_read, organisation_write
from accounts.forms import InvitationForm, OrganisationForm, PreferencesForm, TitleForm
from accounts.models import Membership, Organisation, Title, User
from accounts.permissions import can
from accounts.requests import SignedIn
from accounts.roles import May, MemberRole
from accounts.uscc import has_inner_fault, normalise
from accounts.validators import validate_uscc
from activity import kinds, unsubscribing
from scenemarket.errors import Invalid, NotFound

FORM_PAGE = "accounts/organisation_form.html"


@login_required
@require_http_methods(["GET", "POST"])
def register(request: SignedIn) -> HttpResponse:
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        organisation = services.register_organisation(by=request.user, values=form.cleaned_data)
        messages.success(request, _("Registered. The city's centre verifies it next; you can fill in the profile now."))
        return redirect("organisation", organisation.public_id)
    return render(request, FORM_PAGE, {"form": form, "organisation": None}, status=422 if form.errors else 200)


@login_required
@require_GET
def check_code(request: SignedIn) -> HttpResponse:
    """The answer beside the field while one types."""
    code = normalise(request.GET.get("uscc", "")[:100])
    try:
        validate_uscc(code)
    except ValidationError as error:
        return render(request, "accounts/_code_check.html", {"sentence": error.messages[0], "good": False})
    taken = Organisation.objects.filter(uscc=code).exists()
    context = {"code": code, "good": not taken, "taken": taken, "odd": has_inner_fault(code)}
    return render(request, "accounts/_code_check.html", context)


@require_GET
def organisation(request: HttpRequest, public_id: str) -> HttpResponse:
    found = organisation_read(request.user, public_id)
    inside = can(request.user, May.SEE, organisation=found)
    context = {
        "organisation": found,
        "titles": found.titles.all(),
        "inside": inside,
        "may_edit": can(request.user, May.EDIT_ORGANISATION, organisation=found),
        "may_verify": can(request.user, May.VERIFY, city=found.city),
        "may_team": inside,
    }
    return render(request, "accounts/organisation.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: SignedIn, public_id: str) -> HttpResponse:
    found = organisation_write(request.user, public_id)
    form = OrganisationForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        fresh = Organisation.objects.get(pk=found.pk)
        services.edit_organisation(fresh, by=request.user, values=form.cleaned_data)
        messages.success(request, _("The profile is saved."))
        return redirect("organisation", public_id)
    return render(request, FORM_PAGE, {"form": form, "organisation": found}, status=422 if form.errors else 200)


@login_required
@require_POST
def verify(request: SignedIn, public_id: str) -> HttpResponse:
    found = organisation_write(request.user, public_id, May.VERIFY)
    services.verify(found, by=request.user, seen=request.POST.get("seen", ""))
    messages.success(request, _("%(name)s is verified.") % {"name": found.name})
    return redirect("organisation", public_id)


@login_required
@require_http_methods(["GET", "POST"])
def add_title(request: SignedIn, public_id: str) -> HttpResponse:
    found = organisation_write(request.user, public_id)
    form = TitleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.add_title(found, by=request.user, values=form.cleaned_data)
        messages.success(request, _("The title is entered; it counts as stated until the city has verified it."))
        return redirect("organisation", public_id)
    context = {"form": form, "organisation": found}
    return render(request, "accounts/title_form.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def verify_title(request: SignedIn, public_id: str, pk: int) -> HttpResponse:
    found = organisation_write(request.user, public_id, May.VERIFY)
    title = get_object_or_404(Title.objects.select_related("organisation"), pk=pk, organisation=found)
    services.verify_title(title, by=request.user)
    return redirect("organisation", public_id)


@login_required
@require_http_methods(["GET", "POST"])
def team(request: SignedIn, public_id: str) -> HttpResponse:
    found = organisation_write(request.user, public_id, May.SEE)
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.invite(found, by=request.user, **form.cleaned_data)
        messages.success(request, _("Invited. Whoever signs in with that confirmed address can accept."))
        return redirect("team", public_id)
    context = {
        "organisation": found,
        "form": form,
        "members": found.memberships.select_related("user").order_by("pk"),
        "invitations": found.invitations.order_by("pk"),
        "roles": MemberRole.choices,
        "may_manage": can(request.user, May.MANAGE_TEAM, organisation=found),
    }
    return render(request, "accounts/team.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def member(request: SignedIn, public_id: str, user_id: str) -> HttpResponse:
    """Change a colleague's role, or take the colleague out (role "none")."""
    found = organisation_write(request.user, public_id, May.MANAGE_TEAM)
    row = Membership.objects.select_related("user", "organisation").filter(organisation=found, user__public_id=user_id)
    membership = row.first()
    if membership is None:
        raise NotFound(_("This person is not in the team."))
    role = request.POST.get("role", "")
    if role == "none":
        services.remove_member(membership, by=request.user)
    elif role in MemberRole.values:
        services.set_role(membership, by=request.user, role=role)
    else:
        raise Invalid(_("There is no such role; nothing was changed."))
    messages.success(request, _("The team is changed."))
    return redirect("team", public_id)


@login_required
@require_http_methods(["GET", "POST"])
def preferences(request: SignedIn) -> HttpResponse:
    form = PreferencesForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = services.set_preferences(request.user, values=form.values)
        messages.success(request, _("Your preferences are saved."))
        answer = redirect("preferences")
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax", secure=settings.HTTPS)
        return answer
    mine = request.user.organisation
    context = {
        "form": form,
        "invitations": services.invitations_of(request.user),
        "may_edit": mine is not None and can(request.user, May.EDIT_ORGANISATION, organisation=mine),
    }
    return render(request, "accounts/preferences.html", context, status=422 if form.errors else 200)


@csrf_exempt  # a mail programme posts without having seen a page; the address itself is the proof
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End letters without signing in. Looking at it ends nothing: mail scanners open every address."""
    try:
        public_id, topic = unsubscribing.read(token)
        person = User.objects.get(public_id=public_id)
    except (ValueError, User.DoesNotExist) as error:
        raise NotFound(_("This address ends no letters; choose in your preferences what is sent to you.")) from error
    if request.method == "POST":
        services.end_letters(person, topic=topic)
    label = kinds.TOPICS.get(topic, _("Letters that gather notices"))
    context = {"token": token, "label": label, "done": request.method == "POST"}
    return render(request, "accounts/unsubscribe.html", context)


@login_required
@require_POST
def accept(request: SignedIn, public_id: str) -> HttpResponse:
    membership = services.accept_invitation(public_id, by=request.user)
    messages.success(request, _("You have joined %(name)s.") % {"name": membership.organisation.name})
    return redirect("desk")


@login_required
@require_GET
def organisations(request: SignedIn) -> HttpResponse:
    """The register of the reviewer's cities; unverified ones first."""
    if not can(request.user, May.VERIFY):
        raise NotFound(_("There is no such page, or it is not open to you."))
    rows = Organisation.objects.of_cities(request.user.cities)
    words = request.GET.get("q", "").strip()[:100]
    if words:
        rows = rows.filter(name__icontains=words)
    if request.GET.get("waiting"):
        rows = rows.filter(verified_at=None)
    page = Paginator(rows.order_by(F("verified_at").asc(nulls_first=True), "name"), 30).get_page(
        request.GET.get("page")
    )
    return render(request, "accounts/organisations.html", {"page": page, "words": words})
