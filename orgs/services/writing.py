"""What every service of the registry does alike: check, write and remember."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from accounts.models import User
from core import audit

TECHNICAL = frozenset({"id", "path", "version", "created_at"})


def add(*, by: User | None, record: models.Model, action: str, path: str, reason: str = "") -> None:
    """Check a new record whole, save it and write its entry."""
    record.full_clean()
    record.save()
    audit.record(by=by, action=action, target=record, changes=made(record), path=path, reason=reason)


def made(record: models.Model) -> audit.Changes:
    """What a new record says, for its first entry: without what is empty or known to the machine alone."""
    said = {name: value for name, value in audit.snapshot(record).items() if name not in TECHNICAL}
    return {name: [None, value] for name, value in said.items() if value not in (None, "", {}, False)}


def put(record: models.Model, values: Mapping[str, Any]) -> audit.Changes:
    """Set values on a record, check it whole, and tell what differs; saves nothing."""
    before = audit.snapshot(record, values)
    for name, value in values.items():
        setattr(record, name, value)
    record.full_clean()
    return audit.difference(before, audit.snapshot(record, values))


def change(
    *, by: User | None, record: models.Model, values: Mapping[str, Any], action: str, path: str, reason: str = ""
) -> audit.Changes:
    """Set values, save the columns and write an entry; nothing is written when nothing differs."""
    changes = put(record, values)
    if changes:
        record.save(update_fields=list(values))
        audit.record(by=by, action=action, target=record, changes=changes, path=path, reason=reason)
    return changes
