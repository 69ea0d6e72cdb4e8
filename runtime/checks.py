"""./market lint: all checks that run no test, two at a time, each with its words when it fails."""

import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from runtime import throwaway
from runtime.packages import run_python
from runtime.places import ROOT
from runtime.speech import Refusal, say

LAYERS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
MANAGE = str(ROOT / "manage.py")
# What a city would set: so that the deployment checks look at what will be deployed.
PRODUCTION = {"SITE_URL": "https://market.example", "ALLOWED_HOSTS": "market.example", "DEBUG": "0"}


@dataclass(frozen=True)
class Check:
    """A name and the command whose exit code decides."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)


# The slowest first: two run at a time.
CHECKS = [
    Check("types (mypy)", run_python("-m", "mypy", "--no-error-summary")),
    Check("layers (import-linter)", run_python("-c", LAYERS)),
    Check("migrations complete", run_python(MANAGE, "makemigrations", "--check", "--dry-run")),
    Check(
        "deployment (check --deploy)", run_python(MANAGE, "check", "--deploy", "--fail-level", "WARNING"), PRODUCTION
    ),
    Check("translations complete", run_python(MANAGE, "translations", "check")),
    Check("templates (djlint)", run_python("-m", "djlint", "templates", "--lint", "--quiet")),
    Check("style (ruff)", run_python("-m", "ruff", "check", "--quiet", "--output-format", "concise")),
    Check("format (ruff)", run_python("-m", "ruff", "format", "--check", "--output-format", "concise")),
]


@dataclass(frozen=True)
class Finding:
    """How a check ended."""

    check: Check
    code: int
    seconds: float
    words: str


def perform(check: Check, environment: dict[str, str]) -> Finding:
    """Run one check."""
    began = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=ROOT,
        env={**environment, **check.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Finding(check, done.returncode, time.monotonic() - began, done.stdout)


def report(finding: Finding) -> None:
    """One line for a check; a failed one with what it said."""
    verdict = "ok" if finding.code == 0 else "FAILED"
    say(f"  {finding.check.name:<40} {verdict:<16} {finding.seconds:6.1f} s")
    if finding.code != 0:
        say("\n".join(f"    {line}" for line in finding.words.strip().splitlines()))


def main() -> int:
    """Run all checks and report them as they end. Out: 0 when all passed, 1 otherwise."""
    say("Checks")
    try:
        with throwaway.servers() as urls, ThreadPoolExecutor(2) as pool:
            environment = {**os.environ, **urls, "SECRET_KEY": secrets.token_urlsafe(64), "PYTHONPATH": str(ROOT)}
            findings = list(pool.map(lambda check: perform(check, environment), CHECKS))
    except Refusal as refusal:
        say(str(refusal))
        return 1
    for finding in findings:
        report(finding)
    return int(any(finding.code for finding in findings))


if __name__ == "__main__":
    sys.exit(main())
