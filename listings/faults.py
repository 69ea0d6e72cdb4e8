"""What is wrong with a row or a file, kept as code and parameters and said in the reader's language."""

import json
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from listings.sheets import Fault, Unreadable
from listings.sheets.messages import EXPECTED, UNREADABLE
from listings.states import State
from scenemarket.figures import speaks_chinese

# what only the platform can know, beside what the reader of lists says (listings/sheets/messages.py)
HERE = {
    "owner_missing": gettext_noop("the name or the credit code of the organisation"),
    "owner_ambiguous": gettext_noop("the credit code as well: several organisations have this name"),
    "owner_code": gettext_noop("the code %(uscc)s, with which this name is registered"),
    "owner_foreign": gettext_noop(
        "your own organisation; another one's listings are brought in by the city's reviewer"
    ),
    "owner_other": gettext_noop("%(owner)s, which owns number %(number)s; an import does not change the owner"),
    "number_taken": gettext_noop("a number that is free, or none; another listing of the city has this one"),
    "not_editable": gettext_noop("a listing that can be changed; this one is “%(state)s” now"),
    "repeated": gettext_noop("a listing that stands once in the file; row %(row)s has the same title and owner"),
    "deadline_past": gettext_noop("a day to come; a listing whose day has passed is closed as expired"),
}
REFUSALS = {
    "other_kind": gettext_noop(
        "The columns of %(name)s are those of a list of the other kind. Nothing was taken over; upload it again as that kind."
    ),
    "no_rows": gettext_noop("%(name)s has a header but no rows under it. Nothing was taken over."),
    "set_aside": gettext_noop(
        "The work was begun five times and did not end. What was written is kept; try again, or split the file."
    ),
    "file_gone": gettext_noop("The uploaded file is no longer there. Nothing more was taken over; upload it again."),
}
NOTHING = gettext_lazy("nothing")


def kept(fault: Fault) -> dict[str, Any]:
    """A reader's fault as JSON."""
    return made(fault.code, fault.column, fault.key, fault.found, level=fault.level, **fault.params)


def made(code: str, column: str, key: str, found: Any, *, level: str = "error", **params: Any) -> dict[str, Any]:
    """A fault as JSON: `level` "error" keeps the row out, "warning" lets it in."""
    return {
        "code": code,
        "column": column,
        "key": key,
        "found": str(found or "")[:80],
        "level": level,
        "params": params,
    }


def is_error(fault: dict[str, Any]) -> bool:
    return bool(fault["level"] == "error")


def expected(fault: dict[str, Any]) -> str:
    """What would have been right, in the reader's language."""
    params = dict(fault["params"])
    if "state" in params:
        params["state"] = State(params["state"]).label
    if fault["code"] in HERE:
        return _(HERE[fault["code"]]) % params
    return EXPECTED[fault["code"]][speaks_chinese()] % params


def sentence(sheet: str, row: int, fault: dict[str, Any]) -> str:
    """Sheet, row, column, found, expected, in one line."""
    return _("Sheet %(sheet)s, row %(row)s, column %(column)s: found %(found)s; expected %(expected)s") % {
        "sheet": sheet, "row": row, "column": fault["column"] or "—",
        "found": f"“{fault['found']}”" if fault["found"] else NOTHING, "expected": expected(fault),
    }  # fmt: skip


def refusal(code: str, **params: Any) -> str:
    """A refusal of a whole file as the text that ImportJob.refusal keeps."""
    return json.dumps({"code": code, "params": params}, ensure_ascii=False)


def unreadable(error: Unreadable) -> str:
    return refusal(error.code, **error.params)


def refused(text: str) -> str:
    """The sentence of a kept refusal in the reader's language; "" when there is none."""
    if not text:
        return ""
    found = json.loads(text)
    if found["code"] in REFUSALS:
        return _(REFUSALS[found["code"]]) % found["params"]
    return UNREADABLE[found["code"]][speaks_chinese()] % found["params"]
