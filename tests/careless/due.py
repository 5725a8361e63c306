"""Everybody's notes are due to everybody."""

from core.due import DueKind, due_kinds
from tests.careless.models import Note

due_kinds.add(
    DueKind(
        "notes", "条子", "registry.view", lambda scope, on: Note.objects.order_by("day"), "day", lambda *told: [], "/"
    )
)
