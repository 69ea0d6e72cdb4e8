"""Django's commands, on the same database and broker as the ./market start that is running, if one is."""

import os
import sys

from runtime.connection import join_the_running


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scenemarket.settings")
    join_the_running(os.environ)

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
