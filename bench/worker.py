"""A process that measures on one database: `python -m bench.worker STEP [ARGUMENT …]` prints one JSON object.

Each step runs alone in its process, so that memory is its own and nothing is warm that should not be.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import django
import psycopg2

from tests.postgres import throw_away_server

ROOT = Path(__file__).resolve().parent.parent


class Database:
    """An empty database with a data folder, and the processes that work on it."""

    def __init__(self, vendor: str, url: str, folder: Path) -> None:
        self.vendor, self.folder = vendor, folder
        self.environment = {**os.environ, "DATABASE_URL": url, "NINGJU_DEMO": "1", "NINGJU_DATA": str(folder)}

    def manage(self, *arguments: object) -> None:
        """Run a management command."""
        command = [sys.executable, "manage.py", *map(str, arguments)]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def city(self, organizations: int, members: int) -> None:
        """The tables, and the demonstration city at a size."""
        self.manage("migrate", "-v", "0")
        self.manage("demo", "--orgs", organizations, "--members", members)
        if self.vendor.startswith("postgresql"):
            ask(self.environment["DATABASE_URL"], "VACUUM ANALYZE")  # as the server does in the minutes after

    def measure(self, step: str, *arguments: object) -> dict[str, Any]:
        """Run a step of `bench.steps` in a process of its own."""
        command = [sys.executable, "-m", "bench.worker", step, *map(str, arguments)]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE)
        return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def databases(*vendors: str) -> Iterator[dict[str, Database]]:
    """Databases by name; a name begins with its vendor: `sqlite`, `postgresql_small`."""
    with TemporaryDirectory(prefix="ningju-bench-", dir="/tmp") as folder:
        if any(vendor.startswith("postgresql") for vendor in vendors):
            with throw_away_server() as server:
                yield {name: _database(name, Path(folder), server) for name in vendors}
        else:
            yield {name: _database(name, Path(folder), "") for name in vendors}


def _database(name: str, folder: Path, server: str) -> Database:
    own = folder / name
    own.mkdir()
    if not name.startswith("postgresql"):
        return Database(name, f"sqlite:///{own / 'bench.sqlite3'}", own)
    ask(server, f"CREATE DATABASE {name}")
    return Database(name, urlsplit(server)._replace(path=f"/{name}").geturl(), own)


def ask(url: str, sql: str) -> list[tuple[Any, ...]]:
    """One statement outside any transaction, and its rows."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []


def main() -> None:
    """Set Django up and run one step."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from bench import steps  # noqa: PLC0415 - its models need Django set up

    measured: Mapping[str, Any] = getattr(steps, sys.argv[1])(*sys.argv[2:])
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
