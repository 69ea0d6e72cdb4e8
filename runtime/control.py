"""Looking at and ending the SceneMarket that runs, from another terminal."""

import json
import os
import signal
import time

from runtime.lock import is_held
from runtime.mortality import is_alive
from runtime.places import Var
from runtime.speech import Refusal, say

SECONDS_TO_STOP = 8


def stop() -> int:
    """End the running one and wait until it has ended. Out: the exit code."""
    var = Var.from_environment()
    if not is_held(var.lock):
        say("SceneMarket is not running; nothing to end.")
        return 0
    pid = int(var.lock.read_text(encoding="utf-8"))
    for number in (signal.SIGTERM, signal.SIGKILL):
        if ends(var, pid, number):
            say("SceneMarket has ended; the data is kept.")
            return 0
    raise Refusal(f"The supervisor (process {pid}) does not end; look at {var.log}.")


def ends(var: Var, pid: int, number: int) -> bool:
    """Send a signal and tell whether the lock became free in time."""
    os.kill(pid, number)
    deadline = time.monotonic() + SECONDS_TO_STOP
    while is_held(var.lock) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_held(var.lock)


def status() -> int:
    """Print each part with its process and how long it runs. Out: 0 when all run, 1 otherwise."""
    var = Var.from_environment()
    if not is_held(var.lock):
        print("SceneMarket is not running.")
        return 1
    if not var.status.exists():
        print("SceneMarket is starting.")
        return 1
    noted = json.loads(var.status.read_text(encoding="utf-8"))
    print(f"SceneMarket at {noted['address']} since {since(noted['began'])}, supervisor {noted['pid']}")
    for part in noted["parts"]:
        print(line(part))
    return int(not all(part["pid"] and is_alive(part["pid"]) for part in noted["parts"]))


def line(part: dict[str, object]) -> str:
    """One part: name, process, how long it runs, how often it was restarted."""
    pid = part["pid"]
    if not isinstance(pid, int) or not is_alive(pid):
        return f"  {part['name']:<14} down, being restarted"
    again = f", restarted {part['restarts']}×" if part["restarts"] else ""
    return f"  {part['name']:<14} process {pid:<8} up {since(float(str(part['started'])))}{again}"


def since(moment: float) -> str:
    """How long ago, in words."""
    seconds = int(time.time() - moment)
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds % 60:02} s"
