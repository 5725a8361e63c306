"""The bare stages of an import, as a yardstick: `python -m bench.reference_import LIST.xlsx` prints seconds.

Frozen: the road is held to a multiple of it, so it must not change with the road. It reads the market list of
`bench.lists`, checks every cell with the house's pure readers, loads the rows into a table of its own, compares them by
statements over whole sets and applies them with a history row for each: no Django, no model, no staging of raw cells,
no provenance, no scope, no facts. The database is DATABASE_URL's; its tables are made and dropped.
"""

from __future__ import annotations

import io
import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2
from python_calamine import CalamineWorkbook

from core.cells import CellProblem, read_amount, read_count, read_currency, read_date, read_text
from orgs.rules import words
from orgs.rules.category import suggest_category
from orgs.rules.credit_code import check_credit_code, normalise_code, organisation_code_ok

LATEST = date(2026, 12, 31)
CHUNK = 2_000


def _code(cell: Any) -> str | None:
    code = normalise_code(cell)
    if code and (problem := check_credit_code(code)):
        raise CellProblem(problem)
    return code or None


def _day(cell: Any) -> str | None:
    found = read_date(cell, latest=LATEST)
    return found.isoformat() if found else None


def _amount(cell: Any) -> str | None:
    found = read_amount(cell)
    return str(found.value) if found else None


# header → column of the record and reader
COLUMNS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "企业名称": ("name", read_text), "统一社会信用代码": ("code", _code), "注册号": ("old_number", read_text),
    "企业类型": ("company_type", words.company_type), "行业门类": ("section", words.industry),
    "行业代码": ("industry", words.industry), "注册资本（万元）": ("capital", _amount), "币种": ("currency", read_currency),
    "成立日期": ("registered_on", _day), "法定代表人": ("legal", read_text), "联系电话": ("phone", read_text),
    "住所": ("address", read_text), "登记机关": ("registrar", read_text), "所属街道": ("area", read_text),
    "经营状态": ("status", words.status), "从业人数": ("staff", read_count), "控股情况": ("control", words.control),
    "核准日期": ("approved", read_text), "经营范围": ("business", read_text),
}  # fmt: skip
NAMES = [name for name, _ in COLUMNS.values()]
STORED = [*NAMES, "category", "managed_by"]
LISTED = ", ".join(STORED)


def read(path: Path) -> tuple[list[str], Iterator[list[Any]]]:
    """Headers and rows, streamed."""
    rows = iter(CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows())
    return [str(cell) for cell in next(rows)], rows


def check(headers: list[str], rows: Iterator[list[Any]]) -> Iterator[tuple[Any, ...]]:
    """Every cell read, every row judged; problems are counted and their cells left out."""
    places = [(headers.index(header), reader) for header, (_, reader) in COLUMNS.items()]
    at = {name: index for index, name in enumerate(NAMES)}
    for row in rows:
        values = []
        for index, reader in places:
            try:
                values.append(reader(row[index]))
            except CellProblem:
                values.append(None)
        code = values[at["code"]]
        if not values[at["name"]] or not code or not organisation_code_ok(code):
            continue
        told = {name: values[at[name]] or "" for name in ("company_type", "control", "industry", "name")}
        category = suggest_category(credit_code=code, **told).category
        yield (*values, category, values[at["area"]])


class Postgres:
    """What differs on PostgreSQL."""

    key, json_type = "BIGSERIAL PRIMARY KEY", "JSONB"

    def __init__(self, url: str) -> None:
        self.connection = psycopg2.connect(url)

    def load(self, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
        """COPY in chunks."""
        cursor = self.connection.cursor()
        while chunk := [row for _, row in zip(range(CHUNK), rows, strict=False)]:
            lines = ["\t".join("\\N" if v is None else str(v).replace("\\", "\\\\") for v in row) for row in chunk]
            cursor.copy_expert(f"COPY {table} ({LISTED}) FROM STDIN", io.StringIO("\n".join(lines) + "\n"))

    def object_of(self, alias: str) -> str:
        """A row as JSON."""
        pairs = ", ".join(f"'{name}', {alias}.{name}" for name in STORED)
        return f"jsonb_build_object({pairs})"

    differs = "IS DISTINCT FROM"


class Sqlite:
    """What differs on SQLite."""

    key, json_type, differs = "INTEGER PRIMARY KEY", "TEXT", "IS NOT"

    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=NORMAL")
        self.connection.execute("BEGIN IMMEDIATE")

    def load(self, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
        """executemany."""
        marks = ", ".join("?" * len(STORED))
        self.connection.executemany(f"INSERT INTO {table} ({LISTED}) VALUES ({marks})", rows)

    def object_of(self, alias: str) -> str:
        """A row as JSON."""
        pairs = ", ".join(f"'{name}', {alias}.{name}" for name in STORED)
        return f"json_object({pairs})"


def statements(database: Postgres | Sqlite) -> dict[str, Sequence[str]]:
    """The stages over whole sets: tables, comparison, history, records."""
    columns = ", ".join(f"{name} TEXT" for name in STORED)
    changed = " OR ".join(f"r.{name} {database.differs} s.{name}" for name in STORED)
    assigned = ", ".join(f"{name} = excluded.{name}" for name in STORED if name != "code")
    return {
        "tables": (
            f"CREATE TABLE reference_staged (id {database.key}, {columns})",
            f"CREATE TABLE reference_records (id {database.key}, {columns}, UNIQUE (code))",
            f"CREATE TABLE reference_history (id {database.key}, code TEXT, at TEXT, who TEXT, before {database.json_type}, "
            f"after {database.json_type})",
            "CREATE TABLE reference_counts (code TEXT, staff TEXT, counted_on TEXT)",
        ),
        "compare": (
            "CREATE INDEX reference_staged_code ON reference_staged (code)",
            "ANALYZE reference_staged",
            "DELETE FROM reference_staged WHERE code IN (SELECT code FROM reference_staged GROUP BY code "
            "HAVING count(*) > 1)",
            f"SELECT count(*), sum(CASE WHEN r.id IS NULL THEN 1 ELSE 0 END), sum(CASE WHEN {changed} THEN 1 ELSE 0 END) "
            "FROM reference_staged s LEFT JOIN reference_records r ON r.code = s.code",
        ),
        "apply": (
            "INSERT INTO reference_history (code, at, who, before, after) SELECT s.code, CURRENT_TIMESTAMP, 'clerk', "
            f"CASE WHEN r.id IS NULL THEN NULL ELSE {database.object_of('r')} END, {database.object_of('s')} "
            f"FROM reference_staged s LEFT JOIN reference_records r ON r.code = s.code WHERE r.id IS NULL OR {changed}",
            f"INSERT INTO reference_records ({LISTED}) SELECT {LISTED} FROM reference_staged WHERE TRUE "
            f"ON CONFLICT (code) DO UPDATE SET {assigned} WHERE "
            + " OR ".join(f"reference_records.{n} {database.differs} excluded.{n}" for n in STORED),
            "INSERT INTO reference_counts SELECT code, staff, CURRENT_DATE FROM reference_staged WHERE staff IS NOT NULL",
        ),
        "drop": tuple(
            f"DROP TABLE reference_{name}" for name in ("staged", "records", "history", "counts")
        ),
    }  # fmt: skip


def main(path: Path, url: str) -> None:
    """Run the stages in one transaction; print seconds a stage, and their sum as the last line."""
    database: Postgres | Sqlite = (
        Postgres(url) if url.startswith("postgres") else Sqlite(url.removeprefix("sqlite:///"))
    )
    run, cursor, seconds = statements(database), database.connection.cursor(), {}
    for statement in run["tables"]:
        cursor.execute(statement)
    started = time.perf_counter()
    headers, rows = read(path)
    checked = list(check(headers, rows))
    seconds["read and check"] = time.perf_counter() - started
    for stage in ("load", "compare", "apply"):
        began = time.perf_counter()
        if stage == "load":
            database.load("reference_staged", iter(checked))
        else:
            for statement in run[stage]:
                cursor.execute(statement)
        seconds[stage] = time.perf_counter() - began
    began = time.perf_counter()
    database.connection.commit()
    seconds["commit"] = time.perf_counter() - began
    for statement in run["drop"]:
        cursor.execute(statement)
    database.connection.commit()
    print(json.dumps({name: round(value, 2) for name, value in seconds.items()}), file=sys.stderr)
    print(round(sum(seconds.values()), 3))


if __name__ == "__main__":
    main(Path(sys.argv[1]), os.environ["DATABASE_URL"])
