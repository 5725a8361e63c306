"""Lists that go out as workbooks and come back: exported from their page, typed into, sent down the road."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.admin.table_rows import RowReport
from core.importing import services
from core.importing.marks import MARK_BEGINS
from core.models import ImportBatch
from core.sources import sources
from tests.people import TODAY, City

ORGANIZATIONS, MEMBERS = "/admin/orgs/organization/", "/admin/members/member/"
COVERAGES, NODES = "/admin/orgs/coverage/", "/admin/orgs/partyorganization/"


@dataclass
class Workbook:
    """An exported list. Rows are told apart by what stands in one of their cells."""

    city: City
    path: Path
    username: str = "city"
    url: str = ""

    @classmethod
    def of(cls, city: City, folder: Path, url: str, username: str = "city", **sent: str) -> Workbook:
        """What somebody gets from the list's page."""
        client = Client()
        client.force_login(city.user(username))
        answer = client.post(url, {"do": "export", "reason": "核对名册"} | sent)
        path = folder / "list.xlsx"
        path.write_bytes(b"".join(answer) if answer.streaming else answer.content)
        return cls(city, path, username, url)

    def lines(self) -> list[list[Any]]:
        """All lines, with a watermark above the header where there is one."""
        return [list(line) for line in openpyxl.load_workbook(self.path).active.iter_rows(values_only=True)]

    def row(self, word: str) -> dict[str, Any]:
        """The row with this word, by header."""
        lines = self.lines()
        header = next(line for line in lines if any(str(cell).startswith(MARK_BEGINS) for cell in line))
        return dict(zip(header, next(line for line in lines if word in line), strict=True))

    def edit(self, word: str, **cells: Any) -> None:
        """Type into the row with this word, by header."""
        book = openpyxl.load_workbook(BytesIO(self.path.read_bytes()))
        sheet = book.active
        headers = list(self.row(word))
        at = next(n for n, line in enumerate(self.lines(), 1) if word in line)
        for header, value in cells.items():
            sheet.cell(at, headers.index(header) + 1).value = value
        book.save(self.path)

    def back(self, source: str, username: str = "") -> ImportBatch:
        """Import it as it is; the counts are the batch's."""
        user = self.city.user(username or self.username)
        batch = services.receive(self.path, name="清单.xlsx", source=sources[source], by=user, as_of=TODAY, keep=False)
        services.stage(batch, path=self.path)
        services.compare(batch)
        services.apply(batch)
        batch.refresh_from_db()
        return batch

    def carried_in(self, username: str = "", *, write: bool = False) -> list[RowReport]:
        """The lines of the preview where it is a small table; with `write` they are confirmed."""
        client = Client()
        client.force_login(self.city.user(username or self.username))
        return carried_in(client, self.url, self.path.read_bytes(), "表.xlsx", write=write)


def carried_in(
    client: Client, url: str, content: bytes, name: str = "表.csv", *, write: bool = False
) -> list[RowReport]:
    """The preview of a small table that somebody brings to a list; with `write` it is confirmed."""
    shown = client.post(f"{url}import/", {"file": SimpleUploadedFile(name, content)})
    if write:
        assert client.post(f"{url}import/", {"table": shown.context["table"]}).status_code == 302
    return shown.context["lines"]


def codes(batch: ImportBatch) -> set[str]:
    """The problems of all rows."""
    return {problem[1] for row in batch.rows.all() for problem in row.problems}
