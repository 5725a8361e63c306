"""Rows that many tests begin with: services write them once in a process, then they are put back as they were.

Writing the small tree takes 250 statements, putting it back a dozen.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, NamedTuple, TypeVar

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

T = TypeVar("T")


class Kept(NamedTuple):
    """What was built, and how the rows differ from those before: by model."""

    built: Any
    gone: dict[type[Model], list[Any]]
    changed: dict[type[Model], list[Model]]
    new: dict[type[Model], list[Model]]


_kept: dict[tuple[str, str], Kept] = {}  # by name and kind of database


def kept(name: str, build: Callable[[], T]) -> T:
    """What `build` gives, with its rows in the database. Each call has objects of its own."""
    key = (name, connection.vendor)
    with transaction.atomic():
        if key not in _kept:
            before = _rows()
            built = build()
            _kept[key] = deepcopy(_difference(built, before, _rows()))
            return built
        found = deepcopy(_kept[key])
        for model, keys in found.gone.items():
            rows = model._base_manager.filter(pk__in=keys)
            rows._raw_delete(rows.db)
        for model, objects in found.changed.items():
            columns = [one.name for one in model._meta.concrete_fields if not one.primary_key]
            model._base_manager.bulk_create(objects, update_conflicts=True, unique_fields=["pk"], update_fields=columns)
        for model, objects in found.new.items():
            model._base_manager.bulk_create(objects)
        return found.built


def _rows() -> dict[type[Model], dict[Any, Model]]:
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return {model: {row.pk: row for row in model._base_manager.order_by("pk")} for model in models}


def _difference(built: Any, before: dict[type[Model], Any], after: dict[type[Model], Any]) -> Kept:
    gone = {model: [key for key in rows if key not in after[model]] for model, rows in before.items()}
    both = {
        model: [(before[model][key], row) for key, row in rows.items() if key in before[model]]
        for model, rows in after.items()
    }
    changed = {model: [row for old, row in pairs if _values(old) != _values(row)] for model, pairs in both.items()}
    new = {model: [row for key, row in rows.items() if key not in before[model]] for model, rows in after.items()}
    return Kept(built, *({model: rows for model, rows in part.items() if rows} for part in (gone, changed, new)))


def _values(row: Model) -> list[Any]:
    return [getattr(row, one.attname) for one in row._meta.concrete_fields]
