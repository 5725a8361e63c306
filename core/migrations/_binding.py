"""For migrations of several apps: columns whose values become ciphertexts that are bound to their rows, and back. Frozen.

A bound ciphertext is `2|key id:base64(nonce ‖ ciphertext ‖ tag)`, with `app.model.column#row` as associated data; one of
the version before had neither the 2 nor associated data.
"""

import base64
import os
import re

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connection
from django.db.migrations import RunPython
from django.db.models import F, TextField
from django.db.models.functions import Cast

CHUNK = 2_000
BOUND = "2|"
NONCE_BYTES = 12
CELL = re.compile(r"sealed\|([^:|]+:[A-Za-z0-9+/]{38,}={0,2})")  # a personal cell of a staged row


class Undecipherable(Exception):
    """A stored value cannot be decrypted: its key is missing or it was altered."""


def ciphertexts(model, column):
    """Of a column whose ciphertexts were bound to nothing."""
    return _bound(model, column, read=decrypted, write=lambda text, default: encrypted(text))


def texts(model, column):
    """Of a column of readable texts."""
    return _bound(model, column, read=str, write=lambda text, default: text)


def plain_data(model, column, clean=lambda value: value):
    """Of a column of JSON, in which single values may be ciphertexts."""

    def read(text):
        value = clean(_opened(orjson.loads(text)))
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode() if value else ""

    def write(text, default):
        return orjson.dumps(orjson.loads(text) if text else default()).decode()

    return _bound(model, column, read=read, write=write)


def _bound(model, column, *, read, write):
    """Encrypt a column for its rows. `read` tells the text of what was stored before, `write` is its reverse."""

    def forwards(apps, editor):
        kind = apps.get_model(model)
        for rows in _stored(kind, column):
            fresh = ((pk, read(text)) for pk, text in rows if text and text[:2] != BOUND)
            _update(kind, column, [(encrypted(text, _place(kind, column, pk)), pk) for pk, text in fresh])

    def backwards(apps, editor):
        kind = apps.get_model(model)
        default = kind._meta.get_field(column).get_default
        for rows in _stored(kind, column):
            opened = ((pk, decrypted(text, _place(kind, column, pk))) for pk, text in rows)
            _update(kind, column, [(write(text, default), pk) for pk, text in opened])

    return RunPython(forwards, backwards, elidable=True)


def _place(kind, column, pk):
    return f"{kind._meta.label_lower}.{kind._meta.get_field(column).attname}#{pk}"


def _stored(kind, column):
    rows = kind._base_manager.annotate(stored=Cast(F(column), TextField())).order_by("pk")
    last = 0
    while found := list(rows.filter(pk__gt=last).values_list("pk", "stored")[:CHUNK]):
        yield found
        last = found[-1][0]


def _update(kind, column, rows):
    quote, field = connection.ops.quote_name, kind._meta.get_field(column)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(kind._meta.db_table)} SET {quote(field.column)} = %s WHERE {quote(kind._meta.pk.column)} = %s",
            rows,
        )


def _opened(value):
    if isinstance(value, str) and (cell := CELL.fullmatch(value)):
        try:
            return decrypted(cell[1])
        except Undecipherable:  # a cell of the list that begins so
            return value
    if isinstance(value, dict):
        return {name: _opened(one) for name, one in value.items()}
    return [_opened(one) for one in value] if isinstance(value, list) else value


def encrypted(text, place=None):
    """With the first key, for a place or, as the version before did, for none; the empty text stays empty."""
    if not text:
        return ""
    key, nonce = next(iter(settings.FIELD_KEYS)), os.urandom(NONCE_BYTES)
    body = nonce + _cipher(key).encrypt(nonce, text.encode(), place and place.encode())
    return f"{BOUND if place else ''}{key}:{base64.b64encode(body).decode()}"


def decrypted(stored, place=None):
    if not stored:
        return ""
    key, _, body = stored.removeprefix(BOUND).partition(":")
    try:
        sealed = base64.b64decode(body)
        return _cipher(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place and place.encode()).decode()
    except (InvalidTag, ValueError):
        raise Undecipherable("密文无法解密，可能被改动或从别处移来") from None


def _cipher(key):
    try:
        return AESGCM(base64.b64decode(settings.FIELD_KEYS[key]))
    except KeyError:
        raise Undecipherable(f"缺少密钥“{key}”，请检查环境变量 FIELD_KEYS") from None
