"""python -m runtime.healthy URL: for health checks in containers that have no curl."""

import sys
import urllib.error
import urllib.request


def is_healthy(url: str) -> bool:
    """Whether the address answers 200 within four seconds."""
    try:
        with urllib.request.urlopen(url, timeout=4) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(not is_healthy(sys.argv[1]))
