"""The matching engine's inner loop is compiled for this machine's processor once, about twenty seconds; then it lies beside the code."""

import signal
import subprocess

from runtime.mortality import dying_with_me
from runtime.packages import run_python
from runtime.places import ROOT
from runtime.speech import Refusal, step


def ensure_kernel() -> None:
    """Compile it, unless there is something compiled: what is out of date is compiled anew where it is used.

    Raises Refusal when it cannot be.
    """
    if any((ROOT / "matching" / "engine").glob("__pycache__/*.nbi")):
        return
    with step("Matching engine, compiled once"):
        done = subprocess.run(
            run_python("-m", "matching.engine.warm"),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=dying_with_me(signal.SIGKILL),
        )
        if done.returncode != 0:
            raise Refusal(f"The matching engine could not be compiled; nothing else was changed:\n{done.stderr}")
