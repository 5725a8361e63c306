"""The workbook of a list: the same rows in the same order under the same columns, logged and bounded."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db.models import QuerySet

from core.audit import record_export
from core.listing.columns import Column
from core.locks import reading
from core.refusals import Refusal
from core.reveal import SHORTEST_REASON
from core.workbooks.writing import write_rows

if TYPE_CHECKING:
    from accounts.models import User

CAP = 500_000
PERSONAL_CAP = 10_000
CHUNK = 2_000


def export_list(
    *,
    title: str,
    found: QuerySet,
    columns: Sequence[Column],
    prepare: Callable[[list[Any]], None],
    by: User,
    reason: str,
    at: datetime,
    personal: bool = False,
    note: str = "",
) -> BinaryIO:
    """Write the workbook to a temporary file and the export to the audit trail; the caller closes the file.

    `prepare` completes the rows of one stretch; `note` is what the trail says of the export beside its title. Personal data
    need a reason, have a low cap and carry a watermark line (rules §10). Raises Refusal.
    """
    if personal and len(reason) < SHORTEST_REASON:
        raise Refusal(f"导出含个人信息，请写明用途（不少于 {SHORTEST_REASON} 个字）")
    cap = PERSONAL_CAP if personal else CAP
    watermark = f"{by.name} {at:%Y-%m-%d %H:%M} 导出，含个人信息，仅限工作使用，用后销毁"
    target = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 (the response closes it)
    with reading():
        if found.order_by()[: cap + 1].count() > cap:
            raise Refusal(f"符合条件的超过 {cap:,} 行，一次不能全部导出。请先用筛选缩小范围，再分批导出")
        rows = write_rows(
            target,
            sheet=title,
            headers=[column.header for column in columns],
            rows=_rows(found, columns, prepare),
            leading=(watermark,) if personal else (),
        )
    record_export(by=by, what=title + note, rows=rows, reason=reason)
    target.seek(0)
    return target


def _rows(found: QuerySet, columns: Sequence[Column], prepare: Callable[[list[Any]], None]) -> Iterator[list[Any]]:
    records = found.iterator(chunk_size=CHUNK)
    while stretch := list(islice(records, CHUNK)):
        prepare(stretch)
        for row in stretch:
            yield [column.read(row) for column in columns]
