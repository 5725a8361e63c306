"""Our own list of organizations come back: exported, edited in a workbook, imported as it is (DESIGN §6).

Each exported row carries a mark: the record's number and a digest of every cell that may be edited. A cell counts only
if it was edited since (its digest is another one); `清空` erases, a blank changes nothing. When the record itself changed
meanwhile in that column, the edit is a conflict. So a workbook needs no memory of its own, may be sorted and cut, and
goes in twice without doing anything twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import blake2b
from typing import Any

from accounts.permissions import Permission
from core.importing.cells import Cell, CellProblem, raw_text
from core.importing.problems import ERROR, Problem, problems
from core.importing.targets import Merge, Record, Row, to_plain
from core.listing import Column
from core.sources import Plain, Read, Run, Source, SourceField, Values, always, sources
from orgs.models import Organization, Region
from orgs.rules.words import industry
from orgs.sources import columns
from orgs.sources.areas import check_extent
from orgs.sources.authority import RETURNED, Authority
from orgs.sources.deciding import take
from orgs.sources.importers import admission
from orgs.sources.merging import FieldMerge
from orgs.sources.organizations import COUNTS, OrganizationTarget
from orgs.sources.telling import WORDS

ERASE = "清空"
DIGEST_BYTES = 4


def _as_text(cell: Cell) -> str | None:
    return raw_text(cell).strip() or None


MARK = SourceField("mark", "系统标记(请勿改动)", (), always(_as_text), vital=True)
CHOICES: dict[str, dict[str, str]] = {
    "control": dict(Organization.Control.choices),
    "status": dict(Organization.Status.choices),
}

problems.add(
    Problem("mark_missing", ERROR, "系统标记缺失或被改动,未导入;请重新导出后再填写,新单位请导入登记机关名单或逐家登记"),
    Problem("code_edited", ERROR, "统一社会信用代码不能在清单中修改,未导入;请在单位页面修改"),
)


@dataclass(frozen=True)
class Editable:
    """A column of the list that may come back edited: how its cell is read, and what the list shows for a value."""

    column: str
    header: str
    reader: Callable[[Run], Read]

    def shown(self, value: Plain, areas: dict[str, str]) -> Any:
        """The exported cell of a value in plain form. `areas` are the full names of regions by code."""
        if value is None or value == "":
            return None
        if self.column in COUNTS or self.column == "industry":
            return value
        if self.column == "region_id":
            return areas.get(value, value)
        if self.column in CHOICES:
            return CHOICES[self.column][value]
        return WORDS[self.column](value) if self.column in WORDS else str(value)


def _of(field: SourceField) -> Editable:
    return Editable(field.name, field.label, field.reader)


EDITABLE: tuple[Editable, ...] = (
    _of(columns.NAME), _of(columns.TYPE), Editable("industry", columns.INDUSTRY_CODE.label, always(industry)),
    _of(columns.CONTROL), _of(columns.CAPITAL), _of(columns.CURRENCY), _of(columns.REGISTERED_ON), _of(columns.LEGAL),
    _of(columns.ADDRESS), _of(columns.AREA), _of(columns.STATUS), _of(columns.AUTHORITY), _of(columns.INSPECTED_ON),
    _of(columns.STAFF), _of(columns.MEMBERSHIP),
)  # fmt: skip
# the code names the row for people; it is compared, never changed
MARKED = (Editable("credit_code", columns.CODE.label, columns.CODE.reader), *EDITABLE)


def digest(cell: Cell) -> str:
    """What tells whether a cell was edited."""
    return blake2b(raw_text(cell).strip().encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).hexdigest()


def area_names() -> dict[str, str]:
    """The full names of all regions by code, the city's own name left out: 云溪区云台街道."""
    regions = {region.code: region for region in Region.objects.all()}

    def full(region: Region) -> str:
        parent = regions.get(region.parent_id or "")
        return full(parent) + region.name if parent and parent.parent_id else region.name

    return {code: full(region) for code, region in regions.items()}


def returning_columns(known: Collection[str]) -> list[Column]:
    """The columns that a list adds so that its workbook can come back; `known` headers stand in it already."""
    areas = cache(area_names)  # asked for by the export alone, not by every page of the list

    def shown(item: Editable, row: Organization) -> Any:
        return item.shown(to_plain(getattr(row, item.column)), areas())

    def mark(row: Organization) -> str:
        return f"{row.pk}:" + "".join(digest(shown(item, row)) for item in MARKED)

    added = [Column(i.header, partial(shown, i), screen=False) for i in MARKED if i.header not in known]
    return [*added, Column(MARK.label, mark, screen=False)]


class ReturnedTarget(OrganizationTarget):
    """The registry, as its own list meets it when it comes back."""

    def __init__(self, run: Run) -> None:
        super().__init__(Authority(), run)
        self.names = area_names()
        self.readers = {item.column: item.reader(run) for item in EDITABLE}

    # --- reading
    def check(self, values: Values, unread: Collection[str]) -> list[tuple[str, str]]:
        """A mark that is ours, the code as it was, and edited cells that can be read."""
        if _origin(values) is None:
            return [("mark_missing", MARK.name)]
        found = [("code_edited", "credit_code")] if "credit_code" in self._edited(values) else []
        edits, unreadable = self._edits(values)
        if edits.get("name", "-") is None:
            unreadable.append(("name_missing", "name"))
        return found + unreadable

    def key(self, values: Values, unread: Collection[str]) -> str:
        """The record's number."""
        origin = _origin(values)
        return f"#{origin[0]}" if origin else ""

    def is_row(self, values: Values, unread: Collection[str]) -> bool:
        """Whatever has a mark or a name."""
        return MARK.name in values or "name" in values

    # --- meeting
    def match(self, rows: Sequence[Row]) -> list[int | None]:
        """By number."""
        wanted = [int(row.key[1:]) if row.key else 0 for row in rows]
        known = set(Organization.objects.filter(pk__in=wanted, merged_into=None).values_list("pk", flat=True))
        return [pk if pk in known else None for pk in wanted]

    def expected(self, ids: Sequence[int], extent: str) -> set[int]:
        """Nothing is missing: a list is as long as its filter made it."""
        return set()

    def merge(self, row: Row, record: Record | None) -> Merge:
        """The edits, column by column; then what hangs on them."""
        origin = _origin(row.values)
        if record is None or origin is None or not self._within(record):
            return Merge.outside()
        edits, _ = self._edits(row.values)
        merge = Merge()
        for item in EDITABLE:
            if item.column in edits:
                self._put(merge, item, edits[item.column], record, origin[1])
        if merge.changes:
            self._follow(merge, record)
        after = record | {column: now for column, (_, now) in merge.changes.items()}
        if not self._within(after):
            return Merge.outside()
        fields = FieldMerge(self.authority, record, merge, self.own_batches)
        merge.aside = {"sources": fields.provenance(self.batch, dict.fromkeys(self.readers))}
        return merge

    def _put(self, merge: Merge, item: Editable, value: Plain, record: Record, origin: dict[str, str]) -> None:
        """Write one edit, unless the record says it already; a column that changed since the export is a conflict."""
        column, old = item.column, record[item.column]
        new = self.defaults[column] if value is None else value
        if old == new:
            return
        if digest(item.shown(old, self.names)) != origin[column]:
            merge.conflicts[column] = [old, new]
            return
        merge.changes[column] = [old, new]
        if column in COUNTS:
            dated = {f"{column}_on": self.as_of, f"{column}_source": RETURNED}
            merge.changes.update({c: [record[c], now] for c, now in dated.items() if record[c] != now})

    # --- edits
    def _edited(self, values: Values) -> dict[str, str]:
        """Column → text of the cells that are not blank and not as they were exported."""
        origin = _origin(values)
        if origin is None:
            return {}
        return {
            item.column: values[item.column]
            for item in MARKED
            if item.column in values and digest(values[item.column]) != origin[1][item.column]
        }

    def _edits(self, values: Values) -> tuple[Values, list[tuple[str, str]]]:
        """What the edited cells say (None: erase), and the problems of those that cannot be read."""
        edits: Values = {}
        unreadable: list[tuple[str, str]] = []
        for column, text in self._edited(values).items():
            if column == "credit_code":
                continue
            try:
                value = None if text == ERASE else self.readers[column](text)
            except CellProblem as problem:
                unreadable.append((problem.code, column))
                continue
            if value is None and text != ERASE:
                continue  # a word for blank
            if column == "capital" and value is not None:
                value, foreign = value
                edits |= {"currency": foreign} if foreign else {}
            edits[column] = value
        return edits, unreadable


def _origin(values: Values) -> tuple[int, dict[str, str]] | None:
    """The record's number and the digests of its exported cells by column; None for a mark that is not ours."""
    number, _, digests = str(values.get(MARK.name, "")).partition(":")
    width = 2 * DIGEST_BYTES
    if not number.isdecimal() or len(number) > 18 or len(digests) != width * len(MARKED):
        return None
    parts = [digests[start : start + width] for start in range(0, len(digests), width)]
    return int(number), dict(zip((item.column for item in MARKED), parts, strict=True))


sources.add(
    Source(
        code=RETURNED,
        name="本系统导出的单位清单",
        model=Organization,
        permission=Permission.REGISTRY_CHANGE,
        fields=(MARK, *(SourceField(item.column, item.header, (), always(_as_text)) for item in MARKED)),
        required=((MARK.name,),),
        presence=(MARK.name, "name"),
        key_field=MARK.name,
        admit=admission(Permission.REGISTRY_CHANGE),
        target=ReturnedTarget,
        check_extent=check_extent,
        words=WORDS,
        take=take,
    )
)
