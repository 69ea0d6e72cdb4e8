"""Before and after a release or a withdrawal: which organisation is told of how many suggestions, by which channel,
what is held back and why."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import EmailMode, Organisation, User
from activity import kinds
from activity.models import Delivery, Notice
from matching.models import Match, MatchRun
from matching.services.release import Outgoing, who_may_answer
from matching.states import MatchState, Side
from scenemarket.leases import WorkState

TOLD = {"pushed": "match.pushed", "withdrawn": "match.withdrawn"}


@dataclass
class Receiver:
    """One organisation: its suggestions on either side, who is told, and how many of these people by which channel."""

    organisation: Organisation
    needs: int = 0
    offers: int = 0
    people: dict[int, User] = field(default_factory=dict)

    @property
    def suggestions(self) -> int:
        return self.needs + self.offers

    @property
    def channels(self) -> dict[str, int]:
        """People who get an e-mail for each, those who get one letter for several, those who get none."""
        topic = kinds.of(TOLD["pushed"]).topic
        modes = Counter(person.email_mode_for(topic) for person in self.people.values())
        instant, off = modes[EmailMode.INSTANT], modes[EmailMode.OFF]
        return {"instant": instant, "digest": len(self.people) - instant - off, "off": off}


def outgoing(preview: list[Outgoing]) -> dict[str, Any]:
    """The release page: what goes and who is told, what stays and why."""
    going = [o for o in preview if not o.obstacle]
    staying = [o for o in preview if o.obstacle]
    receivers = _receivers((o.match, o.people) for o in going)
    return {
        "going": going, "staying": staying, "receivers": receivers, **sums(receivers),
        "reasons": Counter(str(o.obstacle) for o in staying).most_common(),
    }  # fmt: skip


def coming_back(run: MatchRun) -> dict[str, Any]:
    """The page before a withdrawal: what is taken back, who is told, what stays because both have agreed."""
    rows = Match.objects.filter(run=run).select_related("opportunity__owner", "capability__owner")
    back = list(rows.filter(state=MatchState.PUSHED).order_by("-score", "pk"))
    people = who_may_answer({m.listing(side).owner_id for m in back for side in Side.values})
    of = [(m, {side: people.get(m.listing(side).owner_id, []) for side in Side.values}) for m in back]
    receivers = _receivers(of)
    agreed = Match.objects.filter(run=run, state=MatchState.AGREED).count()
    return {
        "run": run,
        "going": back,
        "affected": len(back),
        "agreed": agreed,
        "receivers": receivers,
        **sums(receivers),
    }


def _receivers(pairs: Iterable[tuple[Match, dict[str, list[User]]]]) -> list[Receiver]:
    """The organisations of these pairs, those with most suggestions first."""
    found: dict[int, Receiver] = {}
    for match, people in pairs:
        for side in Side.values:
            owner = match.listing(side).owner
            one = found.setdefault(owner.pk, Receiver(owner))
            one.needs += side == Side.OPPORTUNITY
            one.offers += side == Side.CAPABILITY
            one.people |= {person.pk: person for person in people.get(side, [])}
    return sorted(found.values(), key=lambda one: (-one.suggestions, str(one.organisation)))


def sums(receivers: list[Receiver]) -> dict[str, Any]:
    """How many people are told, each counted once, and by which channel; organisations where nobody can answer."""
    everybody = {pk: person for one in receivers for pk, person in one.people.items()}
    together = Receiver(Organisation(), people=everybody)
    return {
        "people": len(everybody), "by_channel": together.channels, "silent": [one for one in receivers if not one.people],
    }  # fmt: skip


@dataclass
class Arrived:
    """What one organisation was told: suggestions, notices, and what became of the e-mails."""

    organisation: str
    suggestions: int
    notices: int
    read: int
    mails: dict[str, int]


# what a reader understands of a delivery's state, in the order of the columns
MAILS = {
    "sent": _("sent"),
    "digest": _("in a letter for several"),
    "waiting": _("on its way"),
    "withheld": _("not sent"),
    "failed": _("failed"),
}


def arrived(cities: list[str], kind: str, since: datetime) -> dict[str, Any]:
    """What a release or withdrawal has told since that moment, by organisation; four queries."""
    told = Notice.objects.filter(kind=TOLD[kind], created_at__gte=since).order_by("pk")
    notices = list(told.values("pk", "read_at", "params"))
    matches = Match.objects.of_cities(cities).filter(public_id__in={n["params"]["match"] for n in notices})
    pairs = {m.public_id: m for m in matches.select_related("opportunity__owner", "capability__owner")}
    mails = {
        pk: _mail(state, withheld, digest)
        for pk, state, withheld, digest in Delivery.objects.filter(notice__in=[n["pk"] for n in notices]).values_list(
            "notice", "work_state", "withheld", "digest"
        )
    }
    rows: dict[int, list[dict[str, Any]]] = {}
    for notice in notices:
        if match := pairs.get(notice["params"]["match"]):
            owner = match.listing(notice["params"]["side"]).owner
            rows.setdefault(owner.pk, []).append({**notice, "owner": owner, "mail": mails.get(notice["pk"], "")})
    found = [_arrived(of) for of in rows.values()]
    found.sort(key=lambda one: (-one.suggestions, one.organisation))
    return {"rows": found, "mails": MAILS, "pairs": len(pairs), "totals": _totals(found)}


def _arrived(notices: list[dict[str, Any]]) -> Arrived:
    return Arrived(
        organisation=str(notices[0]["owner"]),
        suggestions=len({(n["params"]["match"], n["params"]["side"]) for n in notices}), notices=len(notices),
        read=sum(n["read_at"] is not None for n in notices), mails=_of_each(Counter(n["mail"] for n in notices)),
    )  # fmt: skip


def _of_each(counted: Counter[str]) -> dict[str, int]:
    return {name: counted[name] for name in MAILS}


def _totals(found: list[Arrived]) -> Arrived:
    mails = {name: sum(one.mails[name] for one in found) for name in MAILS}
    return Arrived(
        "",
        sum(one.suggestions for one in found),
        sum(one.notices for one in found),
        sum(one.read for one in found),
        mails,
    )


def _mail(state: str, withheld: str, digest: bool) -> str:
    if withheld:
        return "withheld"
    if state == WorkState.DONE:
        return "sent"
    if state == WorkState.DEAD:
        return "failed"
    return "digest" if digest else "waiting"
