"""A file that a row keeps (`core.files`), to whoever may see the row."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views import View

from core.files import content
from core.pages import PageRequest, PermissionMixin


class KeptFilePage(PermissionMixin, View):
    """A photo to look at, a document to keep; never anything that a browser would run."""

    model: Any  # a kind of rows that keep one, narrowed by a scope

    def get(self, request: PageRequest, pk: int) -> FileResponse:
        row = get_object_or_404(self.model.objects.within(request.scope).exclude(file=""), pk=pk)
        try:
            file = content(row.file)
        except FileNotFoundError as error:
            raise Http404("文件已不在服务器上") from error
        told: dict[str, Any] = {"filename": row.name, "as_attachment": not row.is_image}
        return FileResponse(file, content_type=row.content_type, **told)
