"""Which background workers live, and what they wait for.

A worker holds the lock of its file for as long as it lives: the system releases it at the moment of its death. What it
waits for stands in the file too, whose room is taken beforehand: it can be written when the disk is full.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Self

from django.conf import settings

ROOM = 4_000  # bytes for what a worker says
ANY = ""  # what it says of no job in particular
NONE_LIVES = "后台程序没有运行，导入、批量修改、评定和夜间计算暂停；请告诉系统管理员，程序恢复后自动继续"


class Presence:
    """A living worker, as the others see it."""

    def __init__(self) -> None:
        self.name = f"{os.uname().nodename[:50]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        folder().mkdir(parents=True, exist_ok=True)
        path = _path(self.name)
        while not (self._file and path.exists() and os.path.samestat(path.stat(), os.fstat(self._file.fileno()))):
            # who looked for the dead may have removed it before it was locked
            self._file = path.open("wb", buffering=0)
            fcntl.flock(self._file, fcntl.LOCK_EX)
        self.say({})
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            _path(self.name).unlink(missing_ok=True)
            self._file.close()

    def say(self, waits: Mapping[str, str]) -> None:
        """Tell what each job waits for, by its number; under `ANY` what all of them wait for."""
        assert self._file is not None
        text = json.dumps(waits).encode()
        with suppress(OSError):  # no room at all, since its start
            os.pwrite(self._file.fileno(), (text if len(text) < ROOM else b"{}").ljust(ROOM), 0)


def living() -> list[Mapping[str, str]]:
    """What each living worker says; nothing when none lives."""
    return [waits for path in _files() if (waits := _said(path)) is not None]


def what_waits(job: int) -> str:
    """What a job waits for, in Chinese; empty when it waits for its turn alone."""
    workers = living()
    if not workers:
        return NONE_LIVES
    return next((waits[key] for key in (str(job), ANY) for waits in workers if key in waits), "")


def lives(name: str) -> bool:
    """Tell whether a worker still holds its lock; remove the file of a dead one."""
    if _said(_path(name)) is not None:
        return True
    _path(name).unlink(missing_ok=True)
    return False


def folder() -> Path:
    """Where workers and the progress of jobs are."""
    return Path(settings.DATA_DIR) / "jobs"


def _path(name: str) -> Path:
    return folder() / f"{name}.lock"


def _files() -> Iterator[Path]:
    return folder().glob("*.lock")


def _said(path: Path) -> Mapping[str, str] | None:
    """What a living worker says; None of a dead one."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        try:
            return dict(json.loads(path.read_bytes() or b"{}"))
        except (FileNotFoundError, ValueError):  # it ends, or writes, at this moment
            return {}
    return None
