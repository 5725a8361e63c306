"""What every service of the registry does alike: check, write and remember."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import models

from accounts.models import User
from core import audit
from core.locks import hold
from core.refusals import Refusal
from orgs.models import Organization

TECHNICAL = frozenset({"id", "path", "version", "created_at"})


class MovedMeanwhile(Refusal):
    """The row went over to another organization since it was read."""


def locked(record: Any, *related: str, also: Collection[int] = ()) -> Any:
    """A row of an organization as it is, locked: the organization, and those of `also`, before the row (`core.locks`).

    Raises MovedMeanwhile when the row went over to another organization since the record was read.
    """
    hold(Organization, [*also, record.organization_id])
    rows = type(record)._default_manager.select_for_update(of=["self"], no_key=True)
    row = rows.select_related(*related).get(pk=record.pk)
    if row.organization_id != record.organization_id:
        raise MovedMeanwhile(f"“{row}”刚才由他人调整了所属单位,您的操作没有保存;请重新打开后再办理")
    return row


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
    """Set values on a record, check them, and tell what differs; saves nothing.

    What is not set was checked when it was written. A whole check is mostly queries: for each record that it points at,
    for each number that must be its own, and for each constraint.
    """
    before = audit.snapshot(record, values)
    for name, value in values.items():
        setattr(record, name, value)
    _check(record, values)
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


def _check(record: models.Model, values: Mapping[str, Any]) -> None:
    """Check the fields that are set, and the constraints that speak of one of them with all that they speak of."""
    fields = record._meta.concrete_fields
    touched = {field.name for field in fields if field.name in values or field.attname in values}
    together = [spoken for spoken in map(_spoken_of, record._meta.constraints) if spoken & touched]
    others = {field.name for field in fields} - touched.union(*together)
    record.full_clean(exclude=others, validate_constraints=bool(together))


def _spoken_of(constraint: models.BaseConstraint) -> set[str]:
    """The fields that a constraint of ours speaks of."""
    found = set(getattr(constraint, "fields", ()))
    found |= {part.name for part in getattr(constraint, "expressions", ()) if isinstance(part, models.F)}  # type: ignore[attr-defined]
    condition = getattr(constraint, "condition", None)
    return found | (condition.referenced_base_fields if condition else set())
