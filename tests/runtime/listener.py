"""A browser's stream, heard from outside: a socket, a thread, and what came."""

import json
import socket
import threading
from typing import Any

from tests.runtime.stack import Stack

SIGN_IN = """
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from accounts.models import User
for email in {emails!r}:
    person = User.objects.filter(email=email).first() or User.objects.create_user(email, "a-long-password", name=email)
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(person.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    print("signed-in", person.pk, session.session_key)
"""


def sign_in(stack: Stack, *emails: str) -> list[tuple[int, str]]:
    """Make people and sessions in a running stack. Out: user key and session key of each."""
    answer = stack.call("manage", "shell", "--no-imports", "-c", SIGN_IN.format(emails=emails))
    rows = [line.split() for line in answer.stdout.splitlines() if line.startswith("signed-in")]
    assert len(rows) == len(emails), answer.stdout + answer.stderr
    return [(int(row[1]), row[2]) for row in rows]


class Stream:
    """An open stream; `events` grows while it lives."""

    def __init__(self, port: int, session: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        request = f"GET /live/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: sessionid={session}\r\n\r\n"
        self.socket.sendall(request.encode())
        self.text, self.ended = "", False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            while data := self.socket.recv(65536):
                self.text += data.decode()
        except OSError:
            pass
        self.ended = True

    @property
    def status(self) -> int:
        """The status of the answer, 0 before it has come."""
        return int(self.text.split(" ", 2)[1]) if "\r\n" in self.text else 0

    @property
    def names(self) -> list[str]:
        """The names of all events so far."""
        return [line[7:] for line in self.text.splitlines() if line.startswith("event: ")]

    @property
    def heard(self) -> list[dict[str, Any]]:
        """What was told of topics."""
        blocks = [block.splitlines() for block in self.text.replace("\r", "").split("\n\n")]
        told = [lines for lines in blocks if "event: live" in lines]
        return [json.loads(next(line for line in lines if line.startswith("data: "))[6:]) for lines in told]

    def close(self) -> None:
        self.socket.close()
