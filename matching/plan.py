"""How a run is cut and how much of it is put forward; kept with each run, so that runs can be compared."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Plan:
    """Numbers of one run. `least_score` is on the scale of 0 to 100."""

    shard_size: int = 256
    keep_for_opportunity: int = 50
    keep_for_capability: int = 10
    propose_for_opportunity: int = 10
    propose_for_capability: int = 5
    least_score: float = 40.0

    def as_settings(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, run: Any) -> "Plan":
        """The plan that a run was made with."""
        known = cls.__dataclass_fields__
        return cls(**{name: value for name, value in run.engine_settings.items() if name in known})
