"""Reading the audit trail in Chinese: what was done to a record, from what to what, by whom and why."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime

from core import audit, audit_words
from core.crypto import Undecipherable
from core.masking import mask
from core.models import PROOF, AuditEntry
from core.scope import Scope, may_see

EMPTY = "（空）"
LOOKED_BACK = 20  # entries of a record
LENGTH = 200  # characters of a value that are shown
Names = Mapping[type[models.Model], Mapping[Any, str]]


@dataclass(frozen=True)
class FieldChange:
    """One field: its name and both values as a reader understands them."""

    label: str
    before: str
    after: str

    @property
    def added(self) -> bool:
        return self.before == EMPTY

    def __str__(self) -> str:
        return f"{self.label}：{self.before} → {self.after}"


@dataclass(frozen=True)
class HistoryEntry:
    """One entry of the trail, ready to be read."""

    entry: AuditEntry
    action: str
    kind: str  # what the record is called, such as 两新组织
    changes: tuple[FieldChange, ...]


def history_of(
    record: models.Model, scope: Scope, *, also: Iterable[models.Model] = (), limit: int = 100
) -> list[HistoryEntry]:
    """What happened to a record that the scope may see, newest first; `also` adds records that belong to it.

    Empty when the record is outside the scope. A constant number of queries: one for the scope, one for the entries, one
    for each kind of record that the changes refer to.
    """
    if not may_see(record, scope):
        return []
    ids: dict[str, list[str]] = defaultdict(list)
    for one in (record, *also):
        ids[one._meta.label_lower].append(str(one.pk))
    wanted = Q(pk__in=[])
    for label, found in ids.items():
        wanted |= Q(model=label, object_id__in=found)
    return lines(AuditEntry.objects.filter(wanted).order_by("-pk")[:limit])


def last_change(record: models.Model, name: str) -> str:
    """Who last changed a field, when and to what, as a clause of a sentence."""
    field = _field(type(record), name)
    entries = AuditEntry.objects.filter(model=record._meta.label_lower, object_id=str(record.pk)).order_by("-pk")
    for line in lines(entries[:LOOKED_BACK]) if field is not None else ():
        for change in line.changes:
            if change.label == str(field.verbose_name):
                return f"{line.entry.user_name} {localtime(line.entry.at):%H:%M} 改为“{change.after}”"
    return "已有人改动这一项"


def lines(entries: Iterable[AuditEntry]) -> list[HistoryEntry]:
    """The entries with their actions, fields and values in Chinese; personal values stay masked."""
    entries = list(entries)
    names = _names_of(entries)
    return [
        HistoryEntry(
            entry,
            audit_words.action_name(entry.action),
            str(model._meta.verbose_name) if (model := _model(entry.model)) else "",
            tuple(_changes(entry, names)),
        )
        for entry in entries
    ]


def _changes(entry: AuditEntry, names: Names) -> Iterable[FieldChange]:
    """In the order of the model's fields, which is that of the forms; the database does not keep the order of keys."""
    model = _model(entry.model)
    places = {field: place for place, field in enumerate(model._meta.concrete_fields)} if model is not None else {}
    found = [(_field(model, key), key, pair) for key, pair in entry.changes.items() if key != PROOF]
    for field, key, pair in sorted(found, key=lambda one: (places.get(one[0], len(places)), one[1])):
        label = str(field.verbose_name) if field is not None else audit_words.keys.get(key, key)
        before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
        texts = (
            _masked(field, one, entry) if _is_personal(field, one) else _shown(field, one, names)
            for one in (before, after)
        )
        yield FieldChange(label, *texts)


def _shown(field: models.Field | None, value: Any, names: Names) -> str:
    if value in (None, "", [], {}):
        return EMPTY
    if isinstance(value, bool):
        return "是" if value else "否"
    if field is None:
        return f"{len(value)} 条" if isinstance(value, list) else _short(value)
    if field.remote_field is not None:
        return names.get(field.remote_field.model, {}).get(value, f"编号 {value}")
    if isinstance(value, (dict, list)):  # a field that holds a structure has no choices
        return _short(value)
    if named := audit_words.values.get((field.model._meta.label_lower, field.name)):
        return named(value)
    if isinstance(field, models.DateTimeField):
        return f"{localtime(datetime.fromisoformat(value)):%Y-%m-%d %H:%M}"
    return _short(dict(field.flatchoices).get(value, value))


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LENGTH else text[:LENGTH] + "…"


def _is_personal(field: models.Field | None, value: Any) -> bool:
    """Also what entered the trail readable, at a time when the field was not personal."""
    return bool(value) and (audit.is_encrypted(value) or getattr(field, "personal", False))


def _masked(field: models.Field | None, value: Any, entry: AuditEntry) -> str:
    if field is None:
        return mask("…")
    try:
        return mask(audit.opened(field, value, entry.object_id))
    except Undecipherable:
        return "（密文无法解密）"


def _names_of(entries: Sequence[AuditEntry]) -> Names:
    """The names of all records that the changes point to, one query for each kind."""
    wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
    for entry in entries:
        model = _model(entry.model)
        for key, pair in entry.changes.items():
            field = _field(model, key)
            if field is not None and field.remote_field is not None and isinstance(pair, list):
                wanted[field.remote_field.model].update(one for one in pair if isinstance(one, (int, str)) and one)
    return {
        model: {pk: str(found) for pk, found in model._default_manager.in_bulk(ids).items()}
        for model, ids in wanted.items()
    }


def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _field(model: type[models.Model] | None, key: str) -> Any:
    """The model's field behind a key, which is its name or its column; None when there is none."""
    columns = model._meta.concrete_fields if model is not None else ()
    return next((field for field in columns if key in (field.name, field.attname)), None)
