"""The user that the database server runs as: PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any


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


def reachable_home(wanted: Path, who: Servant) -> Path:
    """A folder for a server's data: the one wanted, or, when its user cannot get there (a clone below /root), one
    of its own in /var/lib, named after the one wanted."""
    who.own(wanted)
    if who.can("-w", str(wanted)):
        return wanted
    wanted.rmdir()
    home = Path("/var/lib/scenemarket") / str(wanted).strip("/").replace("/", "-")
    home.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    who.own(home)
    return home


def reachable_program(program: Path, needs: list[Path], shelf: Path, who: Servant) -> Path:
    """A program that its user can execute: where it is, or a copy of what it needs below shelf.

    In: the program, the folders that must stay side by side for it to run (it lies in the first).
    """
    if who.can("-x", str(program)):
        return program
    shelf.mkdir(mode=0o755, parents=True, exist_ok=True)
    for folder in needs:
        shutil.copytree(folder, shelf / folder.name, symlinks=True, dirs_exist_ok=True)
    return shelf / needs[0].name / program.relative_to(needs[0])
