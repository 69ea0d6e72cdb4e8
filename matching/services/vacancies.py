"""A place falls free when a match comes to nothing: noted in the same transaction, taken back with the decision."""

from matching.models import Match, Vacancy
from matching.services.moves import move
from matching.states import MatchState, Origin

# what the two sides put forward themselves took nobody's place
SUGGESTED = frozenset({Origin.ENGINE, Origin.REVIEWER})


def vacate(match: Match) -> None:
    """Note that the next in line may come; called where a side declines, a match expires, or the reviewer excludes."""
    if match.origin in SUGGESTED:
        Vacancy.objects.get_or_create(match=match, round=match.round)


def take_back(match: Match) -> None:
    """The decision is undone: whoever came instead, and waits undecided, goes back into the line."""
    for vacancy in Vacancy.objects.filter(match=match, round=match.round).select_for_update(no_key=True):
        instead = [key for key in (vacancy.for_opportunity_id, vacancy.for_firm_id) if key]
        for alternate in Match.objects.filter(pk__in=instead, state=MatchState.PROPOSED, note="").order_by("pk"):
            move(alternate, MatchState.SUPERSEDED, by=None, verb="match.superseded")
        vacancy.delete()
