"""Model fields shared by the apps."""

from __future__ import annotations

from typing import Any

from django.db import models

from core.crypto import decrypt, encrypt
from core.days import EventDateField


class YearField(models.PositiveSmallIntegerField):
    """A year: printed without separators."""


class EncryptedTextField(models.TextField):
    """A text that the database holds as ciphertext. It cannot be searched: keep a blind index beside it."""

    personal = True  # audit and exports treat the value as personal data

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        """Decrypt on reading."""
        return None if value is None else decrypt(value)

    def get_prep_value(self, value: Any) -> str | None:
        """Encrypt on writing."""
        return None if value is None else encrypt(str(value))

    def get_lookup(self, lookup_name: str) -> Any:
        """Only emptiness can be asked of a ciphertext."""
        if lookup_name not in ("isnull", "exact"):
            raise ValueError(f"{self.name} is encrypted: search its blind index instead")
        return super().get_lookup(lookup_name)


class PersonalDateField(EventDateField):
    """A person's day, such as that of birth: kept readable, since ages are counted by it, and shown, told and exported
    like what is encrypted."""

    personal = True


class PathField(models.CharField):
    """A materialised path. Compared byte by byte on every database, so that intervals hold the subtree."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 120)
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str | None:
        """`COLLATE "C"` on PostgreSQL: under other collations the successor of a prefix is not its end."""
        kind = super().db_type(connection)
        return f'{kind} COLLATE "C"' if connection.vendor == "postgresql" else kind


def column_of(model: type[models.Model], attribute: str) -> models.Field:
    """The column of a model by either of its names, or its key by `pk`. Raises ValueError for anything else."""
    for column in model._meta.concrete_fields:
        if attribute in (column.attname, column.name) or (attribute == "pk" and column.primary_key):
            return column
    raise ValueError(f"{model.__name__} has no column {attribute!r}")
