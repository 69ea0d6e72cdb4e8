"""What must be done before pages are served, in one run of Django: tables, translations, code lists,
static files, sample city."""

import hashlib
import os
import sys
from io import StringIO
from pathlib import Path

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import Error

from runtime.places import Var, write_private
from runtime.speech import say, step


def main(arguments: list[str]) -> int:
    """Do the steps in order; the first that fails ends the run with its words. Out: the exit code.

    In: "--empty" for a city without a sample; "city" only loads the sample city that was decided on.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scenemarket.settings")
    try:
        if arguments == ["city"]:
            load_city()
        else:
            prepare(empty="--empty" in arguments)
    except (CommandError, Error) as failure:
        say(str(failure))
        return 1
    return 0


def prepare(*, empty: bool) -> None:
    """All that pages need."""
    with step("Tables"):
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
    compile_translations()
    with step("Code lists"):
        call_command("codelists", "load", stdout=StringIO())
    collect_static()
    decide_city(empty=empty)


def compile_translations() -> None:
    """Compile the translations that are newer than what was compiled from them."""
    sources = [path for folder in settings.LOCALE_PATHS for path in Path(folder).glob("*/LC_MESSAGES/django.po")]
    if all(is_newer(po.with_suffix(".mo"), po) for po in sources):
        return
    with step("Translations"):
        call_command("translations", "compile", stdout=StringIO())


def is_newer(made: Path, source: Path) -> bool:
    """Whether a file was made after its source was last changed."""
    return made.exists() and made.stat().st_mtime >= source.stat().st_mtime


def collect_static() -> None:
    """Collect the static files, unless the ones collected were made from the very same."""
    stamp = Path(settings.STATIC_ROOT) / "collected-from.txt"
    made_from = fingerprint()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == made_from:
        return
    with step("Static files"):
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(made_from, encoding="utf-8")


def fingerprint() -> str:
    """Names, sizes and times of all static files, as one hash."""
    seen = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            entry = os.stat(storage.path(name))
            seen.update(f"{name} {entry.st_size} {entry.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def decide_city(*, empty: bool) -> None:
    """On the first start: a sample city, unless an empty one was asked for or people are there already.

    var/city keeps what was decided: "empty", "loading" (a sample, to be finished) or "sample".
    """
    city = Var.from_environment().city
    if not city.exists():
        write_private(city, "empty" if empty or get_user_model().objects.exists() else "loading")


def load_city() -> None:
    """Load the sample city, or finish what was begun."""
    with step("Sample city"):
        django.setup()
        call_command("samplecity", verbosity=0)
    write_private(Var.from_environment().city, "sample")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
