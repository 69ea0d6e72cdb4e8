"""What limits an address: a budget of tokens a day, and being away."""

from abc import abstractmethod
from datetime import date
from typing import Protocol

PAUSE = 60.0


class Unavailable(Exception):
    """A provider cannot be used for so many `seconds`, whatever the texts are; the words say why."""

    def __init__(self, words: str, seconds: float = PAUSE) -> None:
        super().__init__(words)
        self.seconds = seconds


class Budget(Protocol):
    """Counts tokens by day."""

    @abstractmethod
    def spent(self) -> int:
        """Tokens counted today."""
        ...

    @abstractmethod
    def add(self, tokens: int) -> None:
        """Count some more."""
        ...


class Counted:
    """A budget's count in this process alone."""

    def __init__(self) -> None:
        self._day, self._tokens = date.today(), 0

    def spent(self) -> int:
        """Tokens counted today."""
        if self._day != date.today():
            self._day, self._tokens = date.today(), 0
        return self._tokens

    def add(self, tokens: int) -> None:
        """Count some more."""
        self._tokens = self.spent() + tokens
