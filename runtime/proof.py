"""./market test: checks, then tests; with pytest arguments only the tests that they name."""

import os
import subprocess
import sys

from runtime import checks
from runtime.browser import ensure_browser
from runtime.kernel import ensure_kernel
from runtime.packages import run_python
from runtime.places import ROOT

# each process takes a gigabyte at times
MOST = 4


def main(arguments: list[str]) -> int:
    """Install the browser, compile the engine, check, test. Out: the exit code of the first that failed.

    pytest speaks last, so that its closing lines are the last ones.
    """
    ensure_browser()
    ensure_kernel()
    checked = 0 if arguments else checks.main()
    command = run_python("-m", "pytest", *(arguments or side_by_side()))
    tested = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False).returncode
    return checked or tested


def side_by_side() -> list[str]:
    """As many test processes as there are processors; tests/sharing.py says how they share the tests."""
    processes = min(len(os.sched_getaffinity(0)), MOST)
    return ["-n", str(processes)] if processes > 1 else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
