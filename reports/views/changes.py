"""The units behind a term of the bridge: what happened to each, when and why, and how it stands after it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import F, QuerySet
from django.http import Http404

from core.listing import Column, Order
from reports.models import FrozenUnit
from reports.naming import WORDS
from reports.queries.bridge import Between, Term, between_of, terms
from reports.queries.changes import NOT_KNOWN, reasons_of
from reports.views.units import HISTORY, UnitsPage, named


def _after(name: str) -> Any:
    return lambda row: getattr(row.after, name, None) if row.after else None


class ChangesPage(UnitsPage):
    """`change=` a term of the bridge to now, or to the closed month `month=`."""

    returning_source = ""
    orders = (Order("name", ("name_key",)),)
    columns = (
        Column("单位名称", "name_key", kind="name", link=lambda row: row.url, order="name"),
        Column("统一社会信用代码", "credit_code", screen=False),
        Column("变化", "why.reason", kind="words"),
        Column("日期", "why.since", kind="date"),
        Column("变化后人数", _after("size"), kind="number"),
        Column("变化后正式党员", _after("formal"), kind="number"),
        Column("变化后覆盖形式", lambda row: row.after and WORDS.get(row.after.form, "")),
        Column("变化后覆盖的党组织", _after("covered_name")),
        Column("变化后管理党组织", _after("managed_name")),
        HISTORY,
    )

    def get_columns(self) -> tuple[Column, ...]:
        """What happened cannot be brought back by a workbook."""
        return self.columns

    @cached_property
    def term(self) -> Term:
        code = self.request.GET.get("change", "")
        if code not in terms:
            raise Http404
        return terms[code]

    @cached_property
    def between(self) -> Between:
        """The two moments of the bridge; without a month before there is none."""
        found = between_of(self.request.scope, self.moment, self.narrow, self.closed, self.tree)
        if found is None:
            raise Http404
        return found

    @property
    def title(self) -> str:  # type: ignore[override]
        return f"未建变化：{self.term.name}（自 {self.between.before.moment.month} 末）"

    def records(self) -> QuerySet:
        """The units of the term: their names stand in the gap that they entered or left."""
        rows = self.between.units(self.term)
        name = F("name") if rows.model is FrozenUnit else F("organization__name")
        return rows.annotate(name_key=name)

    def bind(self, records: QuerySet) -> Any:
        """The units are narrowed already, each at the moment in whose gap it was."""
        words = self.request.GET.copy()
        for word in self.narrow.query():
            words.pop(word)
        return self.filters(words, queryset=records, request=self.request, tree=self.tree)

    def prepare(self, rows: list[Any]) -> None:
        """What happened to each row, and how it stands after it where the reader still reaches it."""
        ids = [row.organization_id for row in rows]
        why = reasons_of(ids, self.between.before.moment, self.moment)
        after = {row.organization_id: row for row in self.between.after(ids)}
        named(list(after.values()), self.tree)
        named(rows, self.tree if self.term.sign > 0 else self.between.before.tree)
        for row in rows:
            row.why = why.get((row.organization_id, self.term.kind), NOT_KNOWN)
            row.after = after.get(row.organization_id)

    @property
    def _kept(self) -> list[tuple[str, str]]:
        asked = {"change": self.term.code, "month": self.moment.month} | self.narrow.query()
        return [(name, value) for name, value in asked.items() if value]
