"""The only module that inserts, updates or deletes what is audited: each change leaves with its entry (rules §10).

Audited is every model of ours but those that `tests/test_trail.py` names with a reason. Three ways, all inside the
caller's transaction:

* one record: `add`, `change` (or `put`, then `keep`); they check what is set;
* many: `add_many`, `change_many`, `remove_many`; nothing else is checked, nothing is held in memory whole;
* rows as the import road has them: `add_rows`, `change_rows`, `remove_rows`, with the entries that it composed.

What happened on a day after today is refused (`core.days`). Today is `on`, else the server's day.
Columns that follow from others (`DERIVED`, and what a model names in `derived`) are set by `derive` and have no entry.
What a model names in `secret` (password hashes) is written and never told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models import F

from core import audit
from core.audit import Changes, Event
from core.days import require_past
from core.fields import column_of
from core.id_sets import among
from core.proof import proved
from core.rows import insert_rows, update_rows

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import User

Record = TypeVar("Record", bound=models.Model)
DERIVED = frozenset({"id", "path", "version", "created_at"})
CHUNK = 2_000  # records that are in memory at once


# --- one record ---
def add(
    *,
    by: User | None,
    record: models.Model,
    action: str,
    path: str | None = None,
    reason: str = "",
    at: datetime | None = None,
    on: date | None = None,
    parts: Sequence[models.Model] = (),
) -> None:
    """Check a new record whole, save it and write its entry; `path` is that of its node, else as the model says.

    Of a record that is append-only the entry proves what it says, with `parts` that the caller writes (`core.proof`).
    """
    record.full_clean()
    require_past(record._meta.model, vars(record), on=on)
    record.save(force_insert=True)
    path = path_of(record) if path is None else path
    changes = _told(record, made(record)) | proved(record, parts)
    audit.record(by=by, action=action, target=record, changes=changes, path=path, reason=reason, at=at)


def path_of(record: models.Model) -> str:
    """The path of the node that a record belongs to, as its model says (`core.scope`); empty where it belongs to none."""
    found: Any = record
    for name in lookup(type(record)).split("__"):
        found = getattr(found, name) if name else ""
    return str(found)


def made(record: models.Model) -> Changes:
    """What a new record says, for its first entry: without what is empty or derived."""
    held = audit.snapshot(record)
    untold = DERIVED | getattr(record, "derived", frozenset())
    return {
        name: [None, value] for name, value in held.items() if name not in untold and value not in (None, "", {}, False)
    }


def put(record: models.Model, values: Mapping[str, Any], *, on: date | None = None) -> Changes:
    """Set values on a record, check them, and tell what differs; saves nothing.

    What is not set was checked when it was written. A whole check is mostly queries: for each record that it points at,
    for each number that must be its own, and for each constraint.
    """
    before = audit.snapshot(record, values)
    for name, value in values.items():
        setattr(record, name, value)
    _check(record, values)
    require_past(record._meta.model, {name: getattr(record, name) for name in values}, on=on)
    return audit.difference(before, audit.snapshot(record, values))


def keep(
    *,
    by: User | None,
    record: models.Model,
    changes: Changes,
    action: str,
    path: str,
    reason: str = "",
    at: datetime | None = None,
    also: Changes | None = None,
) -> None:
    """Save what `put` set and write the entry; a version counts by itself. Nothing is written when nothing differs, unless
    `also` is given: what else the entry tells of, which is written elsewhere."""
    if not changes and also is None:
        return
    columns = [*changes]
    if counted := _version(record._meta.model):
        record.version += 1  # type: ignore[attr-defined]
        columns += counted
    record.save(update_fields=columns)
    entered = {**_told(record, changes), **(also or {})}
    audit.record(by=by, action=action, target=record, changes=entered, path=path, reason=reason, at=at)


def change(
    *,
    by: User | None,
    record: models.Model,
    values: Mapping[str, Any],
    action: str,
    path: str | None = None,
    reason: str = "",
    at: datetime | None = None,
    on: date | None = None,
) -> Changes:
    """Set values, save the columns and write an entry; nothing is written when nothing differs. `path` is that of its node
    before the change, else as the model says."""
    path = path_of(record) if path is None else path
    changes = put(record, values, on=on)
    keep(by=by, record=record, changes=changes, action=action, path=path, reason=reason, at=at)
    return changes


# --- the same for many ---
def add_many(
    records: Iterable[Record],
    *,
    by: User | None,
    action: str,
    reason: str = "",
    path: str = "",
    on: date | None = None,
) -> list[Record]:
    """Insert new records, each with its entry. `path` is the lookup of the node's path, else the model's own."""
    added = [*records]
    if not added:
        return []
    model = type(added[0])
    for record in added:
        require_past(model, vars(record), on=on)
    model._base_manager.bulk_create(added, batch_size=CHUNK)
    entries = [(record, made(record) | proved(record)) for record in added]
    _record(entries, path, by=by, action=action, reason=reason)
    return added


def change_many(
    rows: models.QuerySet,
    values: Mapping[str, Any],
    *,
    by: User | None,
    action: str,
    reason: str = "",
    path: str = "",
    on: date | None = None,
) -> list[Any]:
    """Set the same values on all rows that differ, each with its entry; returns their keys. Locks are the caller's.

    `path` is the lookup of the node's path before the change, else the model's own. What `str` of a record reads of
    others is best selected by the queryset.
    """
    model = rows.model
    require_past(model, values, on=on)
    _require_impersonal(model, values)
    after, counted = audit.snapshot(model(**values), values), {name: F(name) + 1 for name in _version(model)}
    changed: list[Any] = []
    for records in _chunks(rows):
        differing = [
            (record, found) for record in records if (found := audit.difference(audit.snapshot(record, values), after))
        ]
        _record(differing, path, by=by, action=action, reason=reason)  # before: labels and paths are those of then
        keys = [record.pk for record, _ in differing]
        model._base_manager.filter(pk__in=keys).update(**values, **counted)
        changed += keys
    return changed


def change_each(
    given: Sequence[tuple[Any, Mapping[str, Any]]], *, by: User | None, action: str, on: date | None = None
) -> None:
    """Set values of its own, of the same columns, on each record of one model that differs, each with its entry; the constraints
    are the database's. Locks are the caller's."""
    if not given:
        return
    model, columns = type(given[0][0]), [*given[0][1]]
    _require_impersonal(model, columns)
    if _version(model):
        raise ValueError("a version counts by itself: change one at a time")
    done = []
    for record, values in given:
        require_past(model, values, on=on)
        before = audit.snapshot(record, columns)
        for name, value in values.items():
            setattr(record, name, value)
        if found := audit.difference(before, audit.snapshot(record, columns)):
            done.append((record, found))
    _record(done, by=by, action=action, reason="")
    attributes = [column_of(model, name).attname for name in columns]
    update_rows(model, attributes, ([record.pk, *(getattr(record, one) for one in attributes)] for record, _ in done))


def remove_many(rows: models.QuerySet, *, by: User | None, action: str, reason: str = "") -> int:
    """Delete rows, each with an entry that says what it held; returns how many."""
    removed = 0
    for records in _chunks(rows):
        _record([(record, _held(record)) for record in records], by=by, action=action, reason=reason)
        rows.model._base_manager.filter(pk__in=[record.pk for record in records]).delete()
        removed += len(records)
    return removed


def derive(rows: models.QuerySet, **values: Any) -> int:
    """Set columns that follow from others on all rows; returns how many. Raises ValueError for any other column."""
    columns = {column_of(rows.model, name).attname for name in values}
    if unknown := columns - (DERIVED | getattr(rows.model, "derived", frozenset())):
        raise ValueError(f"these have an entry of their own: {sorted(unknown)}")
    return rows.update(**values)


# --- rows as the import road has them ---
def add_rows(
    model: type[models.Model],
    attributes: Sequence[str],
    rows: Iterable[Sequence[Any]],
    constants: Mapping[str, Any] | None = None,
    *,
    by: User | None,
    events: Iterable[Event],
) -> int:
    """`insert_rows` with its entries; none where the entry of the record that the rows belong to tells of them."""
    count = insert_rows(model, attributes, rows, constants)
    audit.record_many(by=by, events=events)
    return count


def change_rows(
    model: type[models.Model],
    attributes: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    by: User | None,
    events: Iterable[Event],
) -> int:
    """`update_rows` with its entries; none for columns that are derived, or new ciphertexts of the same."""
    count = update_rows(model, attributes, rows)
    audit.record_many(by=by, events=events)
    return count


def remove_rows(
    model: type[models.Model], attribute: str, values: Sequence[int], *, by: User | None, events: Iterable[Event]
) -> int:
    """Delete the rows whose column holds one of the numbers, after writing the entries. Nothing cascades: give children
    first."""
    audit.record_many(by=by, events=events)
    rows = model._base_manager.filter(**{f"{attribute}__in": among(values)})
    return rows._raw_delete(rows.db)


def _chunks(rows: models.QuerySet) -> Iterator[list[Any]]:
    """The records in the order of their keys; those that a change takes out of the queryset are not missed."""
    rows, last = rows.order_by("pk"), None
    while records := list((rows if last is None else rows.filter(pk__gt=last))[:CHUNK]):
        yield records
        last = records[-1].pk


def _record(done: Sequence[tuple[Any, Changes]], path: str = "", *, by: User | None, action: str, reason: str) -> None:
    """One entry for each record with its changes. `path` is the lookup of the node's path, else the model's own."""
    if not done:
        return
    model = type(done[0][0])
    path = path or lookup(model)
    kept = model._base_manager.filter(pk__in=[record.pk for record, _ in done])
    paths = dict(kept.values_list("pk", path)) if path else {}
    events = [
        Event(
            action=action,
            model=model._meta.label_lower,
            object_id=str(record.pk),
            label=str(record),
            path=paths.get(record.pk) or "",
            changes=_told(record, changes),
            reason=reason,
        )
        for record, changes in done
    ]
    audit.record_many(by=by, events=events)


def lookup(model: type[models.Model]) -> str:
    """How a row hangs on the tree (`core.scope.ScopedQuerySet`)."""
    return getattr(model, "change_path", "") or getattr(model, "scope_path", "")


def _held(record: models.Model) -> Changes:
    """What a record said that goes."""
    return {name: [value, None] for name, (_, value) in made(record).items()}


def _told(record: models.Model, changes: Changes) -> Changes:
    secret = getattr(record, "secret", ())
    return {name: pair for name, pair in changes.items() if name not in secret}


def _require_impersonal(model: type[models.Model], names: Iterable[str]) -> None:
    if any(getattr(column_of(model, name), "personal", False) for name in names):
        raise ValueError("a personal value is bound to its record: change one at a time")


def _version(model: type[models.Model]) -> list[str]:
    """The column that counts a record's changes, where it has one."""
    return [field.name for field in model._meta.concrete_fields if field.name == "version"]


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
