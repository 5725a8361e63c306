"""Whether a value of a list replaces, fills, agrees with or contradicts what the registry holds (rules §11)."""

from __future__ import annotations

from collections.abc import Collection

from core.cells import half_width
from core.importing.targets import Merge, Record
from core.plain import Plain
from core.sources import Values
from orgs.rules.areas import holds
from orgs.rules.words import same_type, section_of
from orgs.sources.authority import VERIFIED, Authority, rank
from orgs.sources.columns import MEMBERSHIP, REGISTERED, SURVEYED

# fields of lists that are no columns of the organization, and those that are
UNSTATED = frozenset({"industry_code", "industry_section", "capital"})
STATED = frozenset(field.name for field in (*REGISTERED, *SURVEYED, MEMBERSHIP)) - UNSTATED


class FieldMerge:
    """Merges the columns of one row into one record."""

    def __init__(self, authority: Authority, record: Record, merge: Merge, own_batches: Collection[str]) -> None:
        self.authority, self.record, self.merge, self.own_batches = authority, record, merge, own_batches

    def put(self, column: str, value: Plain) -> None:
        """Write the value where the source is believed or there is none yet; else it is a conflict, unless it agrees."""
        old = self.record[column]
        if old is None or old == "":
            self.merge.changes[column] = [old, value]
            return
        writer = self._writer(column)
        authority = self.authority.over(column, self.record["credit_code"]) or writer in self.own_batches
        if same(column, old, value, exact=authority):
            return
        # an area that a person chose stays: lists know it only by its words
        if authority and not (column == "region_id" and writer is None):
            self.merge.changes[column] = [old, value]
        else:
            self.merge.conflicts[column] = [old, value]

    def _writer(self, column: str) -> str | None:
        """The batch that wrote the column last; None for a person."""
        return next((batch for batch, columns in self.record["sources"].items() if column in columns), None)

    def provenance(self, batch: str, stated: Values) -> dict[str, list[str]]:
        """Batch → columns it wrote last, after this merge."""
        written = [column for column in self.merge.changes if column in stated]
        if not written:
            return self.record["sources"]
        left = {b: [c for c in columns if c not in written] for b, columns in self.record["sources"].items()}
        left[batch] = sorted({*left.get(batch, ()), *written})
        return {b: columns for b, columns in left.items() if columns}


def same(column: str, old: Plain, new: Plain, *, exact: bool) -> bool:
    """Do both say the same in other words? `exact`: the authority's finer word counts as another one."""
    if column == "region_id":
        return holds(str(new), str(old))  # an address tells the street, we may know the community
    if column in ("name", "address", "registrar", "authority"):
        return half_width(old) == half_width(new)
    if column == "industry":
        if section_of(old) != section_of(new):
            return False
        return new == section_of(new) or (not exact and old == section_of(old)) or old.startswith(new)
    return column == "company_type" and not exact and same_type(old, new)


def count(merge: Merge, record: Record, kind: str, number: int, *, as_of: str, source: str, verified_from: str) -> None:
    """A headcount: the newest date wins, of one day survey, tax, registrar; a 核定 one stands against other sources."""
    old, on, by = record[kind], record[f"{kind}_on"], record[f"{kind}_source"]
    if old == number:
        return
    if old is not None and by != source:
        if as_of < on:
            return
        if (by in VERIFIED and on > verified_from) or (as_of == on and rank(source) < rank(by)):
            merge.conflicts[kind] = [old, number]
            return
    elif old is not None and as_of < on:
        return
    dated = {kind: number, f"{kind}_on": as_of, f"{kind}_source": source}
    merge.changes.update({c: [record[c], now] for c, now in dated.items() if record[c] != now})
