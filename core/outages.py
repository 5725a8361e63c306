"""What a failure outside the program is, told from the exception: others write, the database is away, the disk is full.

None of them is a mistake of anybody, and each passes: pages ask to come back, jobs wait and go on by themselves.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError

MEGABYTE = 1 << 20
# PostgreSQL's codes: a lock_timeout, a deadlock that was broken; 53100 is a full disk, other 53… too many sessions
_BUSY = ("55P03", "40P01", "40001")
_AWAY = ("57P01", "57P02", "57P03", "08", "53")
_FULL_CODE = "53100"
GONE = "connection already closed"  # so say Django and psycopg2, without a code
_SQLITE_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE)


class Trouble(Enum):
    BUSY = "正在写入名单"
    CROWD = "同时保存的人较多"
    AWAY = "数据库暂时连不上"
    FULL = "磁盘已满"


def trouble_of(error: BaseException | None) -> Trouble | None:
    """What has happened; None when it is a mistake of the program or of the data."""
    found = {kind for one in _chain(error) if (kind := _kind(one))}
    return next((kind for kind in (Trouble.FULL, Trouble.BUSY, Trouble.AWAY) if kind in found), None)


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def require_room() -> None:
    """Refuse what would fill the disk for temporary files: the reserve is left for everybody's small savings.

    Raises OSError, which pages and jobs tell as a full disk.
    """
    if free_bytes(Path(tempfile.gettempdir())) < settings.DISK_RESERVE_MB * MEGABYTE:
        raise OSError(errno.ENOSPC, "less than the reserve is free for temporary files")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _kind(error: BaseException) -> Trouble | None:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Trouble.FULL
    if isinstance(error, InterfaceError):  # else a mistake of the program, such as a closed cursor
        return Trouble.AWAY if GONE in str(error) else None
    cause = error.__cause__
    # a session that breaks off while it is answered is told by the plain class, without a code
    broken_off = type(error) is DatabaseError and cause is not None and getattr(cause, "pgcode", "") is None
    if not isinstance(error, OperationalError) and not broken_off:
        return None
    if isinstance(cause, sqlite3.Error):
        return _kind_of_sqlite(getattr(cause, "sqlite_errorcode", 0))
    code = getattr(cause, "pgcode", None) or "08"  # without a code the server did not answer
    if code == _FULL_CODE:
        return Trouble.FULL
    if code in _BUSY:
        return Trouble.BUSY
    return Trouble.AWAY if code.startswith(_AWAY) else None


def _kind_of_sqlite(code: int) -> Trouble | None:
    if code in _SQLITE_FULL:
        return Trouble.FULL
    return Trouble.BUSY if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) else None
