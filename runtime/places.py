"""Where things lie: in the clone (code and what is installed) and in var/ (data, logs, secrets)."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


class Var:
    """The folder of one running SceneMarket; another VAR_DIR is another, independent one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = path / "lock"
        self.secret = path / "secret"
        self.log = path / "log"
        self.runtime = path / "runtime.json"
        self.status = path / "status.json"
        self.city = path / "city"

    @classmethod
    def from_environment(cls) -> "Var":
        """The folder that VAR_DIR names, var/ in the clone when it names none."""
        return cls(Path(os.environ.get("VAR_DIR") or ROOT / "var").absolute())

    def make(self) -> None:
        """Create the folders; others may pass through var/ (the database server has its own user) but read nothing."""
        make_passable(self.path)
        self.log.mkdir(mode=0o700, exist_ok=True)


def make_passable(path: Path) -> None:
    """Create a folder that others can pass through but not list, whatever the umask is; an existing one stays."""
    if not path.exists():
        path.mkdir(parents=True)
        path.chmod(0o711)


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner only."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
