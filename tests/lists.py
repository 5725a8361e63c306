"""Lists for tests of the import road: written as small files, sent down the road by one call."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from accounts.models import User
from core.importing import services
from core.models import ImportBatch
from core.sources import sources
from orgs.rules.credit_code import ALPHABET, ORGANISATION_ALPHABET, ORGANISATION_WEIGHTS, WEIGHTS

MARKET = ("企业名称", "统一社会信用代码", "注册号", "登记机关", "企业类型", "控股情况", "行业代码", "注册资本", "成立日期", "法定代表人",
          "住所", "所属街道", "经营状态", "从业人数")  # fmt: skip
PRIVATE = "有限责任公司(自然人投资或控股)"


def credit_code(number: int, prefix: str = "91", area: str = "990102") -> str:
    """The valid credit code of an invented organization."""
    body = f"{number:08d}"
    total = sum(ORGANISATION_ALPHABET.index(c) * w for c, w in zip(body, ORGANISATION_WEIGHTS, strict=True))
    code = prefix + area + body + "0123456789X0"[11 - total % 11]
    rest = sum(ALPHABET.index(c) * w for c, w in zip(code, WEIGHTS, strict=True)) % 31
    return code + ALPHABET[-rest % 31]


def firm(number: int, **cells: Any) -> dict[str, Any]:
    """A row of the market list: a private company of 云台街道 with 60 staff."""
    return {
        "企业名称": f"澄州第{number}有限公司",
        "统一社会信用代码": credit_code(number),
        "企业类型": PRIVATE,
        "控股情况": "私人控股",
        "所属街道": "云台街道",
        "经营状态": "存续",
        "从业人数": 60,
    } | cells


def write_list(path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = MARKET) -> Path:
    """A CSV file with these rows; cells that a row does not give are empty."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return path


class Road:
    """Sends lists down the road in the name of one user."""

    def __init__(self, folder: Path, user: User, as_of: date, today: date | None = None) -> None:
        self.folder, self.user, self.as_of, self.today, self.sent = folder, user, as_of, today, 0

    def stage(
        self,
        rows: Sequence[Mapping[str, Any]],
        source: str = "market",
        *,
        columns: Sequence[str] = MARKET,
        **options: Any,
    ) -> ImportBatch:
        """Receive and stage a list."""
        self.sent += 1
        path = write_list(self.folder / f"list{self.sent}.csv", rows, columns)
        received = {"by": self.user, "as_of": self.as_of, "extent": "", "on": self.today} | options
        batch = services.receive(path, name=path.name, source=sources[source], keep=False, **received)
        services.stage(batch, path=path, on=self.today)
        return batch

    def preview(self, rows: Sequence[Mapping[str, Any]], source: str = "market", **options: Any) -> dict[str, int]:
        """What the list would do."""
        return services.compare(self.stage(rows, source, **options))

    def send(self, rows: Sequence[Mapping[str, Any]], source: str = "market", **options: Any) -> ImportBatch:
        """Import the list; the counts are the batch's."""
        batch = self.stage(rows, source, **options)
        services.apply(batch, on=self.today)
        batch.refresh_from_db()
        return batch


def counts(**expected: int) -> dict[str, int]:
    """All counts of the command line, 0 where not given."""
    names = (
        "rows", "new", "changed", "unchanged", "duplicates", "errors", "warnings", "conflicts", "missing", "undecided",
    )  # fmt: skip
    return dict.fromkeys(names, 0) | expected
