"""Files that are kept: all of one or nothing, and none that no row names."""

from __future__ import annotations

import errno
import io
import os
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core import files
from core.files import FOLDERS
from core.jobs import Progress, job_kinds
from core.models import ImportBatch, Job
from tests.people import City


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


class Broken(io.BytesIO):
    """A file of which the disk takes one part."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError(errno.ENOSPC, "no space left")
        return super().read(size)


def test_of_a_file_that_does_not_fit_nothing_stays(folder: Path) -> None:
    with pytest.raises(OSError, match="no space left"):
        files.keep(Broken(b"x" * 3 * files.PART), "attachments/one")
    assert [*folder.rglob("*")] == [folder / "attachments"]


@pytest.mark.django_db
def test_what_no_row_names_is_removed_after_a_day(city: City, folder: Path) -> None:
    """A process that is killed keeps a file and writes no row, or removes a row and keeps its file."""
    ImportBatch.objects.create(
        source="members", file_name="名册.csv", sha256="0" * 64, as_of=date(2026, 11, 1), node_id=1, path="",
        created_by=city.user("city"), file="imports/named",
    )  # fmt: skip
    old = [folder / one / name for one in FOLDERS for name in ("named", "left", "left.new")]
    fresh = [folder / one / "coming" for one in FOLDERS]
    for path in (*old, *fresh):
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    for path in old:
        os.utime(path, (time.time() - 2 * files.ON_ITS_WAY,) * 2)
    (folder / "uploads" / "gone").symlink_to("nowhere")  # as one that an upload takes along at this moment
    told = job_kinds["core.forget_strays"].run(Job(), Progress())
    assert told == {"files": len(old) - 1}
    assert {*folder.glob("*/*")} == {folder / "imports" / "named", *fresh, folder / "uploads" / "gone"}
