"""The mark of an exported row: the record's number and digests, by which edited cells are told when the row comes back.

A workbook needs no memory of its own: a cell counts only if its digest is another one now, and a record has changed
meanwhile if it no longer looks like its digest. Used by the import road (`core.importing.round_trip`) and by small
tables (`core.admin.table_rows`).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from core.cells import Cell, raw_text
from core.crypto import blind_indexes
from core.importing.problems import ERROR, WARNING, Problem, problems

if TYPE_CHECKING:
    from django.db.models import Model

MARK_BEGINS = "系统标记（"  # the header of a mark; what follows says whose list it is
ERASE = "清空"
_FULL_WIDTH = str.maketrans("(),", "（），")
WIDTH = 8  # hex digits of a digest
MARK_MISSING, KEY_EDITED, NOT_EDITABLE = "mark_missing", "key_edited", "not_editable"

problems.add(
    Problem(MARK_MISSING, ERROR, "系统标记缺失或被改动，未导入；请重新导出后再填写，清单里没有的请逐条登记或导入名单"),
    Problem(KEY_EDITED, ERROR, "这一列说明这一行是谁，不能在清单中修改，未导入；请恢复原值，确需更正的在记录页面修改"),
    Problem(NOT_EDITABLE, WARNING, "这一列不能在清单中修改，未写入；请在记录页面办理"),
)


class Mark(NamedTuple):
    """What the mark of a row tells."""

    key: int
    digests: tuple[str, ...]


def mark_header(called: str) -> str:
    """The header of the marks of one list."""
    return f"{MARK_BEGINS}{called}，请勿改动）"


def mark_headers(cells: Iterable[Cell]) -> set[str]:
    """The headers of marks in a line, or in a few; those of lists exported before had half-width signs."""
    texts = {cell.strip().translate(_FULL_WIDTH) for cell in cells if type(cell) is str}
    return {text for text in texts if text.startswith(MARK_BEGINS)}


def write_mark(key: int, digests: Iterable[str]) -> str:
    return f"{key}:" + "".join(digests)


def read_mark(text: str, count: int) -> Mark | None:
    """A mark that holds `count` digests; None for anything else."""
    number, _, digests = text.strip().partition(":")
    if not (number.isascii() and number.isdecimal()) or len(number) > 18 or len(digests) != WIDTH * count:
        return None
    return Mark(int(number), tuple(digests[start : start + WIDTH] for start in range(0, len(digests), WIDTH)))


def digest(cell: Cell) -> str:
    """What tells whether a cell was edited."""
    return _digest(raw_text(cell).strip())


def keyed(model: type[Model] | Model, pk: int, name: str, value: Any) -> list[str]:
    """What tells whether a personal value of a record changed, to nobody but us. It is bound to its place: who may write
    another record, or another field, could else try there what the value is. One for each key, that in use first."""
    place = f"{model._meta.label_lower} {pk} {name}"
    return [found[:WIDTH] for found in blind_indexes(f"{place} {value}")] if value else ["0" * WIDTH]


@lru_cache(1 << 12)  # kinds, places and blanks come again and again
def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=WIDTH // 2).hexdigest()
