"""The Party organizations behind a number that is counted by Party organization, of now or of a closed month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import BigIntegerField, F, Min, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse

from accounts.permissions import Permission
from core.formats import Yuan
from core.listing import Column, Order
from members.indicators import ROLL
from orgs.figures import Narrow
from orgs.subjects import PARTY_ORGANIZATIONS, hidden
from reports.filters import NodeFilters
from reports.views.units import HISTORY, UnitsPage

FEW, HIDDEN = "不足 3", "不显示"


OF_TERMS = ("nodes_with_term", "nodes_over", "nodes_ending")  # the measures whose point is a day


def _party_url(row: Any) -> str:
    return reverse("party", args=[row.node_id])


class NodesPage(UnitsPage):
    """`measure=` a measure, or `gap=` an indicator, each Party organization with its part of the number."""

    by_node = True
    shown_first = PARTY_ORGANIZATIONS.code
    filters = NodeFilters
    returning_source = ""
    orders: Sequence[Order] = (Order("value", ("-value",)), Order("name", ("name",)))

    @property
    def unit(self) -> str:  # type: ignore[override]
        """The names are Party organizations, whatever they have."""
        return "个党组织"

    @property
    def one_each(self) -> bool:
        """Whether the Party organizations themselves are what is counted."""
        return self.measure.subject is PARTY_ORGANIZATIONS and not self.measure.sums

    def get_columns(self) -> Sequence[Column]:
        """The names lead to the Party organizations of now alone; where these are what is counted, no number says so."""
        name = Column("党组织", "name", kind="name", order="name", link=None if self.moment.closed else _party_url)
        measure, live = self.measure, not self.moment.closed
        head = f"{'金额' if measure.money else '数量'}（{measure.unit}）"
        number = Column(head, "shown", kind="number", order="value", link=self._names_url, screen=not self.one_each)
        term = [Column("届满日期", "node.term_ends_on", kind="date")] if measure.code in OF_TERMS and live else []
        history = [] if live else [HISTORY]
        secretary = [Column("书记", "node.secretary_name")] if live else []
        return [name, number, *term, *secretary, Column("管理党组织", "managed_name"), *history]

    def _names_url(self, row: Any) -> str:
        """The members behind a number of members of now, for whoever may read their names."""
        if self.moment.closed or self.indicator or self.measure.subject is not ROLL:
            return ""
        may = self.request.scope.having(Permission.MEMBERS_VIEW).holds_path(row.node.path)
        asked = urlencode({"branch": row.node_id, "measure": self.measure.code})
        return f"{reverse('admin:members_member_changelist')}?{asked}" if may else ""

    def records(self) -> QuerySet:
        """Those with a part of the number."""
        rows = self.moment.nodes(self.request.scope, Narrow(), self.tree)
        whole, part = _value(self.measure.code), _value(self.indicator.numerator.code if self.indicator else "")
        rows = rows.annotate(value=whole - part, part=part, people=_value(self.measure.people)).exclude(value=0)
        return rows if self.moment.closed else rows.select_related("node")

    def summed(self, found: QuerySet) -> int | Yuan | None:
        """Not where a part is too small to be told: it could be taken off the sum."""
        if self.one_each:
            return None
        some = Min("part", filter=Q(part__gt=0))
        parts = found.aggregate(sum=Sum("value"), least=Min("value"), taken=some, fewest=Min("people"))
        few = self._is_few(parts["least"], parts["taken"], parts["fewest"])
        return None if few else self.measure.amount(parts["sum"])

    def prepare(self, rows: list[Any]) -> None:
        """Names, and numbers that are not too small to be told to whom they do not concern."""
        names = self.tree.names({row.managed_by_id for row in rows})
        own = {grant.node_id for grant in self.request.scope.having(self.permission).grants}
        for row in rows:
            row.managed_name = names.get(row.managed_by_id)
            may_read = row.managed_by_id in own or not self._is_few(row.value, row.part, row.people)
            few = hidden(self.measure, row.value, row.people)
            row.shown = self.measure.amount(row.value) if may_read else FEW if few else HIDDEN

    def _is_few(self, value: int | None, part: int | None, people: int | None) -> bool:
        """Also where what a gap leaves out is too small: who knows the whole would know that."""
        taken = self.indicator.numerator if self.indicator else None
        return hidden(self.measure, value, people) or bool(taken and hidden(taken, part, people))


def _value(code: str) -> Any:
    return Coalesce(Cast(KeyTextTransform(code, F("measured")), BigIntegerField()), 0)
