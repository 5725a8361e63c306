"""Files that are kept are encrypted: uploaded lists hold what nobody has looked through yet (rules §10).

A kept file is a line with the id of its key, then parts of a megabyte, each bound to the file's name and its place in it;
the last one says so, so that nothing can be cut off.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

from core.crypto import TAG_AND_NONCE_BYTES, current_key_id, decrypt_bytes, encrypt_bytes

PART = 1 << 20


def keep(source: Path, name: str) -> None:
    """Keep a copy of a file under a name below DATA_DIR."""
    with source.open("rb") as content:
        _write(content, name)


def forget(name: str) -> None:
    (Path(settings.DATA_DIR) / name).unlink(missing_ok=True)


def is_kept(name: str) -> bool:
    return bool(name) and (Path(settings.DATA_DIR) / name).is_file()


@contextmanager
def opened(name: str) -> Iterator[Path]:
    """Where the content can be read meanwhile: in a file without a name, which goes with this process whatever happens."""
    with content(name) as file:
        yield Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")


def content(name: str) -> IO[bytes]:
    """The content, to be read from its start. Raises Undecipherable."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - who reads it closes it
    with (Path(settings.DATA_DIR) / name).open("rb") as kept:
        key_id = kept.readline().decode().strip()
        for number, part, is_last in _parts(kept, PART + TAG_AND_NONCE_BYTES):
            file.write(decrypt_bytes(part, key_id, _place(name, number, is_last)))
    file.flush()
    file.seek(0)
    return file


def renew(name: str) -> bool:
    """Encrypt a kept file with the current key; False when it is."""
    with (Path(settings.DATA_DIR) / name).open("rb") as kept:
        if kept.readline().decode().strip() == current_key_id():
            return False
    with content(name) as file:
        _write(file, name)
    return True


def _write(source: IO[bytes], name: str) -> None:
    path = Path(settings.DATA_DIR) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as kept:
        kept.write(f"{current_key_id()}\n".encode())
        for number, part, is_last in _parts(source, PART):
            kept.write(encrypt_bytes(part, _place(name, number, is_last)))
    fresh.replace(path)


def _parts(file: IO[bytes], size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Number, bytes, and whether it is the last; an empty file has one part."""
    number, part = 0, file.read(size)
    while True:
        following = file.read(size)
        yield number, part, not following
        if not following:
            return
        number, part = number + 1, following


def _place(name: str, number: int, is_last: bool) -> str:
    return f"file|{name}#{number}{'.' if is_last else ''}"
