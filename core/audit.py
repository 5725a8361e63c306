"""Writing the audit trail. Services call it inside their own transaction; bulk paths hand over all entries at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import models
from django.utils import timezone

from core.crypto import BOUND, blind_index_many, decrypt, decrypt_unbound, encrypt_many
from core.fields import EncryptedTextField
from core.masking import struck
from core.models import AuditEntry
from core.plain import to_plain
from core.rows import insert_rows

if TYPE_CHECKING:
    from accounts.models import User

Changes = dict[str, list[Any]]
LEFT_OUT = "一小时内次数过多，其余不再逐条记录"
MOST_AN_HOUR = 20  # entries of a kind that anybody can cause at will
LABEL = 250  # characters of a record's name that an entry keeps

_address: ContextVar[str] = ContextVar("audit_address", default="")


@contextmanager
def from_address(address: str) -> Iterator[None]:
    """Entries written inside carry the network address that the request came from."""
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


_batch: ContextVar[int | None] = ContextVar("audit_batch", default=None)


@contextmanager
def in_batch(batch_id: int) -> Iterator[None]:
    """Entries written inside belong together under a number: what is below zero is a bulk change and no import."""
    token = _batch.set(batch_id)
    try:
        yield
    finally:
        _batch.reset(token)


class Event(NamedTuple):
    """One line for the trail. `target` is `(model label, id, text)`; `path` the node's path it belonged to."""

    action: str
    model: str
    object_id: str
    label: str
    path: str = ""
    changes: Changes = {}
    reason: str = ""
    batch_id: int | None = None


def encrypted(column: models.Field, value: Any, key: Any) -> Any:
    """A personal value of a record as ciphertext beside a keyed digest; what is empty stays empty."""
    return encrypted_column(column, [value], [key])[0]


def encrypted_column(column: models.Field, values: Sequence[Any], keys: Iterable[Any]) -> list[Any]:
    """The same of the records with these numbers."""
    if not any(values):
        return [*values]
    text = column.to_text if isinstance(column, EncryptedTextField) else str
    texts = [text(value) if value else "" for value in values]
    ciphers = encrypt_many(texts, (_place(column, key) for key in keys))
    digests = blind_index_many(texts)
    found = zip(values, ciphers, digests, strict=True)
    return [{"cipher": cipher, "digest": digest} if cipher else value for value, cipher, digest in found]


def opened(column: models.Field, value: Any, key: Any) -> Any:
    """What the trail holds of a record's column in plain form. Raises Undecipherable.

    A ciphertext of the version before is bound to no place; that it stays where it is, is proved by the seal.
    """
    if not is_encrypted(value):
        return value
    cipher = value["cipher"]
    text = decrypt(cipher, _place(column, key)) if cipher.startswith(BOUND) else decrypt_unbound(cipher)
    return column.from_text(text) if isinstance(column, EncryptedTextField) else text


def is_encrypted(value: Any) -> bool:
    return isinstance(value, dict) and "cipher" in value


def _place(column: models.Field, key: Any) -> str:
    """Where a ciphertext of the trail belongs: not to be opened in the column itself, nor of another record."""
    return f"trail|{column.model._meta.label_lower}.{column.attname}#{key}"


def snapshot(record: models.Model, fields: Iterable[str] | None = None) -> dict[str, Any]:
    """The record's own columns in plain form (foreign keys by id), personal values encrypted."""
    wanted = set(fields) if fields is not None else None
    values = {}
    for column in record._meta.concrete_fields:
        if wanted is not None and column.name not in wanted and column.attname not in wanted:
            continue
        value = to_plain(getattr(record, column.attname))
        personal = getattr(column, "personal", False)
        values[column.attname] = encrypted(column, value, record.pk) if personal else value
    return values


def difference(before: dict[str, Any], after: dict[str, Any]) -> Changes:
    """`{field: [before, after]}` of what differs; encrypted values differ when their digests do."""

    def digest(value: Any) -> Any:
        return value["digest"] if isinstance(value, dict) and "digest" in value else value

    names = [*before, *(name for name in after if name not in before)]
    return {
        name: [before.get(name), after.get(name)]
        for name in names
        if digest(before.get(name)) != digest(after.get(name))
    }


def record(
    *,
    by: User | None,
    action: str,
    target: models.Model,
    changes: Changes | None = None,
    path: str = "",
    reason: str = "",
    batch_id: int | None = None,
    at: datetime | None = None,
) -> AuditEntry:
    """Add one entry about one record. `action` is `app.verb` such as `orgs.change`; readers see its Chinese name."""
    return AuditEntry.objects.create(
        at=at or timezone.now(),
        user=by,
        user_name=by.name if by else "系统",
        action=action,
        model=target._meta.label_lower,
        object_id=str(target.pk),
        label=struck(str(target))[:LABEL],
        path=path,
        changes=changes or {},
        reason=struck(reason),
        batch_id=_batch.get() if batch_id is None else batch_id,
        address=_address.get(),
    )


def record_many(*, by: User | None, events: Iterable[Event], at: datetime | None = None) -> int:
    """Add many entries in bulk; returns how many."""
    now, user, name = at or timezone.now(), by and by.pk, by.name if by else "系统"
    return insert_rows(
        AuditEntry,
        Event._fields,
        map(_kept, events),
        {"at": now, "user_id": user, "user_name": name, "address": _address.get()},
    )


def _kept(event: Event) -> Event:
    """The event as its entry has it: the name cut, nobody's number in a text, under the number of what it belongs to."""
    label, reason = struck(event.label)[:LABEL], struck(event.reason)
    if label != event.label or reason != event.reason:
        event = event._replace(label=label, reason=reason)
    if event.batch_id is None and (batch := _batch.get()) is not None:
        event = event._replace(batch_id=batch)
    return event


def record_export(*, by: User | None, what: str, rows: int, reason: str = "") -> None:
    """Add the entry of an export: what was taken out, how many rows, and why when it held personal data."""
    event = Event("core.export", "", "", what, changes={"rows": [None, rows]}, reason=reason)
    record_many(by=by, events=[event])


def record_bounded(*, by: User | None, event: Event) -> None:
    """Add an entry of a kind that anybody can cause at will: at most MOST_AN_HOUR for a person at an address, and one that
    says that the rest was left out. Nobody fills the trail."""
    now, address = timezone.now(), _address.get()
    same = AuditEntry.objects.filter(action=event.action, user=by, address=address, at__gt=now - timedelta(hours=1))
    before = len(same.values_list("pk")[: MOST_AN_HOUR + 1])
    if before == MOST_AN_HOUR:
        event = Event(event.action, "", "", LEFT_OUT)
    if before <= MOST_AN_HOUR:
        record_many(by=by, events=[event], at=now)
