"""Other processes on the database of the running test, for tests that kill or race. They need `transactional_db`."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import urlsplit

from django.db import connection


def environment() -> dict[str, str]:
    """The environment in which a process works on the test database."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        url = f"sqlite:///{name}"
    else:
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": url}


def start(module: str, *arguments: str) -> subprocess.Popen[str]:
    """Start `python -m module`; its output can be read."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)
