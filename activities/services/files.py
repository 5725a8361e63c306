"""影像资料: what it is is told by its content; a photo is drawn anew without what the camera wrote into it (rules §13).

A file is kept encrypted (`core.files`) before its row is written; when that fails it is forgotten again.
"""

from __future__ import annotations

import errno
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.models import User
from activities.models import ActivityRecord, Attachment
from activities.rules.files import cleaned, document_type
from activities.services.locking import locked
from core import files, writing
from core.refusals import Refusal

MOST, LARGEST = 9, 10 << 20  # of a record; bytes of one
PIXELS, EDGE = 50_000_000, 2_560  # of a photo that is opened; of the longer side of one that is kept
# so many photos are in memory at once, in threads of their own: memory that large pictures leave behind stays with these
DRAWERS = ThreadPoolExecutor(2)
IMAGES = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"), "WEBP": ("image/webp", ".webp")}
NO_ROOM = "服务器磁盘空间不足，文件没有保存；已填写的内容都在，请稍后再上传"
ATTACH, REMOVE = "activities.attach", "activities.detach"
UNREADABLE = "只能上传照片（JPEG、PNG、WebP）和 PDF、Word、Excel 文件（docx、xlsx），请换一种格式"


@dataclass(frozen=True)
class Content:
    data: bytes
    content_type: str
    suffix: str
    look: str = ""


def attach(
    *, by: User | None, record: ActivityRecord, data: bytes, name: str, on: date, taken_on: date | None = None
) -> Attachment:
    """Keep a file with a record that the branch may still write. The same file again is the one that is there.

    `taken_on` is the day that the browser read from the photo before it made it smaller.
    """
    with keeping(data) as (kept, file), transaction.atomic():
        return _attached(by, record, kept, file, cleaned(name, kept.suffix), hashlib.sha256(data).hexdigest(),
                         taken_on, on)  # fmt: skip


@contextmanager
def keeping(data: bytes) -> Iterator[tuple[Content, str]]:
    """A file that is kept while its row is written: what it is, and where. When that fails it is forgotten again."""
    if len(data) > LARGEST:
        raise Refusal(f"每个文件不超过 {LARGEST >> 20} MB，请压缩后再上传")
    kept = DRAWERS.submit(read, data).result()
    file = f"attachments/{uuid4().hex}"
    try:
        files.keep(io.BytesIO(kept.data), file)
        yield kept, file
    except OSError as error:
        files.forget(file)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Refusal(NO_ROOM) from error
        raise
    except BaseException:
        files.forget(file)
        raise


@transaction.atomic
def remove_attachment(*, by: User | None, attachment: Attachment) -> None:
    """Take a file from a record that the branch may still write."""
    _writable(attachment.record)
    writing.remove_many(Attachment.objects.filter(pk=attachment.pk), by=by, action=REMOVE)
    transaction.on_commit(lambda: files.forget(attachment.file))


def forget_files(names: Iterable[str]) -> None:
    for name in names:
        files.forget(name)


def read(data: bytes) -> Content:
    """What a file is by its content, made harmless. Raises Refusal for anything else than photos and documents."""
    if found := document_type(data):
        content_type, suffix = found
        if suffix != ".pdf":
            _require_whole(data)
        return Content(data, content_type, suffix)
    try:
        with Image.open(io.BytesIO(data), formats=list(IMAGES)) as image:
            if image.width * image.height > PIXELS:
                raise Refusal("照片的像素太多，请压缩后再上传")
            return _redrawn(image)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refusal(UNREADABLE) from error


def look_of(image: Image.Image) -> str:
    """How a photo looks: for each of 8 × 8 places, whether the next one is lighter. The same for any size and quality."""
    small = image.convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    light = list(small.tobytes())
    bits = "".join(str(int(light[9 * y + x] < light[9 * y + x + 1])) for y in range(8) for x in range(8))
    return f"{int(bits, 2):016x}"


def _redrawn(image: Image.Image) -> Content:
    """The picture upright and of a sensible size, and nothing else that the file held."""
    kind = str(image.format)
    image.thumbnail((EDGE, EDGE))
    ImageOps.exif_transpose(image, in_place=True)
    bare = Image.new("RGB" if kind == "JPEG" or image.mode not in ("RGBA", "LA", "P") else "RGBA", image.size)
    bare.paste(image.convert(bare.mode))
    out = io.BytesIO()
    bare.save(out, kind, **({} if kind == "PNG" else {"quality": 85}))
    return Content(out.getvalue(), *IMAGES[kind], look=look_of(bare))


def _require_whole(data: bytes) -> None:
    """A document that can be opened and brings no macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            names = book.namelist()
    except zipfile.BadZipFile as error:
        raise Refusal("文件已损坏，请重新保存后再上传") from error
    if any(part in name.lower() for name in names for part in ("vbaproject", "activex", "oleobject", ".exe")):
        raise Refusal("文件带有宏或嵌入的程序，请另存为不带宏的文件后再上传")


def _attached(
    by: User | None,
    record: ActivityRecord,
    kept: Content,
    file: str,
    name: str,
    digest: str,
    taken_on: date | None,
    on: date,
) -> Attachment:
    row = _writable(record)
    if there := row.attachments.filter(sha256=digest).first():
        files.forget(file)
        return there
    if row.attachments.count() >= MOST:
        raise Refusal(f"每份记录最多 {MOST} 个文件，请先删去一个")
    attachment = Attachment(
        record=row, name=name, content_type=kept.content_type, size=len(kept.data), sha256=digest, look=kept.look,
        taken_on=taken_on, file=file,
    )  # fmt: skip
    writing.add(by=by, record=attachment, action=ATTACH, on=on)
    return attachment


def _writable(record: ActivityRecord) -> ActivityRecord:
    row = locked(record)
    if not row.open:
        raise Refusal("这份记录已提交，不能再增减影像资料；要修改，请先撤回")
    return row
