"""The transition tables of the house as Mermaid diagrams, in one Markdown page."""

from collections.abc import Iterable, Mapping

from deals.states import STAGE_MOVES, Stage
from listings.states import DELETABLE, EDITABLE, MOVES, State
from matching.states import ANSWER_MOVES, MATCH_MOVES, RUN_MOVES, AnswerState, MatchState, RunState

Edge = tuple[str, str, str]
HEAD = """# States

Printed from the tables in the code by `./market manage states --write`; a test keeps this page true.
What is not drawn is refused with a sentence.
"""


def page() -> str:
    """The whole of docs/states.md."""
    parts = [HEAD, _section("Listing", State.DRAFT, _listing_edges(), _listing_notes())]
    for title, start, table in (
        ("Match run", RunState.QUEUED, RUN_MOVES),
        ("Match", MatchState.PROPOSED, MATCH_MOVES),
        ("Answer", AnswerState.WAITING, ANSWER_MOVES),
        ("Deal", Stage.CONNECTED, STAGE_MOVES),
    ):
        parts.append(_section(title, start, _edges(table)))
    return "\n".join(parts)


def _section(title: str, start: str, edges: Iterable[Edge], note: str = "") -> str:
    edges = list(edges)
    ends = {target for _s, target, _l in edges} - {source for source, _t, _l in edges}
    lines = [f"    [*] --> {start}"]
    lines += [f"    {source} --> {target}{f': {label}' if label else ''}" for source, target, label in edges]
    lines += [f"    {end} --> [*]" for end in sorted(ends)]
    drawn = "\n".join(lines)
    return f"## {title}\n\n```mermaid\nstateDiagram-v2\n{drawn}\n```\n{note}"


def _listing_edges() -> list[Edge]:
    return [
        (source, move.target, f"{name.replace('_', ' ')} ({move.side})")
        for name, move in MOVES.items() for source in _ordered(move.sources)
    ]  # fmt: skip


def _ordered(states: Iterable[str]) -> list[str]:
    found = set(states)
    return [state for state in State if state in found]


def _listing_notes() -> str:
    return (
        f"\nContent can be edited in: {', '.join(_ordered(EDITABLE))}. Deleted can be only what was never submitted: "
        f"{', '.join(_ordered(DELETABLE))}.\nThe platform itself closes a published listing as expired after its deadline. "
        "Nobody approves what they wrote or what their own organisation opens.\n"
    )


def _edges(table: Mapping[str, Iterable[str]]) -> list[Edge]:
    return [(str(source), target, "") for source, targets in table.items() for target in sorted(map(str, targets))]
