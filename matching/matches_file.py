"""The own suggestions as a table to keep."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from codelists import names
from matching.models import Answer
from matching.pair import side_names
from matching.states import other

AT_MOST = 5000


def head() -> list[str]:
    """The words above the columns."""
    return [
        _("Score"), _("Own listing"), _("Their listing"), _("Other side"), _("City"), _("State"), _("Our answer"), _("Their answer"),
        _("Due"), _("Answered"), _("Reason"),
    ]  # fmt: skip


def rows(user: Any, found: QuerySet[Answer]) -> Iterator[list[Any]]:
    """One row for each suggestion; who stands on the other side is named as on the page."""
    for answer in found[:AT_MOST]:
        match, across = answer.match, other(answer.side)
        theirs, listing = match.answer_of(across), match.listing(across)
        reason = names.name(f"decline_{answer.side}", answer.reason) if answer.reason else ""
        yield [
            round(match.score), match.listing(answer.side).title, listing.title, side_names(user, match)[across],
            names.name("region", listing.city), match.get_state_display(), answer.get_state_display(),
            theirs.get_state_display() if theirs else "", answer.due_at, answer.answered_at, reason,
        ]  # fmt: skip
