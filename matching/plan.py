"""How a run is cut and how much of it is put forward; kept with each run, so that runs can be compared."""

from dataclasses import asdict, dataclass
from typing import Any

# pairs that one core scores in some three seconds
PAIRS_IN_A_STEP = 150_000_000
# so that a run over a small city, too, is work for several workers
STEPS_AT_LEAST = 8


@dataclass(frozen=True)
class Plan:
    """Numbers of one run. `least_score` is on the scale of 0 to 100."""

    # opportunities scored by one step; 0: as many as take a few seconds
    shard_size: int = 0
    keep_for_opportunity: int = 50
    keep_for_capability: int = 10
    propose_for_opportunity: int = 10
    propose_for_capability: int = 5
    least_score: float = 40.0
    # from 0, best first, to 1, most even (engine/fairness.py)
    fairness: float = 0.5

    def as_settings(self) -> dict[str, Any]:
        return asdict(self)

    def size(self, opportunities: int, capabilities: int) -> int:
        """How many opportunities one step scores; it changes no result."""
        few = min(PAIRS_IN_A_STEP // max(1, capabilities), -(-opportunities // STEPS_AT_LEAST))
        return self.shard_size or max(1, few)

    @classmethod
    def of(cls, run: Any) -> "Plan":
        """The plan that a run was made with."""
        known = cls.__dataclass_fields__
        return cls(**{name: value for name, value in run.engine_settings.items() if name in known})
