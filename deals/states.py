"""The stages of a deal and the evidence that each one needs."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    CONNECTED = "connected", _("Connected")
    PILOTING = "piloting", _("Piloting")
    CONTRACTED = "contracted", _("Contracted")
    LANDED = "landed", _("Landed")
    REPLICATED = "replicated", _("Replicated")
    STOPPED = "stopped", _("Stopped")


STAGE_MOVES: dict[str, frozenset[str]] = {
    Stage.CONNECTED: frozenset({Stage.PILOTING, Stage.STOPPED}),
    Stage.PILOTING: frozenset({Stage.CONTRACTED, Stage.STOPPED}),
    Stage.CONTRACTED: frozenset({Stage.LANDED, Stage.STOPPED}),
    Stage.LANDED: frozenset({Stage.REPLICATED, Stage.STOPPED}),
    Stage.REPLICATED: frozenset({Stage.STOPPED}),
}
# which fields of Evidence must be there before a deal enters the stage
EVIDENCE: dict[str, tuple[str, ...]] = {
    Stage.PILOTING: ("words",),
    Stage.CONTRACTED: ("contract_number", "amount_wan", "day"),
    Stage.LANDED: ("words", "day"),
    Stage.REPLICATED: ("words", "months_in_use"),
    Stage.STOPPED: ("words",),
}
