"""How a command in another terminal finds the database and broker of the ./market start that is running."""

import json
import secrets
from collections.abc import MutableMapping

from runtime.keys import derived, installation_secret
from runtime.lock import is_held
from runtime.places import Var


def join_the_running(environment: MutableMapping[str, str]) -> bool:
    """Add what the running installation uses to the environment, never replacing what is given.

    Out: whether a database is known now. Without one, a command that needs none still gets a key to start with.
    """
    var = Var.from_environment()
    if "DATABASE_URL" not in environment and var.runtime.exists() and is_held(var.lock):
        for name, value in json.loads(var.runtime.read_text(encoding="utf-8"))["environment"].items():
            environment.setdefault(name, value)
    if "SECRET_KEY" not in environment:
        # A command that runs once signs nothing that has to outlive it.
        known = derived(installation_secret(var), "django") if var.secret.exists() else secrets.token_urlsafe(50)
        environment["SECRET_KEY"] = known
    return "DATABASE_URL" in environment
