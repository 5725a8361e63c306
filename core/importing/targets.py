"""How the rows of a list meet the records of one model. A source's target subclasses `Target`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from django.db import connection, models

from core.id_sets import among
from core.numbering import reserve_ids
from core.plain import Plain, fetch_plain, to_plain
from core.sources import Run, Values

Record = dict[str, Plain]  # column → plain value
Changes = dict[str, list[Plain]]  # column → [before, after]


@dataclass(slots=True)
class ListRow:
    """A row of the list on its way to its record."""

    id: int  # of the staged row
    key: str
    values: Values
    extras: dict[str, str]  # header → text of the columns that the source does not know
    sure: bool = False  # a clerk said that the record it was matched with is the same one


@dataclass(slots=True)
class Merge:
    """What a row would do to its record. `quiet` changes are written and audited, but do not make the row changed."""

    changes: Changes = field(default_factory=dict)
    quiet: Changes = field(default_factory=dict)
    aside: Record = field(default_factory=dict)  # written and not audited: where values came from
    conflicts: dict[str, list[Plain]] = field(default_factory=dict)  # column → [ours, theirs]
    undecided: bool = False
    at: str = ""  # the field at which the problem stands; without it the key
    problem: str = ""  # keeps the row out, such as `outside_scope`; of `identity_doubtful` the changes say why
    record: Record | None = None  # a new record with its unchanged columns, where the target has it at hand


@dataclass(slots=True)
class Written:
    """A record that was added or changed."""

    id: int
    before: Record | None  # None: it is new
    after: Record
    changes: Changes


class Target(ABC):
    """One run's view of the records: what it loads, it loads once."""

    model: ClassVar[type[models.Model]]
    columns: tuple[str, ...]  # loaded to be compared; every column that a merge may change is among them
    aside: ClassVar[tuple[str, ...]] = ()  # the columns that `Merge.aside` may hold
    claims: ClassVar[bool] = True  # a list holds all records of its extent: those it lacks are missing
    owned: ClassVar[tuple[tuple[type[models.Model], str], ...]] = ()  # rows written with a record: model, foreign key

    def __init__(self, run: Run) -> None:
        self.run = run
        fields = {column.attname: column for column in self.model._meta.concrete_fields}
        self.defaults: Record = {name: to_plain(column.get_default()) for name, column in fields.items()}
        self.personal = {name: column for name, column in fields.items() if getattr(column, "personal", False)}
        self.versioned = "version" in fields

    # --- reading ---
    @abstractmethod
    def check(self, values: Values, unread: Collection[str]) -> list[tuple[str, str]]:
        """Problems of the row as a whole: (code, field). `unread` are the fields whose cell had a problem."""

    @abstractmethod
    def key(self, values: Values, unread: Collection[str]) -> str:
        """What identifies the row within the list; empty when nothing does, or when its cell had a problem."""

    def is_row(self, values: Values, unread: Collection[str]) -> bool:
        """Whether the line is data. Lines with neither name nor identity are not (合计, 备注)."""
        return any(name in values or name in unread for name in self.run.source.presence)

    # --- meeting ---
    @abstractmethod
    def match(self, rows: Sequence[ListRow]) -> list[int | None]:
        """The record of each row, in their order; None where there is none yet."""

    @abstractmethod
    def merge(self, row: ListRow, record: Record | None) -> Merge:
        """What the row would do to its record, or to a new one."""

    @abstractmethod
    def expected(self, ids: Collection[int], extent: str) -> set[int]:
        """Of these records, those that a list of this extent should hold (others ended, or lie elsewhere)."""

    def load(self, ids: Sequence[int], *, lock: bool) -> dict[int, Record]:
        """Records by id in plain form; with `lock` they stay as they are until the transaction ends."""
        records = self.model._default_manager.filter(pk__in=among(ids)).order_by("pk")
        if lock and connection.features.has_select_for_update:
            self.lock_first(ids)
            records = records.select_for_update(of=("self",), no_key=True)
        rows = fetch_plain(records, ("pk", *self.columns))
        return {pk: dict(zip(self.columns, values, strict=True)) for pk, *values in rows}

    def lock_first(self, ids: Collection[int]) -> None:  # noqa: B027 - nothing stands before most records
        """Lock what stands before these records in the order of locks (`core.locks`), those of the rows at hand too."""

    # --- writing ---
    def ids_for(self, merges: Sequence[Merge]) -> list[int]:
        """Numbers for new records; what hangs on a record's number is added to its merge here."""
        return reserve_ids(self.model, len(merges))

    @abstractmethod
    def path_of(self, record: Record) -> str:
        """Path of the node that the record belongs to, for the audit trail."""

    @abstractmethod
    def label_of(self, record: Record) -> str:
        """The record in words."""

    def written(self, new: Sequence[Written], changed: Sequence[Written]) -> None:  # noqa: B027 - a target may need none
        """Write what hangs on the records: dated rows, former places."""

    def undone(self, batch_id: int, restored: Sequence[Written]) -> None:  # noqa: B027 - a target may need none
        """Take back what `written` did for changes that were undone; new records are deleted with all they own."""

    def refresh(self, ids: Collection[int]) -> None:  # noqa: B027 - a target may need none
        """Bring derived data up to date for records that were added or changed."""

    def forget(self, ids: Collection[int]) -> None:  # noqa: B027 - a target may need none
        """Take records that will be deleted out of derived data."""
