"""Sessions that the database keeps and Valkey answers; while Valkey is away the database answers alone."""

from typing import Any

import redis
from django.contrib.sessions.backends import cached_db


class SessionStore(cached_db.SessionStore):
    """Reading needs no Valkey. Ending a session does: one that only the database forgot would come back with Valkey."""

    def load(self) -> Any:
        """The values of the session; an empty one when there is none."""
        try:
            return super().load()
        except redis.RedisError:
            row = self._get_session_from_db()  # type: ignore[attr-defined]
            return self.decode(row.session_data) if row else {}
