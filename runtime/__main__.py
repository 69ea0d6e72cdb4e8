"""The door: python -m runtime COMMAND …, called by ./market."""

import argparse
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from runtime import control
from runtime.assets import ensure_assets
from runtime.browser import ensure_browser
from runtime.connection import join_the_running
from runtime.kernel import ensure_kernel
from runtime.lock import is_held
from runtime.packages import ensure_packages, run_python
from runtime.places import ROOT, Var
from runtime.sockets import LOOPBACK, is_free
from runtime.speech import Refusal, say

USAGE = """\
SceneMarket 场景集市

  ./market start [--port 8000] [--host 127.0.0.1] [--empty]
                            set up what is missing, start everything, print the address and who can sign in;
                            --empty starts without the sample city. Ctrl-C ends it.
  ./market stop             end it from another terminal; the data stays in var/
  ./market status           each part with its process and how long it runs
  ./market test [ARGS…]     lint, then all tests; with pytest arguments only those tests
  ./market lint             style, types, layers, migrations, translations, deployment checks
  ./market bench [NAME] [ARGS…]
                            measure: the matching engine, or another program of bench/
  ./market screens [--all] [--out DIR] [--check]
                            pictures of the pages, from what runs or from a sample city of their own;
                            --check: look for what is wrong with any page instead
  ./market match OPPORTUNITIES CAPABILITIES --out FILE [--top 10] [--pairs PAIRS.tsv] [--model local|openai|none]
                            match two lists (.xlsx, .csv, .jsonl) without server or database
  ./market evaluate OPPORTUNITIES CAPABILITIES JUDGMENTS.tsv [--json]
                            how good the matching of two lists is by graded pairs, with intervals
  ./market manage …         Django's commands, on what runs

Environment: DATABASE_URL and REDIS_URL use servers of your own instead of the built-in ones, VAR_DIR moves var/.
EMBEDDING_PROVIDER=openai with OPENAI_BASE_URL, OPENAI_API_KEY and EMBEDDING_MODEL asks an address for the vectors of texts
instead of the model that comes along; EMBEDDING_PROVIDER=none matches by words alone.
"""


def start(arguments: list[str]) -> int:
    """Set up, then become the supervisor."""
    parser = argparse.ArgumentParser(prog="./market start", description="Set up what is missing and start everything.")
    parser.add_argument("--port", type=int, default=8000, help="port of the pages (default: 8000)")
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on (default: this machine only)")
    parser.add_argument("--empty", action="store_true", help="without the sample city")
    options = parser.parse_args(arguments)
    refuse_start(options.host, options.port)
    say("SceneMarket is starting; the first time takes about a minute.")
    set_up("base")
    flags = ["--host", options.host, "--port", str(options.port), *(["--empty"] if options.empty else [])]
    return become("-m", "runtime.supervisor", *flags)


def refuse_start(host: str, port: int) -> None:
    """Refuse at once what would be refused after setting up.

    Raises Refusal.
    """
    if is_held(Var.from_environment().lock):
        raise Refusal(
            "SceneMarket is running already, so nothing was started. "
            "`./market status` shows it, `./market stop` ends it."
        )
    if not is_free(host, port):
        raise Refusal(
            f"Port {port} of {host} is in use, so nothing was started; choose another: ./market start --port N."
        )


def set_up(kind: str) -> None:
    """Packages and assets side by side.

    Raises Refusal when one of them cannot be had.
    """
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(ensure_packages, kind), pool.submit(ensure_assets)]:
            done.result()


def become(*arguments: str) -> int:
    """Turn into the environment's Python; returns only in theory."""
    command = run_python(*arguments)
    os.execve(command[0], command, os.environ)


def stop(arguments: list[str]) -> int:
    """End what runs."""
    return control.stop()


def status(arguments: list[str]) -> int:
    """Show what runs."""
    return control.status()


def lint(arguments: list[str]) -> int:
    """All checks that run no test."""
    set_up("dev")
    return become("-m", "runtime.checks")


def test(arguments: list[str]) -> int:
    """Checks and tests; with arguments only the tests that they name."""
    set_up("dev")
    return become("-m", "runtime.proof", *arguments)


def bench(arguments: list[str]) -> int:
    """Measure: one of the programs under bench/, the matching engine when none is named."""
    named = bool(arguments) and not arguments[0].startswith("-")
    name = arguments[0] if named else "matching"
    if not (ROOT / "bench" / f"{name}.py").is_file():
        raise Refusal(f"There is no benchmark called {name}; bench/ holds those that there are.")
    ensure_packages("dev")
    join_the_running(os.environ)
    return become("-m", f"bench.{name}", *arguments[named:])


def screens(arguments: list[str]) -> int:
    """Picture the pages, or look at them all."""
    set_up("dev")
    ensure_browser()
    return become("-m", "bench.screens", *arguments)


def match(arguments: list[str]) -> int:
    """Match two lists."""
    ensure_packages("base")
    ensure_kernel()
    return become("-m", "matching.commandline", *arguments)


def evaluate(arguments: list[str]) -> int:
    """Measure the matching of two lists by graded pairs."""
    ensure_packages("base")
    ensure_kernel()
    return become("-m", "matching.evaluation", *arguments)


def manage(arguments: list[str]) -> int:
    """A command of Django."""
    ensure_packages("base")
    join_the_running(os.environ)
    return become(str(ROOT / "manage.py"), *arguments)


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "start": start,
    "stop": stop,
    "status": status,
    "test": test,
    "lint": lint,
    "bench": bench,
    "screens": screens,
    "match": match,
    "evaluate": evaluate,
    "manage": manage,
}


def main(arguments: list[str]) -> int:
    """Run the command that the first argument names. Out: the exit code."""
    if not arguments or arguments[0] in ("help", "-h", "--help"):
        print(USAGE)
        return 0
    if arguments[0] not in COMMANDS:
        say(f"./market knows no command {arguments[0]!r}. Called without one, it lists them.")
        return 2
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except Refusal as refusal:
        say(str(refusal))
        return 1
    except KeyboardInterrupt:
        say("Stopped; what was set up so far is kept and used next time.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
