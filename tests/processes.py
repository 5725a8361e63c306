"""Other processes on the database of the running test, for tests that kill or race (fixture `start_process`)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.db import connection

SESSIONS = "ningju-tests-process"  # what their sessions are called


def environment() -> dict[str, str]:
    """The environment in which a process works on the test database."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        url = f"sqlite:///{name}"
    else:
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": url, "PGAPPNAME": SESSIONS}


@contextmanager
def starting() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Give what starts `python -m module arguments`; its output can be read. At the end none is left, and no session.

    The server goes on with what a killed client has sent, for as long as it does not look for the client. Its locks and
    the emptying of the tables after the test could wait for each other crosswise.
    """
    running: list[subprocess.Popen[str]] = []

    def start(module: str, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", module, *arguments]
        running.append(subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True))
        return running[-1]

    try:
        yield start
    finally:
        for process in running:
            process.kill()
            process.communicate()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND application_name = %s",
                    [SESSIONS],
                )
