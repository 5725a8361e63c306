"""What proves rows that only grow: the first entry of each in the trail tells a digest of the row with its parts, signed with
our key (rules §10).

Whoever can write the database can neither change nor add such a row without its proof, nor remove it, since its entry stays
under the trail's seals; `differences` names every row that disagrees. Ciphertexts are left out of the digest: they are bound
to their row, and open nowhere when they are altered.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import models

from core import append_only
from core.crypto import Undecipherable, signature, signed_by
from core.fields import EncryptedTextField
from core.models import PROOF, AppendOnly, AuditEntry
from core.plain import to_plain
from core.registries import Registry

CHUNK = 2_000
CHANGED, REMOVED = "被改动，或不是由本系统登记", "已被删除"
NAMED = 20  # rows of a kind that are named for each reason; of the others it is said how many
Model = type[AppendOnly]


def proved(record: models.Model, parts: Iterable[models.Model] = ()) -> dict[str, list[Any]]:
    """What the first entry of a record says to prove it: nothing of a record that is not append-only."""
    if not isinstance(record, AppendOnly):
        return {}
    columns = {type(one): _columns(type(one)) for one in (record, *parts)}
    texts = [
        _text(type(one), columns[type(one)], [getattr(one, column.attname) for column in columns[type(one)]])
        for one in (record, *sorted(parts, key=lambda one: (one._meta.label_lower, one.pk)))
    ]
    return {PROOF: [None, _signed(_name(record._meta.label_lower, record.pk), _digest(texts))]}


def renewed(label: str, key: str, proof: str) -> str:
    """The proof of a row signed with the current key; what is no proof of ours stays what it is. Raises Undecipherable where
    its key is missing."""
    return _signed(_name(label, key), digest) if (digest := _opened(_name(label, key), proof)) else proof


def differences() -> Iterator[str]:
    """Every row that was changed, added or removed outside the product, in a sentence. Reads all such rows and what the trail
    says of them, stretch by stretch."""
    for model in append_only.models():
        if model is not AuditEntry and not model.part_of:
            yield from _told(model, _unproved(model))
            yield from _told(model, _removed(model))


@dataclass(frozen=True)
class Check:
    """What an app asks of its own rows beyond their proofs: whatever does not agree, in sentences."""

    code: str
    find: Callable[[], Iterable[str]]


checks: Registry[Check] = Registry()


def disagreements() -> Iterator[str]:
    """Every difference, and what the apps find."""
    yield from differences()
    for one in checks:
        yield from one.find()


def _told(model: Model, found: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Of rows by their names, and of each what is the matter."""
    kind, counted = model._meta.verbose_name, Counter[str]()
    for name, what in found:
        counted[what] += 1
        if counted[what] <= NAMED:
            yield f"{kind}“{name}”{what}"
    yield from (f"{kind}另有 {count - NAMED} 条{what}" for what, count in counted.items() if count > NAMED)


def _unproved(model: Model) -> Iterator[tuple[str, str]]:
    """Rows that are not what the trail says, or of which it says nothing, or nothing that our keys open."""
    columns, label, last = _columns(model), model._meta.label_lower, 0
    names = [column.attname for column in columns]
    rows = model._base_manager.order_by("pk")
    while found := list(rows.filter(pk__gt=last).values_list(*names)[:CHUNK]):
        at = names.index(model._meta.pk.attname)
        keys = [row[at] for row in found]
        texts = {key: [_text(model, columns, row)] for key, row in zip(keys, found, strict=True)}
        for key, text in _parts(model, keys):
            texts[key].append(text)
        proofs = _proofs(label, keys)
        wrong = {key: why for key in keys if (why := _why_not(_name(label, key), proofs[key], _digest(texts[key])))}
        rows_of = model._base_manager.filter(pk__in=[*wrong]).select_related().order_by("pk")
        yield from ((str(one), wrong[one.pk]) for one in rows_of)
        last = keys[-1]


def _removed(model: Model) -> Iterator[tuple[str, str]]:
    """Rows that the trail proves and that are there no more."""
    entries, last = AuditEntry.objects.filter(model=model._meta.label_lower, changes__has_key=PROOF).order_by("pk"), 0
    while found := list(entries.filter(pk__gt=last).values_list("pk", "object_id", "label")[:CHUNK]):
        keys = [int(key) for _, key, _ in found]
        there = set(model._base_manager.filter(pk__in=keys).values_list("pk", flat=True))
        yield from ((label, REMOVED) for (_, _, label), key in zip(found, keys, strict=True) if key not in there)
        last = found[-1][0]


def _parts(model: Model, keys: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The texts of what is part of rows, with the key of the row: kind by kind, each by its key."""
    kinds = [
        kind
        for kind in append_only.models()
        if kind.part_of and kind._meta.get_field(kind.part_of).related_model is model
    ]
    for kind in sorted(kinds, key=lambda kind: kind._meta.label_lower):
        columns, owner = _columns(kind), kind._meta.get_field(kind.part_of).attname  # type: ignore[union-attr]
        names = [column.attname for column in columns]
        rows = kind._base_manager.filter(**{f"{owner}__in": keys}).order_by("pk").values_list(*names)
        for row in rows.iterator(chunk_size=CHUNK):
            yield row[names.index(owner)], _text(kind, columns, row)


def _proofs(label: str, keys: Sequence[int]) -> Mapping[int, list[str]]:
    entries = AuditEntry.objects.filter(model=label, object_id__in=[str(key) for key in keys], changes__has_key=PROOF)
    found: dict[int, list[str]] = defaultdict(list)
    for key, changes in entries.values_list("object_id", "changes"):
        found[int(key)].append(changes[PROOF][-1])
    return found


def _why_not(name: str, proofs: Iterable[str], digest: str) -> str:
    """Why none of the proofs proves a row; empty where one does."""
    why = CHANGED
    for proof in proofs:
        try:
            if _opened(name, proof) == digest:
                return ""
        except Undecipherable as missing:
            why = f"无法核对：{missing}"
    return why


def _columns(model: type[models.Model]) -> list[models.Field]:
    return [column for column in model._meta.concrete_fields if not isinstance(column, EncryptedTextField)]


def _text(model: type[models.Model], columns: Sequence[models.Field], values: Sequence[Any]) -> str:
    told = {column.attname: _plain(column, value) for column, value in zip(columns, values, strict=True)}
    return json.dumps([model._meta.label_lower, told], ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(column: models.Field, value: Any) -> Any:
    """The value in the one form that it has before it is written and after it is read."""
    if value is None:
        return None
    if isinstance(column, models.DecimalField):
        return f"{Decimal(value):.{column.decimal_places}f}"
    if isinstance(column, models.DateTimeField):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return to_plain(value)


def _digest(texts: Iterable[str]) -> str:
    return sha256("\0".join(texts).encode()).hexdigest()


def _name(label: str, key: Any) -> str:
    return f"{label}#{key}"


def _signed(name: str, digest: str) -> str:
    return f"{digest}:{signature(f'{name}:{digest}')}"


def _opened(name: str, proof: Any) -> str:
    """The digest that a proof tells of a row; empty where we did not sign it. Raises Undecipherable."""
    digest, _, signed = str(proof).partition(":")
    return digest if ":" in signed and signed_by(signed, f"{name}:{digest}") else ""
