"""Excel workbooks, read through a process of their own (`excel_process`)."""

import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import orjson

from core.cells import Cell
from core.workbooks.book import MEGABYTE, Book, SheetRow, Unreadable

PROJECT = Path(__file__).resolve().parents[2]
LONGEST_MESSAGE = 256 * MEGABYTE  # 500 rows, each cell of which Excel lets hold 32,767 characters
PLAIN = {str, int, float, bool, type(None)}
BEYOND_LIMITS = "内容过大或已损坏，读取时超出内存或时间限制；请删去空白的行列、拆成几个文件后再上传。"

logger = logging.getLogger(__name__)


class ExcelBook(Book):
    def __init__(self, path: Path, *, name: str) -> None:
        """Raises `Unreadable` for a file that is broken or unsafe as a whole."""
        self._path = path
        visible: list[str] = []
        hidden: list[str] = []
        for message in _ask("sheets", path, name=name):
            _, visible, hidden = message
        super().__init__(name, visible, hidden)

    def _rows(self, sheet: str) -> Iterator[SheetRow]:
        for _, block in _ask("rows", self._path, sheet, name=self.name):
            yield from block


def _ask(question: str, path: Path, *more: str, name: str) -> Iterator[Any]:
    """The messages that answer one question; the process ends with the iterator, wherever that is left."""
    command = [sys.executable, "-m", "core.workbooks.excel_process", question, str(path.absolute()), *more]
    environment = {"PYTHONPATH": str(PROJECT), "PYTHONUTF8": "1"}  # no secrets for whoever takes the parser over
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=complaints, env=environment, bufsize=MEGABYTE
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield from _messages(process.stdout, question, name)
        except (ValueError, TypeError, LookupError) as end:
            complaints.seek(0)
            logger.warning("Reading %s ended early: %s", name, complaints.read(2_000).decode(errors="replace"))
            raise Unreadable(name, BEYOND_LIMITS) from end
        finally:
            process.kill()


def _messages(out: IO[bytes], question: str, name: str) -> Iterator[list[Any]]:
    """The lines up to the last one as plain data; ValueError, TypeError or LookupError for any other line."""
    while (message := orjson.loads(out.readline(LONGEST_MESSAGE)))[0] != "end":
        match message:
            case ["refused", str(sentence)]:
                raise Unreadable(name, sentence)
            case ["sheets", list(visible), list(hidden)] if question == "sheets":
                yield ["sheets", [str(sheet) for sheet in visible], [str(sheet) for sheet in hidden]]
            case ["rows", list(block)] if question == "rows":
                yield ["rows", [(int(number), _cells(cells)) for number, cells in block]]
            case _:
                raise ValueError(message[0])


def _cells(cells: list[Any]) -> list[Cell]:
    return [cell if type(cell) in PLAIN else _date(*cell) for cell in cells]


def _date(text: str) -> date:
    return datetime.fromisoformat(text) if len(text) > len("2026-01-31") else date.fromisoformat(text)
