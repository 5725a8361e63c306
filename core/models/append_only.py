"""Rows that are added and never changed or removed. The database refuses it by triggers (`core.append_only`), and the trail
proves each row (`core.proof`)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from core.scope import ScopedQuerySet

PROOF = "proof"  # in the changes of a row's first entry: what proves it


class AppendOnlyQuerySet(ScopedQuerySet):
    """Changing or deleting through the ORM is refused before the database is asked."""

    def update(self, **values: Any) -> int:
        raise TypeError(f"{self.model._meta.verbose_name}只能追加，不能修改")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{self.model._meta.verbose_name}只能追加，不能删除")


class AppendOnly(models.Model):
    """A model is append-only by being a subclass; its migration sets the triggers up (`core.migrations._only_grows`).

    A row stands for itself, or is part of another one, of which `part_of` is the foreign key: one proof covers a row with
    its parts.
    """

    part_of: ClassVar[str] = ""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{self._meta.verbose_name}只能追加，不能修改")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{self._meta.verbose_name}只能追加，不能删除")
