"""Processes that end with the one that started them, whatever ended that one."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with(parent: int, death_signal: int = signal.SIGKILL) -> None:
    """Ask the kernel to send this process death_signal when its parent ends.

    Call it after the last change of user, which would undo it. Elsewhere than on Linux nothing happens.
    """
    if LIBC is None:
        return
    LIBC.prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:
        os.kill(os.getpid(), death_signal)


def dying_with_me(death_signal: int) -> Callable[[], None]:
    """What a child of this process does between fork and exec."""
    parent = os.getpid()
    return lambda: die_with(parent, death_signal)


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and was never waited for does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def command_of(pid: int) -> str:
    """The command line of a process, empty when there is none."""
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
            return file.read().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return ""
