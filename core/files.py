"""Files that are kept are encrypted: uploaded lists hold what nobody has looked through yet (rules §10).

A kept file is a line with the id of its key, then parts of a megabyte, each bound to the file's name and its place in it;
the last one says so, so that nothing can be cut off.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.conf import settings

from core.crypto import TAG_AND_NONCE_BYTES, current_key_id, decrypt_bytes, encrypt_bytes

PART = 1 << 20
ON_ITS_WAY = 24 * 3600  # seconds after which a file that no row names is no longer on its way
FOLDERS = ("uploads", "imports", "attachments")


def keep(source: IO[bytes], name: str) -> None:
    """Keep what is read under a name in one of the FOLDERS of DATA_DIR. When it fails, for a full disk, nothing of it stays."""
    assert name.partition("/")[0] in FOLDERS, f"{name}: nobody would look for strays there"
    path = Path(settings.DATA_DIR) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    try:
        with fresh.open("wb") as kept:
            kept.write(f"{current_key_id()}\n".encode())
            for number, part, is_last in _parts(source, PART):
                kept.write(encrypt_bytes(part, _place(name, number, is_last)))
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def forget(*names: str) -> None:
    for name in names:
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
        keep(file, name)
    return True


def forget_strays(known: Iterable[str]) -> int:
    """Files that no row names, since their upload or their removal was broken off; the rest of an upload too."""
    root, named, gone = Path(settings.DATA_DIR), set(known), 0
    for path in [one for folder in FOLDERS for one in root.glob(f"{folder}/*")]:
        with suppress(FileNotFoundError):  # an upload that ended meanwhile takes its file along
            if str(path.relative_to(root)) not in named and time.time() - path.stat().st_mtime > ON_ITS_WAY:
                path.unlink()
                gone += 1
    return gone


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
