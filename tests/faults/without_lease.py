"""Imported by a worker (-I), for the control: the lease is switched off, every row of work is free for everybody."""

from scenemarket.leases import Leased, LeasedQuerySet


def everything(self: LeasedQuerySet) -> LeasedQuerySet:
    """No row is ever taken, and none is ever done."""
    return self.all()


def anybodys(self: Leased) -> LeasedQuerySet:
    """Whoever holds the row may write it."""
    return type(self).objects.filter(pk=self.pk)


LeasedQuerySet.free = everything  # type: ignore[method-assign]
Leased.mine = anybodys  # type: ignore[method-assign]
