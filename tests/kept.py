"""Rows that many tests begin with: services write them once in a process, then they are put back as they were.

Writing the small tree takes 250 statements, putting it back a dozen.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, TypeVar

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

T = TypeVar("T")


class Difference(NamedTuple):
    """How rows differ from those before: by model."""

    gone: dict[type[Model], list[Any]]
    changed: dict[type[Model], list[Model]]
    new: dict[type[Model], list[Model]]


@dataclass
class Kept:
    """What was built, pickled: it is read anew faster than it is copied. The statements that write its rows are those of the
    first time that they are put back."""

    built: bytes
    difference: Difference
    statements: list[tuple[str, Any]] = field(default_factory=list)


_kept: dict[tuple[str, str], Kept] = {}  # by name and kind of database


def kept(name: str, build: Callable[[], T]) -> T:
    """What `build` gives, with its rows in the database. Each call has objects of its own."""
    key = (name, connection.vendor)
    with transaction.atomic():
        if key not in _kept:
            before = _rows()
            built = build()
            _kept[key] = Kept(pickle.dumps(built), _difference(before, _rows()))
            return built
        found = _kept[key]
        if found.statements:
            with connection.cursor() as cursor:
                for sql, parameters in found.statements:
                    cursor.execute(sql, parameters)
        else:
            with connection.execute_wrapper(partial(_noted, found.statements)):
                _put_back(found.difference)
        return pickle.loads(found.built)  # type: ignore[no-any-return]


def _noted(
    statements: list[tuple[str, Any]], execute: Callable[..., Any], sql: str, parameters: Any, *told: Any
) -> Any:
    statements.append((sql, parameters))
    return execute(sql, parameters, *told)


def _put_back(difference: Difference) -> None:
    for model, keys in difference.gone.items():
        rows = model._base_manager.filter(pk__in=keys)
        rows._raw_delete(rows.db)
    for model, objects in difference.changed.items():
        columns = [one.name for one in model._meta.concrete_fields if not one.primary_key]
        model._base_manager.bulk_create(objects, update_conflicts=True, unique_fields=["pk"], update_fields=columns)
    for model, objects in difference.new.items():
        model._base_manager.bulk_create(objects)


def _rows() -> dict[type[Model], dict[Any, Model]]:
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return {model: {row.pk: row for row in model._base_manager.order_by("pk")} for model in models}


def _difference(before: dict[type[Model], Any], after: dict[type[Model], Any]) -> Difference:
    gone = {model: [key for key in rows if key not in after[model]] for model, rows in before.items()}
    both = {
        model: [(before[model][key], row) for key, row in rows.items() if key in before[model]]
        for model, rows in after.items()
    }
    changed = {model: [row for old, row in pairs if _values(old) != _values(row)] for model, pairs in both.items()}
    new = {model: [row for key, row in rows.items() if key not in before[model]] for model, rows in after.items()}
    return Difference(*({model: rows for model, rows in part.items() if rows} for part in (gone, changed, new)))


def _values(row: Model) -> list[Any]:
    return [getattr(row, one.attname) for one in row._meta.concrete_fields]
