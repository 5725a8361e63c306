"""The heads of the chain of seals outside the database: a file that only grows (SEAL_LOG), and syslog where SEAL_SYSLOG says.

Whoever can rewrite the database and has the keys can make another chain; not one that ends as this file says. Each line
is a JSON object: what happened (`sealed`, `resealed` with new keys, `accepted` by a person), until which entry, and the
head's digest. `resealed` is written before the change of keys is committed, the others after. A line that cannot be read
was cut off by a full disk: the next night writes it again.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

SEALED, RESEALED, ACCEPTED = "sealed", "resealed", "accepted"
logger = logging.getLogger("core.seals")


@dataclass
class Outside:
    """What stands outside: the digest of each seal by its last entry, and the seals that a person accepted as they are."""

    found: bool = False  # there is a file with at least one line
    heads: dict[int, str] = field(default_factory=dict)
    # the same, if the newest change of keys did not come to its end
    former: dict[int, str] = field(default_factory=dict)
    accepted: dict[int, str] = field(default_factory=dict)

    @property
    def last_id(self) -> int:
        """The last entry whose seal is known outside."""
        return max(self.heads, default=0)


def read() -> Outside:
    """What the file says. A chain that was made anew, or accepted, takes the place of all lines before it."""
    outside, path = Outside(), Path(settings.SEAL_LOG)
    for text in path.read_text().splitlines() if path.exists() else ():
        try:
            line = json.loads(text)
            what, last_id, digest = line["what"], int(line["last_id"]), str(line["digest"])
        except (ValueError, KeyError, TypeError):
            continue
        outside.found = True
        if what == SEALED and outside.former:
            outside.former[last_id] = digest
        if what != SEALED:
            outside.former = outside.heads if what == RESEALED else {}
            outside.heads = {}
            outside.accepted = {int(pk): broken for pk, broken in line.get("accepted", {}).items()}
        outside.heads[last_id] = digest
    return outside


def append(lines: Iterable[Mapping[str, Any]]) -> None:
    """Add lines to the file, down to the disk, and tell syslog."""
    texts = [json.dumps(line, ensure_ascii=False) for line in lines]
    if not texts:
        return
    path = Path(settings.SEAL_LOG)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        # a line before may have been cut off
        os.write(file, ("\n" + "\n".join(texts) + "\n").encode())
        os.fsync(file)
    finally:
        os.close(file)
    for text in texts:
        logger.info(text)


def line(what: str, *, at: datetime, last_id: int, digest: str, **more: Any) -> dict[str, Any]:
    return {"what": what, "at": at.isoformat(), "last_id": last_id, "digest": digest, **more}
