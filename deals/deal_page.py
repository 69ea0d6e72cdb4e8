"""What the deal pages show: tabs by stage, the course of one deal, what each step has to prove."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from deals.models import Deal
from deals.states import EVIDENCE, STAGE_MOVES, Stage
from scenemarket.figures import speaks_chinese

AT_MOST = 5000
LINE = (Stage.CONNECTED, Stage.PILOTING, Stage.CONTRACTED, Stage.LANDED, Stage.REPLICATED)
PROOF = {
    "words": _("what was done and seen"), "contract_number": _("contract number"), "amount_wan": _("amount"),
    "day": _("day"), "months_in_use": _("months in use"),
}  # fmt: skip


def tabs(rows: QuerySet[Deal], active: str, listing: str = "") -> list[dict[str, Any]]:
    """All deals and each stage, with counts, in one query."""
    found = rows.order_by().aggregate(every=Count("pk"), **{s: Count("pk", filter=Q(stage=s)) for s in Stage.values})
    only = f"&listing={listing}" if listing else ""
    every = [{"label": _("All"), "url": f"?{only.removeprefix('&')}", "count": found["every"], "active": not active}]
    stages = [{"label": s.label, "url": f"?stage={s}{only}", "count": found[s], "active": s == active} for s in Stage]
    return every + stages


def steps(deal: Deal) -> list[dict[str, Any]]:
    """The five stages as a timeline, with what proves each; a stopped deal ends where it stopped."""
    proofs = {e.stage: e for e in deal.evidence.all()}
    now = deal.stopped_from or deal.stage
    reached = LINE.index(Stage(now))
    rows = []
    for i, stage in enumerate(LINE):
        state = "done" if i < reached else "now" if i == reached else ""
        if i == reached and deal.stopped_from:
            state = "bad"
        rows.append(
            {"stage": stage, "title": stage.label, "state": state, "evidence": proofs.get(stage), "needs": needs(stage)}
        )
    return rows


def needs(stage: str) -> str:
    """What has to be proved to enter a stage, in words."""
    return ("、" if speaks_chinese() else ", ").join(str(PROOF[name]) for name in EVIDENCE.get(stage, ()))


def next_stage(deal: Deal) -> Stage | None:
    """The stage that comes next on the line, or None at its end."""
    ahead = [s for s in LINE if s in STAGE_MOVES.get(deal.stage, ())]
    return ahead[0] if ahead else None


def head() -> list[Any]:
    """The words above the columns of the table to keep."""
    return [
        _("Stage"), _("Opportunity"), _("Capability"), _("Opportunity's side"), _("Capability's side"), _("opened"), _("Last step"),
        _("contract number"), _("amount (万元)"), _("Next"),
    ]  # fmt: skip


def file_rows(deals: QuerySet[Deal]) -> Iterator[list[Any]]:
    """One row for each deal, with what its contract says."""
    for deal in deals[:AT_MOST]:
        proofs = deal.evidence.all()
        contract = next((p for p in proofs if p.stage == Stage.CONTRACTED), None)
        following, match = next_stage(deal), deal.match
        yield [
            deal.get_stage_display(), match.opportunity.title, match.capability.title, match.opportunity.owner.name,
            match.capability.owner.name, deal.opened_at, deal.moved_at, contract.contract_number if contract else "",
            contract.amount_wan if contract else None, following.label if following else "",
        ]  # fmt: skip
