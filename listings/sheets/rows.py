"""What the reader hands over: rows, faults, and the refusal of a whole file."""

from dataclasses import dataclass, field
from typing import Any

from listings.sheets.messages import EXPECTED, UNREADABLE, Language, say
from listings.sheets.text import Level

FOUND_SHOWN = 80


@dataclass(frozen=True)
class Fault:
    """One cell that is not as it should be. `level` "error" keeps the row out; "warning" lets it in without that value."""

    sheet: str
    row: int
    column: str
    key: str
    found: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    level: Level = "error"

    def expected(self, language: Language = "en") -> str:
        """What would have been right, as words to put after "expected:"."""
        return say(EXPECTED, self.code, self.params, language)

    @property
    def msgid(self) -> str:
        """The English sentence with its placeholders, for a translations file; fill it from `params`."""
        return EXPECTED[self.code][0]

    def sentence(self, language: Language = "en") -> str:
        """Sheet, row, column, what was found and what is expected, in one line."""
        if language == "en":
            place = f"sheet {self.sheet}, row {self.row}, column {self.column}"
            return f"{place}: found {self.found or 'nothing'}; expected {self.expected(language)}"
        found = f"现为“{self.found}”" if self.found else "现为空"
        return f"工作表“{self.sheet}”第 {self.row} 行“{self.column}”列：{found}，应为{self.expected(language)}"


@dataclass(frozen=True)
class Row:
    """One listing of a list. `number` is the row in the file, counted from 1; `values` has one entry per recognised key."""

    kind: str
    sheet: str
    number: int
    values: dict[str, Any]
    notes: dict[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the row goes in: no fault, or warnings only."""
        return not any(fault.level == "error" for fault in self.faults)


class Unreadable(Exception):
    """A file that cannot be read at all. `code` and `params` for translation; str() is the English sentence."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code, self.params = code, params
        super().__init__(self.sentence("en"))

    @property
    def msgid(self) -> str:
        """The English sentence with its placeholders, for a translations file; fill it from `params`."""
        return UNREADABLE[self.code][0]

    def sentence(self, language: Language = "en") -> str:
        """What happened and what to do next."""
        return say(UNREADABLE, self.code, self.params, language)
