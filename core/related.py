"""The rows that hang on one record, read for its page."""

from __future__ import annotations

from typing import Any

from django.db import connection, models
from django.db.models import Prefetch, prefetch_related_objects


def prefetch_filled(record: models.Model, *wanted: str | Prefetch) -> None:
    """As `prefetch_related`, but one query first asks which of the tables have a row of the record: most have none."""
    lookups = {one if isinstance(one, str) else one.prefetch_to: one for one in wanted}
    relations: Any = {found.get_accessor_name(): found.field for found in record._meta.related_objects}
    quote = connection.ops.quote_name
    asked = ", ".join(
        f"EXISTS(SELECT 1 FROM {quote(field.model._meta.db_table)} WHERE {quote(field.column)} = %s)"
        for field in (relations[name] for name in lookups)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}", [record.pk] * len(lookups))
        filled = dict(zip(lookups, cursor.fetchone(), strict=True))
    kept = record.__dict__.setdefault("_prefetched_objects_cache", {})
    for name in (name for name, there in filled.items() if not there):
        kept[name] = relations[name].model._default_manager.none()
    prefetch_related_objects([record], *(lookups[name] for name, there in filled.items() if there))
