"""Keeps files that are larger than any list, or than the room that is left, off the disk while they arrive."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from core.outages import MEGABYTE, free_bytes
from core.workbooks.book import MAX_FILE_BYTES

FORM_BYTES = 1 << 20  # what a form may weigh beside its file


class UploadLimit(FileUploadHandler):
    """Passes over the files of a request that is too large: the form then finds no file and says why."""

    too_large = no_room = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803 (Django's name)
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Weigh the request by what it announces; more than that is never read."""
        self.too_large = content_length > MAX_FILE_BYTES + FORM_BYTES
        left = free_bytes(settings.FILE_UPLOAD_TEMP_DIR) - 2 * content_length  # it is copied once
        self.no_room = left < settings.DISK_RESERVE_MB * MEGABYTE
        META["ningju.too_large"], META["ningju.no_room"] = self.too_large, self.no_room

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.too_large or self.no_room:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
