"""The import road: against bare stages, against django-import-export, again, and its memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import lists
from bench.lines import Line
from bench.worker import ROOT, Database, databases

ROWS, SLOW_ROWS = 100_000, 1_000
BIG = (460_000, 25)
NAMES = ("orgs.import", "orgs.facts_share")


def lines(wanted: str) -> Iterator[Line]:
    """Both databases, then the memory of the largest list."""
    if not any(name.startswith(wanted) or wanted.startswith(name) for name in NAMES):
        return
    with TemporaryDirectory(prefix="ningju-bench-", dir="/tmp") as folder:
        path = Path(folder) / "market.xlsx"
        lists.write_xlsx(path, ROWS)
        with databases("sqlite", "sqlite_slow", "postgresql", "postgresql_slow") as found:
            for vendor in ("sqlite", "postgresql"):
                yield from _road(vendor, path, found[vendor], found[f"{vendor}_slow"])
        big = Path(folder) / "big.xlsx"
        lists.write_xlsx(big, *BIG)
        with databases("sqlite") as found:
            database = found["sqlite"]
            database.city(0, 0)
            read = database.measure("import_list", big, "apply")
            yield Line("orgs.import_460k_seconds", read["seconds"], "s")
            yield Line("orgs.import_460k_memory", read["peak_kb"] / 1024**2, "GB", bound=1.5)


def _road(vendor: str, path: Path, database: Database, slow: Database) -> Iterator[Line]:
    database.city(0, 0)
    reference = _reference(path, database)
    first = database.measure("import_list", path, "apply")
    again = database.measure("import_list", path, "apply")
    facts = database.measure("restate_facts")["seconds"]
    slow.city(0, 0)
    library = slow.measure("import_export", SLOW_ROWS)["seconds"] / SLOW_ROWS
    if (first["new"], again["new"], again["changed"]) != (ROWS, 0, 0):
        raise RuntimeError(f"the list was not read as written: {first}, {again}")
    yield Line(f"orgs.import_100k_seconds.{vendor}", first["seconds"], "s")
    yield Line(f"orgs.import_bare_seconds.{vendor}", reference, "s")
    yield Line(f"orgs.import_100k.{vendor}", first["seconds"] / reference, "× bare stages", bound=2)
    yield Line(f"orgs.import_again.{vendor}", again["seconds"] / first["seconds"], "× first time", bound=1)
    faster = library / (first["seconds"] / ROWS)
    yield Line(f"orgs.import_vs_import_export.{vendor}", faster, "× faster a row", bound=20, at_least=True)
    yield Line(f"orgs.facts_share.{vendor}", facts / (first["seconds"] - facts), "× import without", bound=0.2)


def _reference(path: Path, database: Database) -> float:
    """Seconds of the frozen reference script on the same file and server."""
    command = [sys.executable, "-m", "bench.reference_import", str(path)]
    done = subprocess.run(command, cwd=ROOT, env=database.environment, check=True, stdout=subprocess.PIPE)
    return float(done.stdout.splitlines()[-1])
