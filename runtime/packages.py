"""The Python environment: .venv with exactly what the lock files name, hashes checked."""

import configparser
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from runtime.lock import waiting_for
from runtime.places import PYTHON, ROOT, VENV
from runtime.speech import Refusal, say, step

REQUIREMENTS = ROOT / "requirements"
SETUP_LOCK = ROOT / ".setup.lock"
# pip's setting → uv's variable: uv reads no pip.conf, and a mirror named there is often the only way out.
MIRRORS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "trusted-host": "UV_INSECURE_HOST",
}


def ensure_packages(kind: str) -> None:
    """Make .venv hold requirements/<kind>.txt ("base", or "dev" which includes it); nothing to do takes no time.

    Raises Refusal when no environment can be made or a package cannot be had.
    """
    if is_installed(VENV, kind):
        return
    with waiting_for(SETUP_LOCK, "setting up"):
        if is_installed(VENV, kind):
            return
        # Somebody tested here before: keep the test tools in step with what is served.
        kind = "dev" if "dev" in stamp(VENV) else kind
        with step(f"Python packages ({kind})"):
            install(VENV, kind)


def ensure_environment(folder: Path, kind: str) -> None:
    """The same for a little environment of its own, such as the one that brings Node.js."""
    if not is_installed(folder, kind):
        install(folder, kind)


def is_installed(folder: Path, kind: str) -> bool:
    """Whether the environment was made from this very lock file and its Python still exists."""
    return stamp(folder).get(kind) == lock_hash(kind) and (folder / "bin" / "python").exists()


def stamp(folder: Path) -> dict[str, str]:
    """What was installed: lock file name → hash of its content."""
    try:
        return dict(json.loads((folder / "installed.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return {}


def lock_hash(kind: str) -> str:
    """The hash of a lock file's content."""
    return hashlib.sha256((REQUIREMENTS / f"{kind}.txt").read_bytes()).hexdigest()


def install(folder: Path, kind: str) -> None:
    """Create the environment when it is missing or broken, fill it, and note what it holds.

    Raises Refusal with the installer's own last words.
    """
    (folder / "installed.json").unlink(missing_ok=True)
    uv = shutil.which("uv")
    make_environment(folder, uv)
    uv = uv or uv_of(folder)
    if not (uv and run_uv(uv, folder, kind)):
        run_pip(folder, kind)
    held = {"base", "dev"} if kind == "dev" else {kind}
    (folder / "installed.json").write_text(json.dumps({name: lock_hash(name) for name in sorted(held)}))


def make_environment(folder: Path, uv: str | None) -> None:
    """An environment for this Python; an existing one is kept when its Python is new enough."""
    python = folder / "bin" / "python"
    current = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    if python.exists() and subprocess.run([python, "-c", current], check=False).returncode == 0:
        return
    if uv:
        command = [uv, "venv", "--quiet", "--clear", "--no-project", "--python", sys.executable, str(folder)]
    else:
        command = [sys.executable, "-m", "venv", "--clear", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refusal(
            f"{sys.executable} could not make an environment in {folder}, so nothing was installed. "
            f"On Debian and Ubuntu `apt-get install python3-venv` brings what is missing; then call again.\n{tail(done)}"
        )


def uv_of(folder: Path) -> str | None:
    """Install uv itself into the environment: several times faster than pip where it can be had."""
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
    done = subprocess.run([*pip, "-r", str(REQUIREMENTS / "boot.txt")], capture_output=True, check=False)
    return str(folder / "bin" / "uv") if done.returncode == 0 else None


def run_uv(uv: str, folder: Path, kind: str) -> bool:
    """Install with uv; False (after saying so) lets pip have its turn."""
    command = [uv, "pip", "install", "--quiet", "--require-hashes", "--python", str(folder / "bin" / "python")]
    done = subprocess.run(
        [*command, "-r", str(REQUIREMENTS / f"{kind}.txt")],
        env=uv_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        say(f"  uv could not install requirements/{kind}.txt; trying pip. It said: {tail(done)}")
    return done.returncode == 0


def run_pip(folder: Path, kind: str) -> None:
    """Install with pip.

    Raises Refusal when that fails too.
    """
    python = str(folder / "bin" / "python")
    if subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode != 0:
        subprocess.run([python, "-m", "ensurepip"], capture_output=True, check=False)
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    done = subprocess.run(
        [*command, "-r", str(REQUIREMENTS / f"{kind}.txt")], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Refusal(
            f"The packages of requirements/{kind}.txt could not be installed; what was there before is unchanged. "
            f"A package index must be reachable (a mirror can be named in pip.conf). pip said:\n{tail(done)}"
        )


def uv_environment() -> dict[str, str]:
    """The environment for uv: this one, and pip's mirrors where uv has none of its own."""
    environment = dict(os.environ)
    for name, value in pip_settings().items():
        if name in MIRRORS:
            separator = "," if name == "find-links" else " "
            environment.setdefault(MIRRORS[name], separator.join(value.split()))
    # Hashes say which file is right, so any index may bring it.
    environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    environment.setdefault("UV_HTTP_TIMEOUT", "120")
    return environment


def pip_settings() -> dict[str, str]:
    """pip's own settings by name, from its files and variables; read here because not every Python has pip."""
    settings: dict[str, str] = {}
    home = Path.home()
    own = [home / ".pip/pip.conf", home / ".config/pip/pip.conf", Path(os.environ.get("PIP_CONFIG_FILE", os.devnull))]
    parser = configparser.ConfigParser(interpolation=None)
    parser.read([Path("/etc/pip.conf"), Path("/etc/xdg/pip/pip.conf"), *own], encoding="utf-8")
    for section in ("global", "install"):
        if parser.has_section(section):
            settings.update(parser.items(section))
    for name in MIRRORS:
        if given := os.environ.get(f"PIP_{name.upper().replace('-', '_')}"):
            settings[name] = given
    return settings


def tail(done: "subprocess.CompletedProcess[str]", lines: int = 8) -> str:
    """The last words of a command that failed."""
    return "\n".join((done.stderr + done.stdout).strip().splitlines()[-lines:])


def run_python(*arguments: str) -> list[str]:
    """The command line that runs the environment's Python with the clone importable and the caller's folder not."""
    return [str(PYTHON), "-P", *arguments]
