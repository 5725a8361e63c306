"""`manage.py load_regions`: the area codes of a real city."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.refusals import Refusal
from core.workbooks.reading import open_book
from orgs.services.regions import Area, load

COLUMNS = ("code", "name", "parent")


class Command(BaseCommand):
    """Reads a table with the columns code, name, parent; may be run again with a newer one."""

    help = "导入行政区划：表格须有 code、name、parent 三列，代码 12 位（统计用区划代码），市一级的 parent 为空"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, load, say how many."""
        try:
            counts = load(by=None, areas=list(self._areas(options["file"])))
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("新增 {new:,} 个，更新 {changed:,} 个，未变 {unchanged:,} 个".format(**counts))

    def _areas(self, path: Path) -> Iterator[Area]:
        book = open_book(path, name=path.name)
        lines = book.rows(book.sheets[0])
        _, header = next(lines, (0, []))
        names = [str(cell or "").strip().lower() for cell in header]
        if missing := [name for name in COLUMNS if name not in names]:
            raise CommandError(f"“{path.name}”的表头缺少 {'、'.join(missing)}，应有 {'、'.join(COLUMNS)} 三列")
        places = [names.index(name) for name in COLUMNS]
        for line, cells in lines:
            code, name, parent = (str(cells[place] or "").strip() if place < len(cells) else "" for place in places)
            yield Area(line, code, name, parent)
