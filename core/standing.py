"""What has ended takes nothing back: an undo leaves what would hang on it again as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from core.id_sets import among


def on_ended(model: type[models.Model], rows: Mapping[int, Mapping[str, Any]]) -> set[int]:
    """Of records, by id with the values they would have, those that would refer to what stands no more; the queryset of
    the other model knows it as `standing`."""
    found: set[int] = set()
    for field in model._meta.concrete_fields:
        standing = getattr(field.related_model and field.related_model._default_manager, "standing", None)  # type: ignore[union-attr]
        wanted = {pk: key for pk, row in rows.items() if (key := row.get(field.attname))} if standing else {}
        if standing and wanted:
            there = set(standing().filter(pk__in=among(set(wanted.values()))).values_list("pk", flat=True))
            found.update(pk for pk, key in wanted.items() if key not in there)
    return found
