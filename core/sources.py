"""Kinds of lists that can be imported: each is one declared `Source` in an app's `sources.py` or `sources/`.

The road (`core.importing`) reads, stages, compares, applies and undoes; a source says what its columns mean, and its
`Target` how a row meets the records. `core` knows no domain word.

Values travel in plain form (`core.plain`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Protocol

from core.cells import Cell
from core.plain import Plain
from core.registries import Registry
from core.scope import Scope

if TYPE_CHECKING:
    from django.db.models import Model

    from accounts.models import User
    from core.importing.targets import Target

Values = dict[str, Plain]  # field → value read from a row; blank cells and cells with a problem are absent
Read = Callable[[Cell], Plain]


@dataclass(frozen=True)
class Importer:
    """Who imports, and from which node of the tree. Without a user it is the system itself, and sees everything."""

    user: User | None
    scope: Scope
    node_id: int
    path: str


@dataclass(frozen=True)
class Run:
    """One passage of a batch along the road: what readers and targets may need to know of it."""

    source: Source
    importer: Importer
    as_of: date  # the list's date: “newest” means this
    today: date
    batch_id: int


@dataclass(frozen=True)
class SourceField:
    """A column that the source understands. `reader` gives the function that reads its cells, made once per run.

    A cell that cannot be read is left out with a warning; in a `vital` field it keeps the row out.
    """

    name: str
    label: str
    headers: tuple[str, ...]
    reader: Callable[[Run], Read]
    vital: bool = False


class Take(Protocol):
    """Writes values that a clerk takes over by hand to one record, with the reason in the audit trail.

    Returns the number of the record that holds them now: what is dated may go on in another one. Raises a Refusal for a
    column that cannot be written so.
    """

    def __call__(self, *, importer: Importer, key: int, values: Values, on: date, reason: str) -> int: ...


@dataclass(frozen=True)
class EndingPlan:
    """What an ending would do: how many records end, why others stay as they are, and what is worth knowing."""

    ending: int
    left: Mapping[str, int]
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Ending:
    """Something that may be true of a record that a list no longer holds."""

    code: str
    name: str
    permission: str
    plan: Callable[[Scope, Collection[int]], EndingPlan]
    apply: Callable[[User, Scope, Collection[int], date, str], int]  # by, scope, ids, on, reason; how many ended


@dataclass(frozen=True)
class Source:
    code: str
    name: str
    model: type[Model]  # what its rows become
    permission: str  # who may import it
    fields: tuple[SourceField, ...]
    required: tuple[tuple[str, ...], ...]  # a header has at least one field of each group
    presence: tuple[str, ...]  # a line without any of these fields is no row (合计, 备注)
    key_field: str  # problems of a whole row are shown at its column
    admit: Callable[[User | None, date], Importer]  # raises a Refusal for a user without the right
    target: Callable[[Run], Target]
    check_extent: Callable[[str], None]  # raises a Refusal for a code that names no part of the whole
    take: Take  # writes what a clerk takes over from a list where record and list differ
    extents: Callable[[Scope], Sequence[tuple[str, str]]] = lambda scope: ()  # (code, name) of parts a list may claim
    words: Mapping[str, Callable[[Plain], str]] = field(default_factory=dict)  # column → its codes in words
    endings: tuple[Ending, ...] = ()  # what a clerk may say of records that are missing from a list

    @property
    def known_headers(self) -> Mapping[str, str]:
        """Header → field, over all spellings; the label counts as one."""
        return {header: item.name for item in self.fields for header in (item.label, *item.headers)}

    def field(self, name: str) -> SourceField:
        return next(item for item in self.fields if item.name == name)


def always(read: Read) -> Callable[[Run], Read]:
    """A reader that needs to know nothing of the run."""
    return lambda run: read


def join(fields: Sequence[SourceField], *more: SourceField) -> tuple[SourceField, ...]:
    """Fields shared by several sources, with a source's own; of two with one name the later one counts."""
    return tuple({item.name: item for item in (*fields, *more)}.values())


sources: Registry[Source] = Registry()
