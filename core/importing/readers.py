"""Cell readers in plain form, for the fields of sources."""

from __future__ import annotations

from datetime import date

from core.cells import HOME_CURRENCY, Cell, CellProblem, read_amount, read_date, read_text
from core.masking import personal_numbers
from core.plain import plain_decimal
from core.sources import Read, Run

PLACES = 4  # decimals of a sum in units of 10,000: one yuan


def text(longest: int) -> Read:
    """A text on one line, not longer than its column and without anybody's numbers, which would be readable there for
    everybody; raises `text_too_long`, `personal_number`."""
    reads = code_text(longest)

    def read(cell: Cell) -> str | None:
        found = reads(cell)
        if found is not None and personal_numbers(found):
            raise CellProblem("personal_number")
        return found

    return read


def code_text(longest: int) -> Read:
    """A text that may consist of any digits; raises `text_too_long`."""

    def read(cell: Cell) -> str | None:
        found = read_text(cell)
        if found is not None and len(found) > longest:
            raise CellProblem("text_too_long")
        return found

    return read


def day(run: Run) -> Read:
    """A day not after today, as ISO text."""
    return _day_until(run.today)


def coming_day(run: Run) -> Read:
    """A day that may lie ahead, such as the end of a term, as ISO text."""
    return _day_until(run.today.replace(year=run.today.year + 50, day=1))


def _day_until(latest: date) -> Read:
    return lambda cell: found.isoformat() if (found := read_date(cell, latest=latest)) else None


def amount(cell: Cell) -> list[str | None] | None:
    """A sum in units of 10,000 to the yuan, with the foreign currency the cell names: `["100.5", "美元"]`.

    `100万人民币` and `100(万元)` are two spellings of one sum.
    """
    if (found := read_amount(cell)) is None:
        return None
    foreign = found.currency if found.currency != HOME_CURRENCY else None
    return [plain_decimal(round(found.value, PLACES)), foreign]
