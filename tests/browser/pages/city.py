"""The sample city in a database of its own, copied from the empty test database, and its people by role."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, override_settings

from accounts.models import Appointment, User
from accounts.roles import Office
from listings import held

# who looks at the pages; a leader and the others hold an office, the rest is known by address
PEOPLE = {
    "visitor": None,
    "agency": "zhixia@shuiwu.example",
    "viewer": "tingyu@shuiwu.example",
    "firm": "qinghe@qingmai.example",
    "person": "luguo@person.example",
    "reviewer": "wenlan@hucheng-scene.example",
    "leader": Office.LEADER,
    "system": Office.SYSTEM,
    "security": Office.SECURITY,
    "audit": Office.AUDIT,
}


def person(role: str) -> User | None:
    """Who plays that role; None for the visitor."""
    known = PEOPLE[role]
    if isinstance(known, Office):
        return Appointment.objects.filter(office=known).earliest("pk").user
    return User.objects.get(email=known) if known else None


def client(role: str, language: str = "zh-hans") -> Client:
    """A browser of that person."""
    made = Client(headers={"accept-language": language}, raise_request_exception=False)
    if who := person(role):
        made.force_login(who)
    return made


def sessions() -> dict[str, str]:
    """Role → the key of a session that other processes know; made outside of any test's transaction. Empty for a visitor."""
    cookies = {role: client(role).cookies.get(settings.SESSION_COOKIE_NAME) for role in PEOPLE}
    return {role: cookie.value if cookie else "" for role, cookie in cookies.items()}


@contextmanager
def database_like(template: str) -> Iterator[str]:
    """Everything in this block, threads and child processes included, works in a copy of that database; its name."""
    before, name = connection.settings_dict["NAME"], f"{template[:40]}_{secrets.token_hex(4)}"
    # a database is copied while nobody is in it; who was comes back by itself
    _ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{template}'")
    _ask(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    _turn_to(name)
    try:
        yield name
    finally:
        _turn_to(before)
        _ask(f'DROP DATABASE "{name}" WITH (FORCE)')


def _ask(statement: str) -> None:
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


def _turn_to(name: str) -> None:
    """Work in that database, and forget the rows of the one before: a process of the house has one database all its life."""
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    held._held.clear()


@contextmanager
def undone() -> Iterator[None]:
    """What happens in this block is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def sample_city(folder: Path, blocker: Any) -> Iterator[Path]:
    """The sample city, its files below that folder."""
    words = {**settings.EMBEDDING, "EMBEDDING_PROVIDER": "none"}
    # overridden, not assigned: the storage of files remembers its folder until it is told
    own = override_settings(VAR_DIR=folder, MEDIA_ROOT=folder / "media", EMBEDDING=words)
    with blocker.unblock(), database_like(connection.settings_dict["NAME"]), own:
        call_command("samplecity", verbosity=0)
        yield folder
