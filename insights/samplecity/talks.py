"""What the two sides of some matches have written to each other, through the real service."""

import json
from typing import TYPE_CHECKING, Any

from accounts.models import User
from accounts.roles import May
from accounts.services import members_with
from conversations import services
from conversations.access import TALKING, seat
from insights.samplecity.clock import Clock
from insights.samplecity.people import People
from matching.models import Match
from matching.states import MatchState, Side

if TYPE_CHECKING:
    from insights.samplecity import Sample


class Talks:
    """Conversations about pairs that are still under way."""

    def __init__(self, sample: "Sample", clock: Clock, people: People) -> None:
        self.days, self.clock, self.emails = sample.days, clock, {row["email"] for row in people.sign_ins()}
        self.told = json.loads((sample.folder / "talks.json").read_text("utf-8"))

    def tell(self) -> None:
        pairs = [(match, who) for match in self._matches() if (who := self._who(match))]
        # where somebody can sign in and read it comes first
        pairs.sort(key=lambda pair: -sum(user.email in self.emails for user in pair[1].values()))
        for talk in self.told:
            if talk["about"] < len(pairs):
                match, who = pairs[talk["about"]]
                self._talk(match, who, talk["said"])
        self.clock.quiet()

    def _matches(self) -> list[Match]:
        """What still waits for an answer first, then what was agreed; one for each organisation that offers."""
        rows = Match.objects.filter(state__in=TALKING).select_related("opportunity__owner", "capability__owner")
        found = sorted(
            rows, key=lambda m: (m.state != MatchState.PUSHED, -m.score, m.opportunity.number, m.capability.number)
        )
        return list({m.capability.owner_id: m for m in reversed(found)}.values())[::-1]

    def _who(self, match: Match) -> dict[str, User] | None:
        """Who writes for each side; None where a side has nobody."""
        found: dict[str, User] = {}
        for side in Side.values:
            team = members_with(match.listing(side).owner, May.ANSWER)
            if not team:
                return None
            found[side] = min(team, key=lambda user: (user.email not in self.emails, user.pk))
        return found

    def _talk(self, match: Match, who: dict[str, User], said: list[dict[str, Any]]) -> None:
        for number, line in enumerate(said, start=1):
            by = who[line["side"]]
            services.post(seat(by, match.public_id), by=by, text=line["text"], key=f"sample-{number}")
            self.clock.set_back(self.days.moment(line["day"], 0.5))
