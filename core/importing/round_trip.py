"""Lists of ours that come back: exported, edited in a workbook, imported as they are (rules §11).

A list declares a `Returning`: its columns, how an edited cell is read, how a value is shown. Each exported row carries a
mark: the record's number and a digest of every cell. A cell counts only if it was edited since (its digest is another
one); `清空` erases, a blank changes nothing. When the record itself changed meanwhile in that column, the edit is a
conflict. So a workbook needs no memory of its own, may be sorted and cut, and goes in twice without doing anything twice.

A personal value is exported masked, or whole with a right and a reason. Its mark also holds a keyed digest of the value, by
which a change meanwhile is seen without telling anything of what the mask hides.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any, NamedTuple

from django.db.models import QuerySet

from core.cells import Cell, CellProblem, raw_text
from core.id_sets import among
from core.importing.marks import (
    ERASE,
    KEY_EDITED,
    MARK_MISSING,
    NOT_EDITABLE,
    digest,
    keyed,
    mark_header,
    read_mark,
    write_mark,
)
from core.importing.problems import ERROR, OUTSIDE_SCOPE, Problem, problems
from core.importing.targets import ListRow, Merge, Record, Target
from core.listing import Column
from core.masking import HIDDEN, mask
from core.plain import Plain, to_plain
from core.sources import Read, Run, SourceField, Values, always

MARK = "mark"
Words = Callable[[Plain], Any]

problems.add(
    Problem("still_masked", ERROR, f"号码里还有“{HIDDEN}”，未导入；请填写完整的号码，不改的恢复原样"),
)


def plainly() -> Words:
    return lambda value: value


def text_words() -> Words:
    """Values that stand in the list as text, such as sums: a spreadsheet would change their spelling."""
    return str


def choice_words(choices: Iterable[tuple[Any, Any]]) -> Callable[[], Words]:
    words = dict(choices)
    return lambda: lambda value: words.get(value, value)


@dataclass(frozen=True)
class Part:
    """A column of the list, named like the record's column.

    Without a reader it is shown alone; one that `names_row` tells people whose row it is. `words` gives, once per export
    or run, what a value in plain form looks like; `cell` reads the cell from a listed row where the value alone does not
    tell it. `needed` is the problem of erasing it.
    """

    name: str
    header: str
    reader: Callable[[Run], Read] | None = None
    words: Callable[[], Words] = plainly
    cell: Callable[[Any], Any] | None = None
    names_row: bool = False
    needed: str = ""
    personal: bool = False


class Origin(NamedTuple):
    """What a mark tells: the record's number, digests of the exported cells, keyed digests of personal values."""

    key: int
    shown: Mapping[str, str]
    was: Mapping[str, str]


@dataclass(frozen=True)
class Returning:
    """A list that goes out and comes back. `called` stands in the header of its mark."""

    called: str
    parts: tuple[Part, ...]

    @property
    def header(self) -> str:
        """Of the mark: it says which list a workbook is."""
        return mark_header(self.called)

    @cached_property
    def by_name(self) -> Mapping[str, Part]:
        return {part.name: part for part in self.parts}

    @property
    def fields(self) -> tuple[SourceField, ...]:
        """The fields of its source: every cell as text, read once it is known to be edited."""
        mark = SourceField(MARK, self.header, (), always(_as_text), vital=True)
        return mark, *(SourceField(p.name, p.header, (), always(_as_text)) for p in self.parts)

    def columns(
        self,
        shown: Sequence[Column],
        *,
        record: Callable[[Any], Any] = lambda row: row,
        reveals: Callable[[Any], bool] = lambda record: False,
    ) -> list[Column]:
        """The columns of a list with those that its workbook needs to come back, the mark last.

        `record` leads from a row of the list to its record; `reveals` says of a record whether its personal values go
        out whole.
        """
        readers = {part.name: self._cells(part, record, reveals) for part in self.parts}
        listed = {column.header: column for column in shown if column.export}
        own = {part.header: part for part in self.parts if part.personal and part.header in listed}
        kept = [replace(column, export=False) if column.header in own else column for column in shown]
        added = [
            Column(part.header, readers[part.name], screen=False)
            for part in self.parts
            if part.header in own or (part.header not in listed and (part.reader or part.names_row))
        ]
        cells = {column.header: column for column in [*kept, *added] if column.export}

        def mark(row: Any) -> str:
            found = record(row)
            return write_mark(found.pk, self._digests(found, row, cells))

        return [*kept, *added, Column(self.header, mark, screen=False)]

    def _digests(self, record: Any, row: Any, cells: Mapping[str, Column]) -> Iterator[str]:
        for part in self.parts:
            yield digest(cells[part.header].read(row) if part.header in cells else None)
            if part.personal:
                yield keyed(record, record.pk, part.name, to_plain(getattr(record, part.name)))[0]

    @staticmethod
    def _cells(part: Part, record: Callable[[Any], Any], reveals: Callable[[Any], bool]) -> Callable[[Any], Any]:
        words = cache(part.words)  # asked for by the export alone, not by every page of the list

        def read(row: Any) -> Any:
            found = record(row)
            if part.cell:
                return part.cell(found)
            value = to_plain(getattr(found, part.name))
            if part.personal and not reveals(found):
                return mask(value)
            return None if value is None or value == "" else words()(value)

        return read

    def origin(self, values: Values) -> Origin | None:
        """What the row's mark tells; None for a mark that is not this list's."""
        mark = read_mark(str(values.get(MARK, "")), len(self.parts) + sum(part.personal for part in self.parts))
        if mark is None:
            return None
        pieces = iter(mark.digests)
        shown, was = {}, {}
        for part in self.parts:
            shown[part.name] = next(pieces)
            if part.personal:
                was[part.name] = next(pieces)
        return Origin(mark.key, shown, was)

    def readers(self, run: Run) -> dict[str, Read]:
        return {part.name: part.reader(run) for part in self.parts if part.reader}

    def edited(self, values: Values, origin: Origin) -> dict[str, str]:
        """Part → text of the cells that are not blank and not as they were exported."""
        names = (part.name for part in self.parts if part.name in values)
        return {name: values[name] for name in names if digest(values[name]) != origin.shown[name]}

    def edits(
        self, values: Values, origin: Origin, readers: Mapping[str, Read]
    ) -> tuple[Values, list[tuple[str, str]]]:
        """What the edited cells say (None: erase), and the problems of those that cannot be taken."""
        edits: Values = {}
        found: list[tuple[str, str]] = []
        for name, text in self.edited(values, origin).items():
            part = self.by_name[name]
            if name not in readers:
                continue
            if text == ERASE:
                if part.needed:
                    found.append((part.needed, name))
                else:
                    edits[name] = None
                continue
            try:
                if part.personal and HIDDEN in text:
                    raise CellProblem("still_masked")
                value = readers[name](text)
            except CellProblem as problem:
                found.append((problem.code, name))
                continue
            if value is not None:  # else a word for blank
                edits[name] = value
        return edits, found


def _as_text(cell: Cell) -> str | None:
    return raw_text(cell).strip() or None


class ReturnedRows(Target):
    """How a list that comes back meets its records; stands before the target of the model among the bases."""

    returning: Returning
    claims = False  # it is as long as its filter made it

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.readers = self.returning.readers(run)
        self.words = {part.name: part.words() for part in self.returning.parts}
        self.mine: set[int] = set()  # the records of the rows at hand that the importer may change

    # --- reading
    def check(self, values: Values, unread: Collection[str]) -> list[tuple[str, str]]:
        """A mark that is ours, edits of what may be edited, edited cells that can be read."""
        origin = self.returning.origin(values)
        if origin is None:
            return [(MARK_MISSING, MARK)]
        found = []
        for name in self.returning.edited(values, origin):
            part = self.returning.by_name[name]
            if part.reader is None:
                found.append((KEY_EDITED if part.names_row else NOT_EDITABLE, name))
        return found + self.returning.edits(values, origin, self.readers)[1]

    def key(self, values: Values, unread: Collection[str]) -> str:
        """The record's number."""
        origin = self.returning.origin(values)
        return f"#{origin.key}" if origin else ""

    # --- meeting
    def reached(self) -> QuerySet:
        """The records that the importer may see; the scope is that of the source's permission."""
        return self.model._default_manager.reached_by(self.run.importer.scope)  # type: ignore[attr-defined, no-any-return]

    def match(self, rows: Sequence[ListRow]) -> list[int | None]:
        wanted = [int(row.key[1:]) if row.key else 0 for row in rows]
        found: Any = self.reached().filter(pk__in=among(wanted))
        known = set(found.values_list("pk", flat=True))
        self.mine = set(found.changed_by(self.run.importer.scope).values_list("pk", flat=True))
        return [pk if pk in known else None for pk in wanted]

    def expected(self, ids: Collection[int], extent: str) -> set[int]:
        return set()

    def merge(self, row: ListRow, record: Record | None) -> Merge:
        """The edits, column by column; then what hangs on them."""
        origin = self.returning.origin(row.values)
        if record is None or origin is None:
            return Merge(problem=OUTSIDE_SCOPE)
        edits = self.returning.edits(row.values, origin, self.readers)[0]
        if edits and origin.key not in self.mine:
            return Merge(problem=OUTSIDE_SCOPE)
        edits, problem = self.meant(edits)
        if problem:
            return Merge(problem=problem)
        merge = Merge()
        for name, value in edits.items():
            self._put(merge, self.returning.by_name[name], value, record, origin)
        return self.follow(merge, record)

    def meant(self, edits: Values) -> tuple[Values, str]:
        """The edits in terms of the record's columns, or the problem that keeps the row out."""
        return edits, ""

    def follow(self, merge: Merge, record: Record) -> Merge:
        """What hangs on the changes, and what they may not lead to."""
        return merge

    def shown(self, part: Part, value: Plain) -> Any:
        """The cell that the list shows for a value."""
        return None if value is None or value == "" else self.words[part.name](value)

    def _put(self, merge: Merge, part: Part, value: Plain, record: Record, origin: Origin) -> None:
        """Write one edit, unless the record says it already; a column that changed since the export is a conflict."""
        old = record[part.name]
        new = self.defaults[part.name] if value is None else value
        if old == new:
            return
        if part.personal:
            untouched = origin.was[part.name] in keyed(self.model, origin.key, part.name, old)
        else:
            untouched = digest(self.shown(part, old)) == origin.shown[part.name]
        (merge.changes if untouched else merge.conflicts)[part.name] = [old, new]
