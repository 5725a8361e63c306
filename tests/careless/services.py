"""Writes an action that has no name."""

from core import audit
from tests.careless.models import Note


def scribble(*, by: None, note: Note) -> None:
    """Tell of it."""
    audit.record(by=by, action="careless.scribble", target=note, changes={}, path="")
