"""The bare stages of an import, as a yardstick: `python -m bench.reference_import LIST.xlsx` prints seconds.

Frozen: the road is held to a multiple of it, so it must not change with the road. It reads the market list of
`bench.lists`, checks every cell with the house's pure readers, loads the rows into a table of its own, compares them by
statements over whole sets and applies them. It writes what the road must keep: the clerk's cells and what was read of them
as one ciphertext a row, the telephone as ciphertext with its digest, where each value comes from, dated headcounts, names
that can be searched, and an entry of the trail for each record, personal values encrypted. No Django, no model, no scope, no
preview between checking and writing, no progress, no facts. The database is DATABASE_URL's; its tables are made and dropped.
"""

from __future__ import annotations

import base64
import hmac
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

import orjson
import psycopg2
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
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
COMPARED = [*(name for name in NAMES if name != "phone"), "phone_digest", "category", "managed_by"]
RECORD = ["id", *COMPARED, "phone", "sources"]
STAGED = [*RECORD, "phone_told", "cells"]
TOLD = [*(name for name in COMPARED if name != "phone_digest"), "phone_told"]
KEY = os.urandom(32)
CIPHER = AESGCM(KEY)


def encrypt(content: bytes, place: str) -> str:
    """As the road encrypts: bound to its place."""
    nonce = os.urandom(12)
    return base64.b64encode(nonce + CIPHER.encrypt(nonce, content, place.encode())).decode()


def read(path: Path) -> tuple[list[str], Iterator[list[Any]]]:
    """Headers and rows, streamed."""
    rows = iter(CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows())
    return [str(cell) for cell in next(rows)], rows


def check(headers: list[str], rows: Iterator[list[Any]]) -> Iterator[tuple[Any, ...]]:
    """Every cell read, every row judged; problems are counted and their cells left out."""
    places = [(headers.index(header), reader) for header, (_, reader) in COLUMNS.items()]
    for number, row in enumerate(rows, 1):
        values: dict[str, Any] = {}
        for name, (index, reader) in zip(NAMES, places, strict=True):
            try:
                values[name] = reader(row[index])
            except CellProblem:
                values[name] = None
        if not values["name"] or not values["code"] or not organisation_code_ok(values["code"]):
            continue
        known = {name: values[name] or "" for name in ("company_type", "control", "industry", "name")}
        values["category"] = suggest_category(credit_code=values["code"], **known).category
        values["managed_by"] = values["area"]
        yield kept(number, row, values)


def kept(number: int, row: list[Any], values: dict[str, Any]) -> tuple[Any, ...]:
    """The row as it is staged: what is personal as ciphertext."""
    cells = orjson.dumps([[cell if isinstance(cell, str) else str(cell) for cell in row], values])
    sources = orjson.dumps({"1": sorted(name for name, value in values.items() if value is not None)}).decode()
    phone = (values["phone"] or "").encode()
    values |= {
        "phone_digest": hmac.digest(KEY, phone, "sha256").hex(),
        "phone": encrypt(phone, f"record.phone#{number}"),
    }
    trail = encrypt(phone, f"trail|record.phone#{number}")
    record = (number, *(values[name] for name in COMPARED), values["phone"], sources)
    return *record, trail, encrypt(cells, f"staged.cells#{number}")


class Postgres:
    """What differs on PostgreSQL."""

    json_type = "JSONB"
    # names are searched by pairs of characters (the function is made in the migrations of `orgs`)
    search = ("CREATE INDEX reference_search ON reference_records USING gin (ningju_bigrams(name))",)

    def __init__(self, url: str) -> None:
        self.connection = psycopg2.connect(url)

    def load(self, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
        """COPY in chunks."""
        cursor = self.connection.cursor()
        while chunk := [row for _, row in zip(range(CHUNK), rows, strict=False)]:
            lines = ["\t".join("\\N" if v is None else str(v).replace("\\", "\\\\") for v in row) for row in chunk]
            cursor.copy_expert(f"COPY {table} ({', '.join(STAGED)}) FROM STDIN", io.StringIO("\n".join(lines) + "\n"))

    def object_of(self, alias: str) -> str:
        """A row as JSON."""
        pairs = ", ".join(f"'{name}', {alias}.{name}" for name in TOLD)
        return f"jsonb_build_object({pairs})"

    differs = "IS DISTINCT FROM"


class Sqlite:
    """What differs on SQLite."""

    json_type, differs = "TEXT", "IS NOT"
    search: tuple[str, ...] = ()  # names are read

    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=NORMAL")
        self.connection.execute("BEGIN IMMEDIATE")

    def load(self, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
        """executemany."""
        marks = ", ".join("?" * len(STAGED))
        self.connection.executemany(f"INSERT INTO {table} ({', '.join(STAGED)}) VALUES ({marks})", rows)

    def object_of(self, alias: str) -> str:
        """A row as JSON."""
        pairs = ", ".join(f"'{name}', {alias}.{name}" for name in TOLD)
        return f"json_object({pairs})"


def statements(database: Postgres | Sqlite) -> dict[str, Sequence[str]]:
    """The stages over whole sets: tables, comparison, history, records."""
    staged, record = (", ".join(f"{name} TEXT" for name in names if name != "id") for names in (STAGED, RECORD))
    changed = " OR ".join(f"r.{name} {database.differs} s.{name}" for name in COMPARED)
    assigned = ", ".join(f"{name} = excluded.{name}" for name in RECORD if name not in ("id", "code"))
    listed, given = ", ".join(RECORD), ", ".join(f"s.{name}" for name in RECORD)
    before = database.object_of("r").replace("r.phone_told", "NULL")
    return {
        "tables": (
            f"CREATE TABLE reference_staged (id INTEGER PRIMARY KEY, {staged})",
            f"CREATE TABLE reference_records (id INTEGER PRIMARY KEY, {record}, UNIQUE (code))",
            *database.search,
            "CREATE TABLE reference_history (id INTEGER PRIMARY KEY, at TEXT, who TEXT, action TEXT, model TEXT, label TEXT, "
            f"path TEXT, batch INTEGER, before {database.json_type}, after {database.json_type})",
            "CREATE TABLE reference_counts (record INTEGER, kind TEXT, number TEXT, counted_on TEXT, source TEXT, batch INTEGER)",
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
            "INSERT INTO reference_history SELECT s.id, CURRENT_TIMESTAMP, 'clerk', 'import.add', 'organization', s.name, "
            f"'000100020003', 1, CASE WHEN r.id IS NULL THEN NULL ELSE {before} END, {database.object_of('s')} "
            f"FROM reference_staged s LEFT JOIN reference_records r ON r.code = s.code WHERE r.id IS NULL OR {changed}",
            f"INSERT INTO reference_records ({listed}) SELECT {given} FROM reference_staged s WHERE TRUE "
            f"ON CONFLICT (code) DO UPDATE SET {assigned} WHERE "
            + " OR ".join(f"reference_records.{n} {database.differs} excluded.{n}" for n in COMPARED),
            "INSERT INTO reference_counts SELECT id, 'staff', staff, CURRENT_DATE, 'market', 1 FROM reference_staged "
            "WHERE staff IS NOT NULL",
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
