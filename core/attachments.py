"""What hangs on a record: what it is is told by its content; a photo is drawn anew without what the camera wrote into it.

A file is kept encrypted (`core.files`) before its row is written; when that fails it is forgotten again.
"""

from __future__ import annotations

import errno
import io
import re
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db.models import QuerySet
from PIL import Image

from core import files
from core.refusals import Refusal

LARGEST = 10 << 20  # bytes of one
PIXELS, EDGE = 50_000_000, 2_560  # of a photo that is opened; of the longer side of one that is kept
# so many photos are in memory at once, in threads of their own: memory that large pictures leave behind stays with these
DRAWERS = ThreadPoolExecutor(2)
IMAGES = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"), "WEBP": ("image/webp", ".webp")}
ORIENTATION = 0x0112  # the one thing that is read of what the camera wrote
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
NO_ROOM = "服务器磁盘空间不足，文件没有保存；已填写的内容都在，请稍后再上传"
UNREADABLE = "只能上传照片（JPEG、PNG、WebP）和 PDF、Word、Excel 文件（docx、xlsx），请换一种格式"
OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = (f"{OFFICE}wordprocessingml.document", ".docx")
XLSX = (f"{OFFICE}spreadsheetml.sheet", ".xlsx")
PDF = ("application/pdf", ".pdf")
TYPES, LONGEST_TYPES = "[Content_Types].xml", 1 << 20  # what each part of an Office document is; bytes of that list
NAME_SIGNS = 60
_UNFIT = re.compile(r"[^\w（）()\-—·.]+")


@dataclass(frozen=True)
class Content:
    data: bytes
    content_type: str
    suffix: str
    look: str = ""


def same_kept(rows: QuerySet[Any], *, digest: str, file: str, most: int, of: str) -> Any:
    """The row that keeps the same content already, if there is one: the new copy is forgotten. Raises Refusal where there are as
    many rows as may be."""
    if there := rows.filter(sha256=digest).first():
        files.forget(file)
        return there
    if rows.count() >= most:
        raise Refusal(f"每{of}最多 {most} 个文件，请先删去一个")
    return None


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
    except Refusal:
        raise
    except Exception as error:  # a stranger's file makes a decoder raise anything
        raise Refusal(UNREADABLE) from error


def look_of(image: Image.Image) -> str:
    """How a photo looks: for each of 8 × 8 places, whether the next one is lighter. The same for any size and quality."""
    small = image.convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    light = list(small.tobytes())
    bits = "".join(str(int(light[9 * y + x] < light[9 * y + x + 1])) for y in range(8) for x in range(8))
    return f"{int(bits, 2):016x}"


def document_type(data: bytes) -> tuple[str, str] | None:
    """The type and suffix of a document; None for anything else."""
    if data.startswith(b"%PDF-"):
        return PDF
    if not data.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            names = set(parts.namelist())
    except zipfile.BadZipFile:
        return None
    if TYPES not in names:
        return None
    return DOCX if "word/document.xml" in names else XLSX if "xl/workbook.xml" in names else None


def cleaned(name: str, suffix: str) -> str:
    """A file's name without folders, odd signs and its own suffix, which the content gives."""
    bare = re.split(r"[/\\]", name)[-1].rpartition(".")
    stem = _UNFIT.sub("_", bare[0] or bare[2]).strip("._")[:NAME_SIGNS]
    return f"{stem or '附件'}{suffix}"


def _redrawn(image: Image.Image) -> Content:
    """The picture upright and of a sensible size, and nothing else that the file held: of several in one, the first."""
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    image.thumbnail((EDGE, EDGE))
    bare = Image.new("RGB" if kind == "JPEG" or image.mode not in ("RGBA", "LA", "P") else "RGBA", image.size)
    bare.paste(image.convert(bare.mode))
    if (held := image.getexif().get(ORIENTATION)) in UPRIGHT:
        bare = bare.transpose(UPRIGHT[held])
    out = io.BytesIO()
    bare.save(out, kind, **({} if kind == "PNG" else {"quality": 85}))
    return Content(out.getvalue(), *IMAGES[kind], look=look_of(bare))


def _require_whole(data: bytes) -> None:
    """A document that can be opened and brings no macros, by whatever name: its list of types tells what each part is."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book, book.open(TYPES) as types:
            listed = " ".join([*book.namelist(), types.read(LONGEST_TYPES).decode()]).lower()
            if types.read(1) or "\0" in listed:
                raise ValueError("a list of types as no Office writes it")
    except Exception as error:  # as above
        raise Refusal("文件已损坏，请重新保存后再上传") from error
    if any(part in listed for part in ("vbaproject", "macroenabled", "activex", "oleobject", ".exe")):
        raise Refusal("文件带有宏或嵌入的程序，请另存为不带宏的文件后再上传")
