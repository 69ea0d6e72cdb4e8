"""Which provider the environment asks for."""

from collections.abc import Mapping
from dataclasses import dataclass

from matching.engine.meaning import Provider
from matching.engine.providers.budget import Budget
from matching.engine.providers.local import Local

NAMES = ("local", "openai", "none")
# what the environment may say, and what holds when it says nothing
DEFAULTS = {
    "EMBEDDING_PROVIDER": "local",
    "EMBEDDING_MODEL": "text-embedding-3-small",
    "EMBEDDING_DIMENSIONS": "0",
    "EMBEDDING_BUDGET_TOKENS": "0",
    "EMBEDDING_TIMEOUT": "20",
    "OPENAI_BASE_URL": "https://api.openai.com/v1",
    "OPENAI_API_KEY": "",
}


class Misconfigured(ValueError):
    """The environment asks for something that cannot be; the words are one sentence."""


@dataclass(frozen=True)
class Choice:
    """The provider that was chosen, and the one that takes over, under its own model id, while the first cannot."""

    first: Provider | None
    spare: Provider | None = None

    @property
    def both(self) -> tuple[Provider, ...]:
        """Those that there are, the first one first."""
        return tuple(provider for provider in (self.first, self.spare) if provider is not None)


def choice(environ: Mapping[str, str], threads: int = 0, budget: Budget | None = None) -> Choice:
    """What EMBEDDING_PROVIDER names, with its spare. Raises Misconfigured.

    In: threads for the local model (0: all cores); who counts the tokens of an address (this process alone by default).
    """
    said = {name: environ.get(name) or default for name, default in DEFAULTS.items()}
    name = said["EMBEDDING_PROVIDER"]
    if name not in NAMES:
        raise Misconfigured(f"EMBEDDING_PROVIDER is {name!r}; it may be {', '.join(NAMES)}.")
    if name == "none":
        return Choice(None)
    local = Local(threads=threads)
    return Choice(local) if name == "local" else Choice(_remote(said, budget), local)


def chosen(environ: Mapping[str, str], threads: int = 0) -> Provider | None:
    """The provider that EMBEDDING_PROVIDER names: local when it says nothing, None for "none". Raises Misconfigured."""
    return choice(environ, threads).first


def _remote(said: Mapping[str, str], budget: Budget | None) -> Provider:
    # only who asks an address needs what asking takes
    from matching.engine.providers.remote import Address, Remote

    numbers = {name: _whole(said, name) for name in ("EMBEDDING_BUDGET_TOKENS", "EMBEDDING_DIMENSIONS")}
    if not said["OPENAI_BASE_URL"].startswith(("http://", "https://")):
        raise Misconfigured(
            f"OPENAI_BASE_URL is {said['OPENAI_BASE_URL']!r}; it should begin with https:// or http://."
        )
    address = Address(
        said["OPENAI_BASE_URL"], said["OPENAI_API_KEY"], said["EMBEDDING_MODEL"], numbers["EMBEDDING_BUDGET_TOKENS"],
        numbers["EMBEDDING_DIMENSIONS"], float(max(1, _whole(said, "EMBEDDING_TIMEOUT"))),
    )  # fmt: skip
    return Remote(address, budget)


def _whole(said: Mapping[str, str], name: str) -> int:
    if not said[name].isdecimal():
        raise Misconfigured(f"{name} is {said[name]!r}; it should be a whole number.")
    return int(said[name])
