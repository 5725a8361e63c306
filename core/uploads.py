"""Keeps files that are larger than any list off the disk while they arrive."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from core.workbooks.book import MAX_FILE_BYTES

FORM_BYTES = 1 << 20  # what a form may weigh beside its file


class UploadLimit(FileUploadHandler):
    """Passes over the files of a request that is too large: the form then finds no file and says why."""

    too_large = False

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
        META["ningju.too_large"] = self.too_large

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Skip a file of such a request."""
        super().new_file(*args, **kwargs)
        if self.too_large:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand every piece on to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
