"""Where the table of a sheet begins, and which of its columns is what."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, zip_longest

from openpyxl.utils import get_column_letter

from core.cells import Cell
from core.workbooks.book import SheetRow

LINES_SEARCHED = 10

_BRACKETS = str.maketrans("［【〔〖｛[{］】〕〗｝]}", "((((((()))))))")
_ORNAMENT = re.compile(r"[\s*※_]+")
# what a bracket may add without making the column another one: a unit, or a hint for those who fill it in
_HINT = re.compile(
    r"\((?:单位:)?(?:万元|元|人|名|个|家|户|人数|必填|选填|可选|\d+位|是/否|有/无|年[-/.]?月[-/.]?日|yyyy.*|格式.*|如.*|例.*|请.*|下拉.*)\)"
)


@dataclass(frozen=True)
class ColumnMatch:
    index: int
    """From 0, column A being 0: the place in the cells of a `SheetRow`."""
    letter: str
    header: str
    """As the clerk wrote it, line breaks included; empty for a column without a header."""
    field: str | None
    """None: the column is known to nobody, or an earlier one has its field."""


@dataclass(frozen=True)
class Header:
    row: int
    """Number of its (last) line in the sheet; the data begin below."""
    columns: tuple[ColumnMatch, ...]
    """From the first to the last header cell; columns between them without a header are among them."""

    @property
    def fields(self) -> dict[str, ColumnMatch]:
        """Field → its column."""
        return {column.field: column for column in self.columns if column.field is not None}


def normalise_header(text: str) -> str:
    """The header without what clerks vary: width, white space and line breaks, case, asterisks, kind of brackets.

    `注册资本\\n（万元）` and `注册资本 [万元]` become `注册资本(万元)`.
    """
    narrow = unicodedata.normalize("NFKC", text).translate(_BRACKETS).casefold()
    return _ORNAMENT.sub("", narrow).rstrip(":")


def find_header(
    rows: Iterable[SheetRow], known: Mapping[str, str], required: Sequence[Collection[str]] = ()
) -> Header | None:
    """The header among the first ten lines that are not empty, or None when no line will do.

    `known` says which field a header stands for (its keys are normalised here); `required` are groups of fields, of
    each of which at least one must be there. A header cell counts as known by its whole text, else by its text
    without a bracket that holds only a unit or a hint, so that `从业人数(人)` is found and `从业人数(女)` is not.

    The line with the most distinct known fields wins, the upper one of two equals: titles, cover sheets and lists of
    hints pass by, since a sentence that mentions a header is none. A header of two lines (`人员情况` merged over
    `职工人数` and `党员数`) is read column by column, the lower text first, when that knows more fields than either line.
    """
    lookup = {normalise_header(text): field for text, field in known.items()}
    lines = list(islice(rows, LINES_SEARCHED))
    candidates = [_match(number, cells, lookup) for number, cells in lines]
    best = _best(candidates, required)
    stacked = [
        _match(lower[0], _stack(upper[1], lower[1]), lookup)
        for upper, lower in pairwise(lines)
        if lower[0] == upper[0] + 1
    ]
    double = _best(stacked, required)
    if double and (best is None or len(double.fields) > len(best.fields)):
        return double
    return best


def header_at(line: SheetRow, known: Mapping[str, str]) -> Header:
    """A line that somebody says is the header, whatever is known of it."""
    return _match(*line, {normalise_header(text): field for text, field in known.items()})


def _best(candidates: list[Header], required: Sequence[Collection[str]]) -> Header | None:
    """The first of those with the most fields; none without a field."""
    fit = [header for header in candidates if header.fields and all(header.fields.keys() & set(g) for g in required)]
    return max(fit, key=lambda header: len(header.fields), default=None)


def _stack(upper: list[Cell], lower: list[Cell]) -> list[Cell]:
    """In each column the lower text, or the upper where there is none below."""
    pairs = zip_longest(upper, lower)
    return [above if below is None or not str(below).strip() else below for above, below in pairs]


def _match(row: int, cells: list[Cell], lookup: Mapping[str, str]) -> Header:
    """One line taken for a header; a header's whole text has the right to a field before one without its hint."""
    texts = ["" if cell is None else str(cell).strip() for cell in cells]
    used = [index for index, text in enumerate(texts) if text]
    names = [normalise_header(text) for text in texts]
    owner: dict[str, int] = {}
    for variants in (names, [_HINT.sub("", name) for name in names]):
        for index, name in enumerate(variants):
            if name in lookup and index not in owner.values():
                owner.setdefault(lookup[name], index)
    fields = {index: field for field, index in owner.items()}
    columns = range(used[0], used[-1] + 1) if used else ()
    return Header(row, tuple(ColumnMatch(i, get_column_letter(i + 1), texts[i], fields.get(i)) for i in columns))
