"""The product's settings as the tests use them."""

from __future__ import annotations

import os
from pathlib import Path

os.environ["NINGJU_DEMO"] = "1"
# of each of the processes that run tests side by side its own: their databases give the same numbers to other files
os.environ["NINGJU_DATA"] = str(
    Path(os.environ.get("NINGJU_DATA") or Path(__file__).resolve().parent.parent / "build" / "tests")
    / os.environ.get("PYTEST_XDIST_WORKER", "")
)

from config.settings import *  # noqa: F403
from config.settings import DATA_DIR, DATABASES

# the strong hash would cost every test with people seconds
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # a file as in real use, not memory: other processes can open it, threads wait for its locks
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
