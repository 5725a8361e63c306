"""For migrations: columns whose values become ciphertexts that are bound to their rows, and back.

Read by migrations of several apps; it does not change any more.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from django.apps.registry import Apps
from django.db import connection, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython
from django.db.models import F, TextField
from django.db.models.functions import Cast

from core.bulk import update_rows
from core.crypto import BOUND, NONCE_BYTES, Undecipherable, _cipher, current_key_id, decrypt_unbound

CHUNK = 2_000
SEALED = re.compile(r"sealed\|([^:|]+:[A-Za-z0-9+/]{38,}={0,2})")  # a personal cell of a staged row


def bound(model: str, column: str, *, read: Callable[[str], Any], write: Callable[[Any], str]) -> RunPython:
    """Encrypt a column for its rows. `read` tells the value of what was stored before, `write` is its reverse."""

    def forwards(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        kind = apps.get_model(model)
        for rows in _stored(kind, column):
            update_rows(kind, [column], [(pk, read(text)) for pk, text in rows if text and text[:2] != BOUND])

    def backwards(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        kind = apps.get_model(model)
        field: Any = kind._meta.get_field(column)
        quote = connection.ops.quote_name
        update = f"UPDATE {quote(kind._meta.db_table)} SET {quote(field.column)} = %s WHERE {quote(kind._meta.pk.column)} = %s"
        for rows in _stored(kind, column):
            with connection.cursor() as cursor:
                cursor.executemany(update, [(write(field.opened(text, pk)), pk) for pk, text in rows])

    return RunPython(forwards, backwards, elidable=True)


def ciphertexts(model: str, column: str) -> RunPython:
    """Of a column whose ciphertexts were bound to nothing."""
    return bound(model, column, read=decrypt_unbound, write=_unbound)


def plain_data(model: str, column: str, clean: Callable[[Any], Any] = lambda value: value) -> RunPython:
    """Of a column of JSON, in which single values may be ciphertexts."""
    return bound(
        model, column, read=lambda text: clean(_opened(orjson.loads(text))), write=lambda v: orjson.dumps(v).decode()
    )


def texts(model: str, column: str) -> RunPython:
    """Of a column of readable texts."""
    return bound(model, column, read=str, write=str)


def _stored(kind: type[models.Model], column: str) -> Iterator[list[tuple[int, str]]]:
    rows = kind._base_manager.annotate(stored=Cast(F(column), TextField())).order_by("pk")
    last = 0
    while found := list(rows.filter(pk__gt=last).values_list("pk", "stored")[:CHUNK]):
        yield found
        last = found[-1][0]


def _opened(value: Any) -> Any:
    if isinstance(value, str) and (sealed := SEALED.fullmatch(value)):
        try:
            return decrypt_unbound(sealed[1])
        except Undecipherable:  # a cell of the list that begins so
            return value
    if isinstance(value, dict):
        return {name: _opened(one) for name, one in value.items()}
    return [_opened(one) for one in value] if isinstance(value, list) else value


def _unbound(text: str) -> str:
    if not text:
        return ""
    nonce = os.urandom(NONCE_BYTES)
    body = nonce + _cipher(current_key_id()).encrypt(nonce, text.encode(), None)
    return f"{current_key_id()}:{base64.b64encode(body).decode()}"
