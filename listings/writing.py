"""A listing while it is written: the listing that the typed text would make, and what is said of it beside the form."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from accounts.models import Organisation, User
from listings import access, drafts, faces
from listings.faces import Face
from listings.models import Listing, SavedDraft
from listings.quality import quality
from listings.services import NEEDED


def as_posted(typed: Mapping[str, list[str]] | None) -> QueryDict | None:
    """Kept text as a form would post it."""
    if typed is None:
        return None
    data = QueryDict(mutable=True)
    for name, values in typed.items():
        data.setlist(name, values)
    return data


def written(face: Face, owner: Organisation, listing: Listing | None, data: QueryDict | None) -> Any:
    """The listing that a text would make, not saved; a field that cannot be read stays as it is saved."""
    if data is None:
        return listing or face.form.Meta.model(owner=owner, city=owner.city)  # type: ignore[attr-defined]
    form = face.form(data, owner=owner, instance=listing)
    form.is_valid()
    made = form.instance
    if listing is None:
        made.owner, made.city = owner, owner.city
    return made


def written_by(user: User, kind: str, listing: Listing | None) -> tuple[Any, SavedDraft | None]:
    """The listing as this person has typed it so far (as it is saved, without unsaved work), and the unsaved work.

    Raises NotAllowed where `listing` is None and they write for no organisation.
    """
    kept = drafts.typed(by=user, kind=kind, listing=listing)
    owner = listing.owner if listing else access.writing_organisation(user)
    return written(faces.of(kind), owner, listing, as_posted(kept.data if kept else None)), kept


def advice(face: Face, made: Any, listing: Listing | None, sections: list[dict[str, Any]]) -> dict[str, Any]:
    """What the panel and the steps draw: quality, its groups, and how far each step is."""
    found = quality(made, face.hints)
    args = [listing.public_id] if listing else []
    for row in found.lacks:
        row["step"] = next((section["id"] for section in sections if row["field"] in section["names"]), "")
    return {
        "quality": found, "groups": found.groups(), "steps": [_step(section, made, found.lacks) for section in sections],
        "advice_url": reverse(f"{face.code}-advice", args=args),
        "form_url": reverse(f"{face.code}-edit" if listing else f"{face.code}-new", args=args),
    }  # fmt: skip


def _step(section: dict[str, Any], made: Any, lacks: list[dict[str, Any]]) -> dict[str, Any]:
    names = section["names"]
    needed = sum(not getattr(made, name) for name in NEEDED if name in names)
    return {
        "id": section["id"], "title": section["title"], "faults": section.get("faults", 0), "needed": needed,
        "lacks": sum(row["field"] in names for row in lacks),
    }  # fmt: skip
