"""How several processes share the tests (pytest -n): a file is never parted, whole stacks run one after another.

`pytest tests/x` alone knows nothing of this: one process, the usual order.
"""

from typing import Any

import pytest

# Starts processes of its own and looks at the clock: two at a time would only measure each other.
STACKS = ("tests/browser/", "tests/faults/", "tests/runtime/")
# One city for all of them.
PAGES = "tests/browser/pages/"
# A city for each process: who looks at everything may be several.
WHOLE = "tests/browser/pages/every_look.py"
# What takes long begins first, so that no process is left with it at the end.
ORDER = (PAGES, *STACKS, "tests/insights/test_samplecity", "tests/engine/", "tests/access/", "tests/matching/")


def unit(name: str) -> str:
    """What a test may not be parted from: its file, its city, or everything else that starts processes."""
    if name.startswith(WHOLE):
        return name
    if name.startswith(PAGES):
        return PAGES
    return "stacks" if name.startswith(STACKS) else name.partition("::")[0]


def rank(name: str) -> int:
    """The lower, the sooner."""
    return next((place for place, head in enumerate(ORDER) if name.startswith(head)), len(ORDER))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In one of several processes, put what takes long first; each process must see the same order."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hands out units in the order in which they were collected."""
    from xdist.scheduler import LoadScopeScheduling

    class Units(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit(nodeid)

    config.option.loadscopereorder = False
    return Units(config, log)
