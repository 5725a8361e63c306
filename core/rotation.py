"""Changing the key that encrypts: every ciphertext is written anew with the first key of FIELD_KEYS.

The trail is verified and sealed anew with it. The last key listed stays: blind indexes are made with one that follows
from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from core import audit
from core.bulk import update_rows
from core.crypto import current_key_id, decrypt, encrypt
from core.fields import EncryptedTextField
from core.importing.sealing import MARK, is_sealed, resealed
from core.jobs import Progress
from core.locks import between_turns
from core.models import AuditEntry
from core.sealing import reseal

if TYPE_CHECKING:
    from accounts.models import User

CHUNK = 1_000


def rotate(*, by: User | None, progress: Progress) -> int:
    """Encrypt everything with the current key: the trail at once, then column by column, chunk by chunk; returns how many
    rows were written.

    Every chunk is a transaction of its own: work goes on meanwhile, and a run that was broken off goes on where it
    was. Raises Undecipherable when a key is missing, and ChainBroken.
    """
    rows = reseal(renewed, at=timezone.now())
    progress.step(rows, 0, str(AuditEntry._meta.verbose_name))
    for model, column in _columns():
        for chunk in _chunks(model, column):
            rows += chunk
            progress.step(rows, 0, str(model._meta.verbose_name))
    event = audit.Event("core.rotate", "", "", f"密钥 {current_key_id()}", changes={"rows": [None, rows]})
    audit.record_many(by=by, events=[event])
    return rows


def _columns() -> Iterator[tuple[type[models.Model], models.Field]]:
    """Every encrypted column, and every JSON column, since sealed values may stand in it; the trail has its own way."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if model is not AuditEntry and isinstance(field, EncryptedTextField | models.JSONField):
                yield model, field


def _chunks(model: type[models.Model], column: models.Field) -> Iterator[int]:
    """Rewrite the column in stretches of the primary key; yields how many rows each stretch changed."""
    name, after = column.attname, None
    while True:
        with transaction.atomic():
            between_turns()
            rows = _holding_ciphertext(model, column).order_by("pk").select_for_update(no_key=True)
            if after is not None:
                rows = rows.filter(pk__gt=after)
            found = list(rows.values_list("pk", name)[:CHUNK])
            if isinstance(column, models.JSONField):
                fresh = [(pk, new) for pk, value in found if (new := renewed(value)) != value]
            else:
                fresh = found  # decrypted when read, encrypted when written
            if fresh:
                update_rows(model, [name], fresh)
        yield len(fresh)
        if len(found) < CHUNK:
            return
        after = found[-1][0]


def _holding_ciphertext(model: type[models.Model], column: models.Field) -> QuerySet:
    """Rows whose column holds a ciphertext of another key; of JSON columns those that hold any."""
    rows = model._base_manager.annotate(stored=Cast(F(column.attname), TextField()))
    if isinstance(column, models.JSONField):
        return rows.filter(Q(stored__contains='"cipher"') | Q(stored__contains=MARK))
    return rows.filter(stored__gt="").exclude(stored__startswith=f"{current_key_id()}:")


def renewed(value: Any) -> Any:
    """A JSON value with every ciphertext inside made with the current key: of the trail, and of staged rows."""
    if is_sealed(value):
        return value if value.startswith(f"{MARK}{current_key_id()}:") else resealed(value)
    if isinstance(value, dict):
        if "cipher" in value and not value["cipher"].startswith(f"{current_key_id()}:"):
            return {**value, "cipher": encrypt(decrypt(value["cipher"]))}
        return {key: renewed(one) for key, one in value.items()}
    return [renewed(one) for one in value] if isinstance(value, list) else value
