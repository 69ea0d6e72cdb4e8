"""The preview of a bulk approval: exactly which pairs, what is left out and why, what it does to firms' weeks."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from matching.forms import BulkForm, QueueForm
from matching.models import Match, MatchQuerySet
from matching.services import interests, release, review
from matching.states import MatchState
from scenemarket.errors import Invalid

# what one person can still read through before saying yes
MOST = 500
LEFT_SHOWN = 50


@dataclass(frozen=True)
class Chosen:
    """The pairs above the line or ticked, and those of them that were unticked on screen."""

    rows: QuerySet[Match]
    unticked: QuerySet[Match]


def chosen(reader: User, data: QueryDict) -> Chosen:
    """Read the choice from the filters, the line and the ticks in `data`; raises Invalid for a line that is no number."""
    form = BulkForm(data)
    if not form.is_valid():
        raise Invalid(
            _("The line has to be a number from 0 to 100; nothing was approved."),
            faults={name: list(words) for name, words in form.errors.items()},
        )
    queue, held = QueueForm(data, cities=reader.cities), interests.held(interests.linked(reader), reader.cities)
    every = Match.objects.of_cities(reader.cities).filter(state=MatchState.PROPOSED)
    ticked = set(data.getlist("pick"))
    above = queue.narrowed(every, held).filter(score__gte=form.cleaned_data["line"])
    # what cannot be ticked was not unticked either
    unticked = above.filter(public_id__in=set(form.cleaned_data["shown"]) - ticked).exclude(held)
    either = Q(pk__in=above.values("pk")) | Q(public_id__in=ticked)
    return Chosen(every.filter(either).exclude(pk__in=unticked.values("pk")), unticked)


def preview(reader: User, asked: Chosen) -> dict[str, Any]:
    """What the preview shows: `going` pairs, `staying` (match, why), firms whose week would be full. Six queries."""
    links = interests.linked(reader)
    found = list(_whole(asked.rows))
    left = [(match, str(why)) for match in found if (why := review.alone(match, links))]
    alone = {match.pk for match, _why in left}
    going = [match for match in found if match.pk not in alone]
    left += [(match, _("Too many for one time; approve it with the next ones.")) for match in going[MOST:]]
    left += [(match, _("You unticked it.")) for match in _whole(asked.unticked)]
    return {
        "going": going[:MOST], "ids": ",".join(match.public_id for match in going[:MOST]),
        "staying": left[:LEFT_SHOWN], "left": len(left), "full": full_weeks(going[:MOST]),
    }  # fmt: skip


def _whole(rows: QuerySet[Match]) -> QuerySet[Match]:
    return rows.select_related("opportunity__owner", "capability__owner").order_by("-score", "pk")


def full_weeks(going: list[Match]) -> list[dict[str, Any]]:
    """Firms that would get more than they want this week: a release sends them the rest later."""
    counted = Counter(match.capability.owner_id for match in going)
    firms = {match.capability.owner_id: match.capability.owner for match in going}
    sent = release.sent_this_week(set(firms))
    rows: list[dict[str, Any]] = [
        {
            "firm": firm,
            "n": counted[pk],
            "cap": firm.weekly_cap,
            "later": counted[pk] + sent.get(pk, 0) - firm.weekly_cap,
        }
        for pk, firm in firms.items()
    ]
    return sorted((row for row in rows if row["later"] > 0), key=lambda row: (-row["later"], str(row["firm"])))


def confirmed(reader: User, ids: str) -> MatchQuerySet:
    """The pairs of a preview that was said yes to; what was decided meanwhile is told as left out."""
    wanted = [one for one in ids.split(",") if one][:MOST]
    return Match.objects.of_cities(reader.cities).filter(public_id__in=wanted)
