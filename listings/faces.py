"""How each kind of listing meets people: its words, filters, form and notice; made known by its own app at the start."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from listings.quality import Hint
from listings.table import Column

if TYPE_CHECKING:
    from listings.filters import ListingFilter
    from listings.forms import ListingForm


@dataclass(frozen=True)
class Face:
    """`code` is the kind ("opportunity") and the name of its page; `many` names the page of the list.

    `row(listing)` gives what a row of the list shows, `notice(listing, contacts)` what the notice template draws.
    """

    code: str
    many: str
    title: Any
    lead: Any
    new_title: Any
    edit_lead: Any
    filters: "type[ListingFilter]"
    form: "type[ListingForm]"
    row: Callable[[Any], dict[str, Any]]
    notice: Callable[[Any, bool], dict[str, Any]]
    hints: Sequence[Hint]
    # what a table and a comparison show, and the texts in which searched words are shown
    columns: Sequence[Column] = ()
    searched: Callable[[Any], Sequence[str]] = lambda listing: (listing.summary,)
    words: dict[str, Any] = field(default_factory=dict)

    @property
    def notice_template(self) -> str:
        return f"{self.many}/_notice.html"

    @property
    def other(self) -> str:
        """The kind on the other side."""
        return "capability" if self.code == "opportunity" else "opportunity"


_faces: dict[str, Face] = {}


def register(face: Face) -> None:
    """Make a face known."""
    _faces[face.code] = face


def of(kind: str) -> Face:
    """The face of a kind; KeyError for a kind that no app has registered."""
    return _faces[kind]


def every() -> list[Face]:
    return list(_faces.values())
