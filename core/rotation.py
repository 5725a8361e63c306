"""Changing keys: what is encrypted, digests by which values are found, the trail with its seals, and kept files are made
anew with the first key of FIELD_KEYS. After that no other key is needed.

While it goes on, equal values are looked for by their digests under all keys that are listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import F, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from core import audit, files, proof, writing
from core.append_only import rewriting
from core.crypto import BOUND, blind_index, current_key_id
from core.fields import BlindIndexField, EncryptedTextField, kept_files
from core.jobs import Progress
from core.locks import between_turns
from core.models import PROOF, AppendOnly, AuditEntry, AuditSeal
from core.sealing import reseal

if TYPE_CHECKING:
    from accounts.models import User

CHUNK = 1_000
Model = type[models.Model]


def rotate(*, by: User | None, progress: Progress) -> int:
    """Make everything anew with the current key: the trail at once, then column by column, chunk by chunk, and all kept
    files; returns how many rows and files were written.

    Every chunk is a transaction of its own: work goes on meanwhile, and a run that was broken off goes on where it
    was. Raises Undecipherable when a key is missing, and Refusal when the trail does not hold.
    """
    before = _head()
    rows = reseal(renewed, at=timezone.now())
    progress.step(rows, 0, str(AuditEntry._meta.verbose_name))
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if isinstance(column, EncryptedTextField | BlindIndexField):
                for chunk in _chunks(model, column):
                    rows += chunk
                    progress.step(rows, 0, str(model._meta.verbose_name))
    rows += sum(files.renew(name) for name in kept_files() if files.is_kept(name))
    changes: audit.Changes = {"rows": [None, rows], "head": [before, _head()]}
    event = audit.Event("core.rotate", "", "", f"密钥 {current_key_id()}", changes=changes)
    audit.record_many(by=by, events=[event])
    return rows


def _head() -> str:
    return AuditSeal.objects.order_by("-last_id").values_list("digest", flat=True).first() or ""


def _chunks(model: Model, column: EncryptedTextField | BlindIndexField) -> Iterator[int]:
    """Rewrite the column in stretches of the primary key; yields how many rows each stretch changed."""
    after: int | None = 0
    while after is not None:
        with transaction.atomic():
            between_turns()
            rows = model._base_manager.filter(pk__gt=after).order_by("pk").select_for_update(no_key=True)
            if isinstance(column, BlindIndexField):
                fresh, after = _digests(rows, column)
            else:
                fresh, after = _ciphertexts(rows, column)
            if fresh:
                with rewriting(model._meta.db_table) if issubclass(model, AppendOnly) else nullcontext():
                    writing.change_rows(model, [column.attname], fresh, by=None, events=())  # the same in other letters
        yield len(fresh)


def _ciphertexts(rows: models.QuerySet, column: EncryptedTextField) -> tuple[list[tuple[int, Any]], int | None]:
    """Rows with a ciphertext of another key and what they hold, and the last of them; None when there are no more."""
    stored = rows.annotate(stored=Cast(F(column.attname), TextField())).filter(stored__gt="")
    others = stored.exclude(stored__startswith=f"{BOUND}{current_key_id()}:").values_list("pk", "stored")[:CHUNK]
    found = [(pk, column.opened(text, pk)) for pk, text in others]
    return found, found[-1][0] if len(found) == CHUNK else None


def _digests(rows: models.QuerySet, column: BlindIndexField) -> tuple[list[tuple[int, Any]], int | None]:
    """Rows whose digest is of another key, with the new one, and the last row looked at; None when there are no more."""
    found = list(rows.only("pk", column.attname, column.of).exclude(**{column.attname: None})[:CHUNK])
    texts = [(row, getattr(row, column.of)) for row in found]
    fresh = [
        (row.pk, new) for row, text in texts if text and (new := blind_index(text)) != getattr(row, column.attname)
    ]
    return fresh, found[-1].pk if len(found) == CHUNK else None


def renewed(model: str, object_id: str, changes: Any) -> Any:
    """What an entry of the trail says of a record, with every ciphertext made with the current key and bound to its place;
    personal values that entered readable are encrypted too."""
    try:
        columns = {column.attname: column for column in apps.get_model(model)._meta.concrete_fields}
    except (LookupError, ValueError):
        columns = {}

    def made(name: str, value: Any) -> Any:
        if name == PROOF:
            return value and proof.renewed(model, object_id, value)
        column = columns.get(name)
        current = audit.is_encrypted(value) and value["cipher"].startswith(f"{BOUND}{current_key_id()}:")
        if column is None or current or not (audit.is_encrypted(value) or getattr(column, "personal", False)):
            return value
        return audit.encrypted(column, audit.opened(column, value, object_id), object_id)

    return {
        name: [made(name, value) for value in pair] if isinstance(pair, list) else pair
        for name, pair in changes.items()
    }
