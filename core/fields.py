"""Model fields shared by the apps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import orjson
from django import forms
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from core.crypto import decrypt_many, encrypt_many
from core.days import EventDateField
from core.numbering import reserve_ids


def person(name: str, *, missing: bool = True) -> models.ForeignKey:
    """Who did something; `missing`: it may be the system, or nobody yet."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=missing, blank=missing, related_name="+", verbose_name=name
    )


class YearField(models.PositiveSmallIntegerField):
    """A year: printed without separators."""


class KeptFileField(models.CharField):
    """The name of a file that `core.files` keeps encrypted; new keys make the file anew."""

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class CodeDigestField(models.CharField):
    """The keyed digest of a code that is told once and kept nowhere: new keys cannot make it anew, it needs the one of its day."""

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def codes_out() -> Iterator[str]:
    """What was handed out and is still good, each with its number: 答卷码 12 个."""
    for model in apps.get_models():
        of_codes = any(isinstance(column, CodeDigestField) for column in model._meta.concrete_fields)
        if of_codes and (number := model._base_manager.count()):
            yield f"{model._meta.verbose_name} {number:,} 个"


def kept_files() -> Iterator[str]:
    """The names of all files that rows of any model keep."""
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if isinstance(column, KeptFileField):
                kept = model._base_manager.exclude(**{column.attname: ""})
                yield from kept.values_list(column.attname, flat=True).iterator()


class Ciphertext(str):
    """A value as the database holds it, until somebody asks for it."""

    __slots__ = ()


class Opened(DeferredAttribute):
    """Decrypts when the value is asked for: only then is it known which row it should belong to."""

    field: EncryptedTextField

    def __get__(self, instance: models.Model | None, owner: Any = None) -> Any:
        value = super().__get__(instance, owner)
        if type(value) is Ciphertext and instance is not None:
            value = instance.__dict__[self.field.attname] = self.field.opened(value, instance.pk)
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):
    """A text that the database holds as ciphertext, bound to its model, column and row: moved elsewhere it opens nowhere.

    A new row therefore gets its number before it is saved. The value cannot be searched: keep a blind index beside it.
    """

    personal = True  # audit and exports treat the value as personal data
    descriptor_class = Opened

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        """Have new rows numbered first."""
        super().contribute_to_class(cls, name, private_only)
        if not cls._meta.abstract:
            models.signals.pre_save.connect(_number_first, sender=cls, dispatch_uid="core.fields.number_first")

    def to_text(self, value: Any) -> str:
        """The value as the text that is encrypted."""
        return str(value)

    def from_text(self, text: str) -> Any:
        return text

    @property
    def place(self) -> str:
        """What a ciphertext is bound to, but for the row's number, which follows."""
        return f"{self.model._meta.label_lower}.{self.attname}#"

    def encrypted_column(self, values: Iterable[Any], keys: Iterable[Any]) -> list[str | None]:
        """The values of rows with these numbers as ciphertexts."""
        place, text, given = self.place, self.to_text, list(values)
        texts = ("" if value is None else text(value) for value in given)
        sealed = encrypt_many(texts, (f"{place}{key}" for key in keys))
        return [None if value is None else one for value, one in zip(given, sealed, strict=True)]

    def opened_column(self, stored: Sequence[str | None], keys: Iterable[Any]) -> list[Any]:
        """The values that rows with these numbers hold. Raises Undecipherable."""
        place, value = self.place, self.from_text
        texts = decrypt_many((one or "" for one in stored), (f"{place}{key}" for key in keys))
        return [None if one is None else value(text) for one, text in zip(stored, texts, strict=True)]

    def opened(self, stored: str | None, key: Any) -> Any:
        """The value that a row with this number holds. Raises Undecipherable."""
        return self.opened_column([stored], [key])[0]

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """The ciphertext, to be opened by the row."""
        return Ciphertext(value) if value else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Encrypt for the row; what nobody opened stays as it is."""
        held = model_instance.__dict__.get(self.attname)
        if type(held) is Ciphertext or held is None:
            return held
        if model_instance.pk is None:
            raise TypeError(f"{self}: a row needs its number before it is encrypted")
        return Ciphertext(self.encrypted_column([held], [model_instance.pk])[0])

    def get_prep_value(self, value: Any) -> str | None:
        """What `pre_save` made, and what is empty. Any other value has no row: TypeError."""
        if value is None or type(value) is Ciphertext:
            return None if value is None else str(value)
        if self.to_text(value):
            raise TypeError(f"{self}: a value is encrypted for its row: save the record, or use core.rows")
        return ""

    def get_lookup(self, lookup_name: str) -> Any:
        """Only emptiness can be asked of a ciphertext."""
        if lookup_name not in ("isnull", "exact"):
            raise ValueError(f"{self.name} is encrypted: search its blind index instead")
        return super().get_lookup(lookup_name)


class EncryptedMoneyField(EncryptedTextField):
    """An amount to the fen that the database holds as ciphertext."""

    _pyi_private_set_type: Any  # for the type checker: not the texts of a TextField
    _pyi_private_get_type: Any

    def to_text(self, value: Any) -> str:
        return "" if value in (None, "") else f"{Decimal(value):.2f}"

    def from_text(self, text: str) -> Decimal | None:
        return Decimal(text) if text else None

    def to_python(self, value: Any) -> Any:
        return Decimal(value) if value not in (None, "") and not isinstance(value, Ciphertext) else value

    def formfield(self, **kwargs: Any) -> Any:
        return forms.DecimalField(
            min_value=0, max_digits=9, decimal_places=2, required=not self.blank, label=self.verbose_name
        )


class EncryptedJSONField(EncryptedTextField):
    """Plain data that the database holds as ciphertext; empty data stays empty, so that it can be asked for."""

    _pyi_private_set_type: Any  # for the type checker: not the texts of a TextField
    _pyi_private_get_type: Any

    def to_text(self, value: Any) -> str:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode() if value else ""

    def from_text(self, text: str) -> Any:
        return orjson.loads(text) if text else self.get_default()

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return Ciphertext(value) if value else self.get_default()

    def to_python(self, value: Any) -> Any:
        return value


def _number_first(sender: type[models.Model], instance: models.Model, **_: Any) -> None:
    """A new row gets its number, for which its values are encrypted."""
    if instance.pk is None and isinstance(sender._meta.pk, models.AutoField):
        (instance.pk,) = reserve_ids(sender, 1)


class BlindIndexField(models.CharField):
    """The keyed digest of an encrypted column of the row (`of`), by which equal values find each other. New keys make
    it anew from the value."""

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 64)
        super().__init__(*args, **kwargs)
        self.of = of

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}


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
