"""Looks through the parts of an .xlsx before any of them is parsed."""

import copy
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from core.workbooks.book import MEGABYTE

# 460,000 rows × 25 columns unpack to 0.7 GB at 14:1; a bomb comes near deflate's bound of 1,032:1
MAX_UNPACKED_BYTES = 2_048 * MEGABYTE
MAX_RATIO = 300
RATIO_COUNTS_FROM = 64 * MEGABYTE
MAX_PARTS = 10_000

XML_SUFFIXES = (".xml", ".rels", ".vml")
BROKEN = "已损坏或没有传完整，请重新导出或在 Excel 中另存后再上传。"
TOO_LARGE = f"解压后超过 {MAX_UNPACKED_BYTES // MEGABYTE // 1024} GB 或压缩比异常，不予打开；请拆成几个文件后再上传。"
MACRO = "含有宏，不予打开；请在 Excel 中另存为不含宏的 .xlsx 后再上传。"
DOCTYPE = "含有外部实体声明（DOCTYPE），正常的 Excel 工作簿不会有，不予打开；请在 Excel 中另存为 .xlsx 后再上传。"
PASSWORD = "设有打开密码，请在 Excel 中取消密码（文件 - 信息 - 保护工作簿）后再上传。"
NOT_A_WORKBOOK = "不是 Excel 工作簿，请在 Excel 中打开并另存为 .xlsx 后再上传。"


class Unfit(Exception):
    """The file must not be read; the text says why, without the file's name (`Unreadable` adds it)."""


def inspect_archive(path: Path) -> None:
    """Raises `Unfit` for a workbook that is damaged, packed like a bomb, or carries macros or a DOCTYPE."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_listing(archive)
            unpacked = 0
            for part in archive.infolist():
                unpacked += _check_part(archive, part)
                if unpacked > MAX_UNPACKED_BYTES:
                    raise Unfit(TOO_LARGE)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as problem:
        raise Unfit(BROKEN) from problem


def _check_listing(archive: zipfile.ZipFile) -> None:
    """What the names and the declared sizes tell, before anything is unpacked."""
    parts = archive.infolist()
    names = {part.filename.lower().lstrip("/") for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise Unfit(PASSWORD)
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise Unfit(TOO_LARGE)
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        raise Unfit(MACRO)
    if "xl/workbook.xml" not in names:
        raise Unfit(NOT_A_WORKBOOK)


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Unpacks one part, keeping nothing, and returns its true size in bytes.

    The declared size is what `zipfile` would stop at and other readers would not, so it is lifted for reading.
    """
    unbounded = copy.copy(part)
    unbounded.file_size = MAX_UNPACKED_BYTES + 1
    size, tail = 0, b""
    is_xml = part.filename.lower().endswith(XML_SUFFIXES)
    is_types = part.filename.lower().endswith("[content_types].xml")
    for chunk in _chunks(archive, unbounded):
        if is_xml and not size and (b"\0" in chunk[:4] or chunk[:2] in (b"\xff\xfe", b"\xfe\xff")):
            raise Unfit(BROKEN)  # UTF-16 would hide a DOCTYPE from this check; Office writes UTF-8
        size += len(chunk)
        if size > MAX_UNPACKED_BYTES or (size > RATIO_COUNTS_FROM and size > MAX_RATIO * part.compress_size):
            raise Unfit(TOO_LARGE)
        window = tail + chunk
        if is_xml and b"<!DOCTYPE" in window:
            raise Unfit(DOCTYPE)
        if is_types and b"macroEnabled" in window:
            raise Unfit(MACRO)
        tail = chunk[-16:]
    if size != part.file_size:
        raise Unfit(BROKEN)
    return size


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as stream:
        while chunk := stream.read(MEGABYTE):
            yield chunk
