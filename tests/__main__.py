"""Every test on SQLite, and what touches a database on PostgreSQL too: `python -m tests [PYTEST ARGUMENTS]`. The last line
counts both runs.

With DATABASE_URL set, that server stands in for the throw-away PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from xml.etree import ElementTree

from tests.browser.chromium import CHROMIUM
from tests.postgres import throw_away_server

PACKAGES = ("chromium", "fonts-noto-cjk")
# as many side by side as there are processors, so that a server's connections and memory last
PROCESSES = min(max(len(os.sched_getaffinity(0)), 2), 4)
PYTEST = ("-m", "pytest", "-n", str(PROCESSES), "--dist", "worksteal")


def run(database: str, url: str, folder: Path, arguments: list[str]) -> Counter[str]:
    """Run pytest on one database; count what passed, failed and was skipped."""
    print(f"── {database}", flush=True)
    data, report = folder / database, folder / f"{database}.xml"
    environment = {**os.environ, "NINGJU_DEMO": "1", "NINGJU_DATA": str(data)}
    environment.pop("DATABASE_URL", None)
    if url:
        environment["DATABASE_URL"] = url
    command = [sys.executable, *PYTEST, f"--junitxml={report}", *arguments]
    code = subprocess.run(command, env=environment, check=False).returncode
    counts: Counter[str] = Counter()
    if report.exists():
        suite = ElementTree.parse(report).getroot()[0]
        wrong = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        counts.update(passed=int(suite.get("tests", 0)) - wrong - skipped, failed=wrong, skipped=skipped)
    if code and not counts["failed"]:
        counts["failed"] += 1  # pytest itself ended badly: nothing collected, interrupted, killed
    return counts


def missing_packages() -> str:
    """Install the browser and its Chinese font where we may; else say in a sentence what is missing."""
    if Path(CHROMIUM).exists():
        return ""
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *PACKAGES]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-q"], check=True)
        subprocess.run(install, check=True, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
        return ""
    return (
        f"The browser tests need Debian's {' and '.join(PACKAGES)}: sudo {' '.join(install[:3])} {' '.join(PACKAGES)}"
    )


def main() -> int:
    """Run both and print the sum as the last line; anything but success on both is an error."""
    if missing := missing_packages():
        print(missing, file=sys.stderr)
        return 2
    given = os.environ.get("DATABASE_URL", "")
    arguments = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="ningju-tests-", dir="/tmp") as name:
        counts = run("sqlite", "", Path(name), arguments)
        with nullcontext(given) if given else throw_away_server() as url:
            counts += run("postgresql", url, Path(name), arguments)
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"{counts['passed']} passed, {counts['failed']} failed{skipped}")
    return 0 if counts["passed"] and not counts["failed"] and not counts["skipped"] else 1


if __name__ == "__main__":
    sys.exit(main())
