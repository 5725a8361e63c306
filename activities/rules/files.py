"""What a file is by its content, and what it may be called. Pure."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = (f"{OFFICE}wordprocessingml.document", ".docx")
XLSX = (f"{OFFICE}spreadsheetml.sheet", ".xlsx")
PDF = ("application/pdf", ".pdf")
NAME_SIGNS = 60
_UNFIT = re.compile(r"[^\w（）()\-—·.]+")


def document_type(data: bytes) -> tuple[str, str] | None:
    """The type and suffix of a document; None for anything else."""
    if data.startswith(b"%PDF-"):
        return PDF
    if not data.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(BytesIO(data)) as parts:
            names = set(parts.namelist())
    except zipfile.BadZipFile:
        return None
    if "[Content_Types].xml" not in names:
        return None
    return DOCX if "word/document.xml" in names else XLSX if "xl/workbook.xml" in names else None


def cleaned(name: str, suffix: str) -> str:
    """A file's name without folders, odd signs and its own suffix, which the content gives."""
    bare = re.split(r"[/\\]", name)[-1].rpartition(".")
    stem = _UNFIT.sub("_", bare[0] or bare[2]).strip("._")[:NAME_SIGNS]
    return f"{stem or '附件'}{suffix}"
