"""A staged row in words: what the clerk sees of it in previews and reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.db import models
from django.urls import reverse

from core.cells import raw_text
from core.importing.problems import LEVEL_NAMES, problems
from core.importing.sheets import Table, tables_of
from core.masking import mask, struck
from core.models import ImportBatch, MissingRecord, StagedRow
from core.plain import Plain
from core.sources import sources

BLANK = "（空）"


@dataclass(frozen=True)
class Found:
    """A problem of a cell, where the clerk's own sheet has it."""

    level: str
    level_name: str
    letter: str
    header: str
    value: str
    sentence: str


@dataclass(frozen=True)
class Difference:
    """A column with two values: before and after, or ours and theirs."""

    column: str
    label: str
    old: str
    new: str


@dataclass
class RowInWords:
    id: int
    title: str
    key: str
    outcome: str
    outcome_name: str
    url: str
    sheet: str = ""
    number: int = 0
    undecided: bool = False
    found: list[Found] = field(default_factory=list)
    changes: list[Difference] = field(default_factory=list)
    conflicts: list[Difference] = field(default_factory=list)
    values: list[tuple[str, str]] = field(default_factory=list)


class Teller:
    """Tells the rows of one batch. Records that values point at are fetched for a page of rows at once."""

    def __init__(self, batch: ImportBatch) -> None:
        self.source = sources[batch.source]
        self.tables = tables_of(batch)
        self.columns = {column.attname: column for column in self.source.model._meta.concrete_fields}
        self.labels = {name: str(column.verbose_name) for name, column in self.columns.items()}
        self.labels |= {field.name: field.label for field in self.source.fields}
        # what a row is called by: of the fields that make it a row the one that is not its key
        self.named = next((n for n in self.source.presence if n != self.source.key_field), self.source.presence[0])
        self._names: dict[str, dict[Any, str]] = {}

    def lines(self, rows: Sequence[StagedRow]) -> list[RowInWords]:
        """The rows in words, in their order."""
        both = [pairs for row in rows for pairs in (row.changes, row.conflicts)]
        sides = ({column: pair[side] for column, pair in pairs.items()} for pairs in both for side in (0, 1))
        self.learn([*(row.values for row in rows), *sides])
        return [self._line(row) for row in rows]

    def learn(self, records: Iterable[Mapping[str, Plain]]) -> None:
        """Fetch what the foreign keys of these records point at, one query for each column.

        A list's own word for a record that is not there yet is no key: it is told as it is.
        """
        wanted: dict[str, set[Any]] = {}
        for record in records:
            for column, value in record.items():
                kept = self.columns.get(column)
                if isinstance(kept, models.ForeignKey) and type(value) is type(kept.target_field.to_python("1")):
                    wanted.setdefault(column, set()).add(value)
        for column, keys in wanted.items():
            model = self.columns[column].related_model
            found = model._default_manager.in_bulk(list(keys))  # type: ignore[union-attr]
            self._names.setdefault(column, {}).update({key: str(one) for key, one in found.items()})

    def absent(self, missing: Sequence[MissingRecord]) -> list[RowInWords]:
        """Records that the list does not hold, as lines without a row."""
        found = self.source.model._default_manager.in_bulk([one.object_id for one in missing])
        return [
            RowInWords(
                id=one.pk,
                title=str(record or "（已删除）"),
                key=getattr(record, self.source.key_field, None) or "",
                outcome="MISSING",
                outcome_name="名单里没有",
                url=self.url(record.pk if record else None),
            )
            for one, record in ((one, found.get(one.object_id)) for one in missing)
        ]

    def word(self, column: str, value: Plain) -> str:
        """A value of a column as a person reads it."""
        if value is None or value == "":
            return BLANK
        kept = self.columns.get(column)
        if self.is_personal(column):
            return mask(value)
        if column in self.source.words:
            return self.source.words[column](value)
        if column in self._names:
            return self._names[column].get(value, str(value))
        if kept is not None and kept.choices:
            return str(dict(kept.flatchoices).get(value, value))  # type: ignore[attr-defined]
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, int):
            return f"{value:,}"
        if isinstance(value, list):
            return " ".join(str(part) for part in value if part)
        return str(value)

    def differences(self, pairs: Mapping[str, Sequence[Plain]]) -> list[Difference]:
        """`旧 → 新` of columns, those that lists speak of first; nested values (原表其他列) are left out."""
        named = {field.name: at for at, field in enumerate(self.source.fields)}
        ordered = sorted(pairs, key=lambda column: named.get(column, len(named)))
        return [
            Difference(column, self.labels.get(column, column), *(self.word(column, value) for value in pairs[column]))
            for column in ordered
            if not isinstance(pairs[column][1], dict)
        ]

    def title(self, row: StagedRow) -> str:
        """What the row is about: its name, or the cell where that should be."""
        name = self.named
        if name in row.values:
            return str(row.values[name])
        index = next((column.index for column in self.tables[row.sheet].columns if column.field == name), None)
        cell = None if index is None else row.cells[index]
        return f"（没有名称）{struck(raw_text(cell))}" if cell not in (None, "") else "（没有名称）"

    def is_personal(self, name: str | None) -> bool:
        """Whether a field or column holds what is shown masked."""
        return bool(name) and getattr(self.columns.get(name or ""), "personal", False)

    def url(self, key: int | None) -> str:
        """Where the record's page is."""
        return record_url(self.source.model, key)

    def _line(self, row: StagedRow) -> RowInWords:
        table = self.tables[row.sheet]
        return RowInWords(
            id=row.pk,
            sheet=table.sheet,
            number=row.number,
            title=self.title(row),
            key=" ".join(row.key.split("|")).strip(),
            outcome=row.outcome,
            outcome_name=row.get_outcome_display(),
            url=self.url(row.target_id),
            undecided=row.undecided,
            found=[self._found(row, table, *problem) for problem in row.problems],
            changes=self.differences(row.changes),
            conflicts=self.differences(row.conflicts),
            values=self._values(row),
        )

    def _found(self, row: StagedRow, table: Table, level: str, code: str, index: int) -> Found:
        column = next((column for column in table.columns if column.index == index), table.columns[0])
        value = "" if row.cells[index] is None else raw_text(row.cells[index])
        shown = mask(value) if self.is_personal(column.field) else struck(value)
        return Found(level, LEVEL_NAMES[level], column.letter, column.header, shown, problems[code].sentence)

    def _values(self, row: StagedRow) -> list[tuple[str, str]]:
        return [
            (self.labels[name], self.word(name, value))
            for name, value in row.values.items()
            if name not in (self.named, self.source.key_field)
        ]


def record_url(model: type[models.Model], key: int | None) -> str:
    """The record's page in the back office; empty when it has none."""
    if key is None or not admin.site.is_registered(model):
        return ""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key])
