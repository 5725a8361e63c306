"""What a list looks like to the rest of the house, and what none may exceed."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

from core.cells import Cell
from core.refusals import Refusal

SheetRow = tuple[int, list[Cell]]

MEGABYTE = 1 << 20
MAX_FILE_BYTES = 200 * MEGABYTE
MAX_COLUMNS = 1_000


class Unreadable(Refusal):
    """A file that cannot be read as a whole; its text is the Chinese sentence for the person who chose the file."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"“{name}”{why}")


class Book(ABC):
    """An open list: an Excel workbook or a text table."""

    def __init__(self, name: str, sheets: list[str], hidden: list[str]) -> None:
        self.name = name
        self.sheets = sheets
        """Visible worksheets in the order of their tabs; a text table has one, named like the file."""
        self.hidden = hidden
        """Hidden worksheets; they can be read, but nobody saw what is in them."""

    def rows(self, sheet: str) -> Iterator[SheetRow]:
        """The rows of a sheet that have at least one value: (1-based number in the sheet, cells from column A on).

        Rows differ in length where trailing cells are empty. Texts are as written, untrimmed; an empty text is None.
        A whole number below 1e15 is an int; a greater one stays a float, since a spreadsheet has rounded it.
        Raises `Unreadable`, also after some rows: what is broken further down shows only there.
        """
        known = [*self.sheets, *self.hidden]
        if sheet not in known:
            raise Unreadable(self.name, f"里没有工作表“{sheet}”，只有：{'、'.join(known)}。")
        return self._rows(sheet)

    @abstractmethod
    def _rows(self, sheet: str) -> Iterator[SheetRow]: ...
