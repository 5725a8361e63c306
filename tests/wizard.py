"""Walks a list through the pages of the import road, as a clerk does."""

from __future__ import annotations

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.jobs import Worker
from core.models import ImportBatch
from tests.lists import MARKET, write_list


def work() -> None:
    """What the background worker would do meanwhile."""
    with Worker() as worker:
        while worker.run_next():
            pass


def upload(client: Client, rows: list, path: Path, columns=MARKET, **fields: str):
    """Send a list through the form."""
    content = write_list(path, rows, columns).read_bytes()
    given = {"source": "market", "as_of": "2026-11-20", "extent": ""} | fields
    return client.post(reverse("import-new"), {**given, "file": SimpleUploadedFile(path.name, content)})


def looked_at(client: Client, rows: list, path: Path, **more) -> ImportBatch:
    """A list whose header has been read."""
    upload(client, rows, path, **more)
    work()
    return ImportBatch.objects.latest("pk")


def columns_form(client: Client, batch: ImportBatch, **changed: str) -> dict[str, str]:
    """The columns form as the page offers it, with some fields changed."""
    page = client.get(reverse("import-columns", args=[batch.pk]))
    form: dict[str, str] = {}
    for sheet in page.context["sheets"]:
        if sheet.ticked:
            form[f"sheet-{sheet.number}"] = "on"
        form |= {f"row-{sheet.number}": sheet.proposal.table.row, f"was-{sheet.number}": sheet.proposal.table.row}
        form |= {choice.name: choice.column.field or "" for choice in sheet.choices}
    return form | changed


def checked(client: Client, rows: list, path: Path, **more) -> ImportBatch:
    """A list in its preview."""
    batch = looked_at(client, rows, path, **more)
    client.post(reverse("import-columns", args=[batch.pk]), columns_form(client, batch))
    work()
    batch.refresh_from_db()
    return batch


def written(client: Client, rows: list, path: Path, **more) -> ImportBatch:
    """A list that was applied."""
    batch = checked(client, rows, path, **more)
    client.post(reverse("import", args=[batch.pk]))
    work()
    batch.refresh_from_db()
    return batch


def said(response) -> str:
    """The page's text."""
    return response.content.decode()
