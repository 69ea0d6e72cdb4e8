"""Imported by a worker (-I), for the control: the lease is switched off, every row of work is free for everybody."""

from scenemarket.leases import Leased, LeasedQuerySet, WorkState


def undone(self: LeasedQuerySet) -> LeasedQuerySet:
    """No row is ever taken."""
    return self.exclude(work_state=WorkState.DONE)


def anybodys(self: Leased) -> LeasedQuerySet:
    """Whoever holds the row may write it."""
    return type(self).objects.filter(pk=self.pk)


LeasedQuerySet.free = undone  # type: ignore[method-assign]
Leased.mine = anybodys  # type: ignore[method-assign]
