"""The user that the database server runs as: PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.places import make_passable
from runtime.speech import Refusal


@dataclass(frozen=True)
class Servant:
    """Who runs a server: nobody in particular when we are root, ourselves otherwise."""

    uid: int
    gid: int
    changes: bool

    @property
    def popen(self) -> dict[str, Any]:
        """Arguments for subprocess that make the child this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.changes else {}

    def can(self, *test: str) -> bool:
        """Try something as this user: test(1) with these arguments."""
        return subprocess.run(["test", *test], cwd="/", check=False, **self.popen).returncode == 0

    def own(self, path: Path) -> None:
        """Create a folder that only this user enters."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.give(path)

    def give(self, path: Path) -> None:
        """Make a file or folder this user's."""
        if self.changes:
            os.chown(path, self.uid, self.gid)


def servant() -> Servant:
    """Who runs the servers here."""
    if os.geteuid() != 0:
        return Servant(os.geteuid(), os.getegid(), changes=False)
    nobody = pwd.getpwnam("nobody")
    return Servant(nobody.pw_uid, nobody.pw_gid, changes=True)


def reachable_home(wanted: Path, spare: Path, who: Servant) -> Path:
    """A folder for a server's data: the one wanted, or the spare one when its user cannot get to it (a clone below
    /root).

    Raises Refusal when there is data already where its user cannot get to it.
    """
    who.own(wanted)
    if who.can("-w", str(wanted)):
        return wanted
    if any(wanted.iterdir()):
        raise Refusal(
            f"The user nobody, who runs the servers for root, cannot reach the data in {wanted}; nothing was touched. "
            "Move the clone back to where it was, or let others pass through the folders above it (chmod o+x)."
        )
    wanted.rmdir()
    make_passable(spare.parent.parent)
    make_passable(spare.parent)
    who.own(spare)
    return spare


def reachable_program(program: Path, needs: list[Path], shelf: Path, who: Servant) -> Path:
    """A program that its user can execute: where it is, or a copy of what it needs in the folder shelf.

    In: the program, the folders that must stay side by side for it to run (it lies in the first).
    """
    if who.can("-x", str(program)):
        return program
    copy = shelf / needs[0].name / program.relative_to(needs[0])
    if not copy.exists() or copy.stat().st_mtime != program.stat().st_mtime:
        shutil.rmtree(shelf, ignore_errors=True)
        make_passable(shelf)
        for folder in needs:
            shutil.copytree(folder, shelf / folder.name, symlinks=True)
    return copy
