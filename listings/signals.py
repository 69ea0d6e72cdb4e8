"""What other rooms may want to hear at once; whoever misses it finds it by looking."""

from functools import partial

from django.db import transaction
from django.dispatch import Signal

from listings.models import Listing

# after commit, with kind and key: a listing was opened, or an open one says something else now
opened = Signal()


def tell_opened(listing: Listing) -> None:
    """Send `opened` when the transaction is committed; nobody who listens can spoil the change."""
    send = partial(opened.send_robust, sender=None, kind=listing.log_kind, key=listing.pk)
    transaction.on_commit(send, robust=True)
