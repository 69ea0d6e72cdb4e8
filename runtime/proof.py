"""./market test: checks, then tests; with pytest arguments only the tests that they name."""

import os
import subprocess
import sys

from runtime import checks
from runtime.browser import ensure_browser
from runtime.kernel import ensure_kernel
from runtime.packages import run_python
from runtime.places import ROOT


def main(arguments: list[str]) -> int:
    """Install the browser, compile the engine, check, test. Out: the exit code of the first that failed.

    pytest speaks last, so that its closing lines are the last ones.
    """
    ensure_browser()
    ensure_kernel()
    checked = 0 if arguments else checks.main()
    command = run_python("-m", "pytest", *arguments)
    tested = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False).returncode
    return checked or tested


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
