"""Lists on their way out, in the official columns, with formulas disarmed."""

import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from listings import kinds
from listings.models import Kind
from listings.sheets import write_csv, write_xlsx
from scenemarket.plaintext import tidy

TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}
NAMES = {Kind.OPPORTUNITY: "场景机会清单", Kind.CAPABILITY: "场景能力清单"}
AT_ONCE = 500
CONTACT = ("contact", "phone")


def values(kind: str, listings: QuerySet[Any], user: Any) -> Iterator[dict[str, Any]]:
    """The rows of a list, read as they are needed. Contacts only of what this person's own organisation or city holds."""
    values_from = kinds.of(kind).values_from
    for listing in listings.select_related("owner").iterator(AT_ONCE):
        row = values_from(listing)
        if not _may_see_contact(user, listing):
            row.update(dict.fromkeys(CONTACT))
        yield row


def _may_see_contact(user: Any, listing: Any) -> bool:
    if listing.owner.contact_public:
        return True
    return bool(user.is_authenticated and (listing.owner_id in user.organisation_ids or listing.city in user.cities))


def answer(kind: str, listings: QuerySet[Any], user: Any, *, form: str, title: str = "") -> StreamingHttpResponse:
    """The listings as a file to keep: `form` "xlsx" or "csv" (anything else is "xlsx")."""
    form, title = form if form in TYPES else "xlsx", " ".join(tidy(title).split())
    rows = values(kind, listings, user)
    name = f"{title or NAMES[Kind(kind)]}-{timezone.localdate():%Y%m%d}.{form}"
    found = StreamingHttpResponse(_pieces(_WRITERS[form], kind, rows, title), content_type=TYPES[form])
    found["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return found


def template(kind: str) -> HttpResponse:
    """An empty list with the official columns."""
    target = io.BytesIO()
    write_xlsx(target, kind, [])
    found = HttpResponse(target.getvalue(), content_type=TYPES["xlsx"])
    found["Content-Disposition"] = content_disposition_header(True, f"{NAMES[Kind(kind)]}-模板.xlsx") or "attachment"
    return found


def _pieces(write: Callable[..., None], kind: str, rows: Iterable[dict[str, Any]], title: str) -> Iterator[bytes]:
    """Write into a file, on disk when it grows, and hand it out piece by piece."""
    with tempfile.SpooledTemporaryFile(2**20) as target:
        write(target, kind, rows, title)
        target.seek(0)
        while piece := target.read(2**16):
            yield piece


def _as_csv(target: IO[bytes], kind: str, rows: Iterable[dict[str, Any]], _title: str) -> None:
    write_csv(target, kind, rows)


_WRITERS: dict[str, Callable[..., None]] = {"xlsx": write_xlsx, "csv": _as_csv}
