"""Names of codes, read once per process and again when the lists change (checked at most every few seconds)."""

import threading
import time

from django.db.models import Count, Max

from codelists.models import Code
from scenemarket.figures import speaks_chinese

CHECK_SECONDS = 5.0
_lock = threading.Lock()
_names: dict[tuple[str, str], tuple[str, str]] = {}
_mark: object = None
_checked = 0.0


def name(list_name: str, value: str) -> str:
    """The name of `value` in `list_name`, in the active language; the value itself when it is in no list."""
    zh, en = _table().get((list_name, value), (value, value))
    return zh if speaks_chinese() else en or zh


def options(list_name: str) -> list[tuple[str, str]]:
    """(code, name) of the codes that are valid today, in their order, for a select."""
    return [(c.code, c.name) for c in Code.objects.of(list_name).valid()]


def codes(list_name: str) -> list[str]:
    """Every code of a list in its order, ended ones too; from the process's memory."""
    return [code for name_, code in _table() if name_ == list_name]


def forget() -> None:
    """Read again at the next call; for the moment after an edit."""
    global _checked, _mark
    _checked, _mark = 0.0, None


def _table() -> dict[tuple[str, str], tuple[str, str]]:
    global _checked, _mark, _names
    if time.monotonic() - _checked < CHECK_SECONDS and _mark is not None:
        return _names
    with _lock:
        mark = tuple(Code.objects.aggregate(n=Count("pk"), edited=Max("edited_at"), last=Max("pk")).values())
        if mark != _mark:
            rows = Code.objects.values_list("list_name", "code", "name_zh", "name_en")
            _names = {(row[0], row[1]): (row[2], row[3]) for row in rows}
            _mark = mark
        _checked = time.monotonic()
    return _names
