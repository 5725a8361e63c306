"""Months: taken at their end, figures and names frozen, then signed by the department (rules §7).

The night after its last day takes a month as it stood on that day. When it could not (the worker was down), the month is
taken by the first night or hand that can, and then says of which day it is: what was entered meanwhile is in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission as P
from core import writing
from core.indicators import indicators, measures
from core.locks import one_at_a_time
from core.models import AuditEntry
from core.months import YearMonth
from core.parameters import spoken, values_on
from core.refusals import Refusal
from orgs.access import scope_for
from orgs.facts import refresh
from orgs.facts.statement import TOUCHED, Touched, about_touched, executed, quoted
from orgs.models import Organization, OrganizationFacts, PartyFacts, PartyOrganization, Tally
from orgs.models.facts import STATED as STATEMENTS
from orgs.models.facts import TALLY_KEYS, StatedFacts
from reports.models import ClosedMonth, FrozenFigure, FrozenNode, FrozenUnit, GapAnswer, Lasting
from reports.services.changes import freeze_changes
from reports.services.places import freeze_places

NIGHT_ENDS = time(6)
_STATED_NAMES = {field.name for field in StatedFacts._meta.local_concrete_fields}
STATED = tuple(str(field.column) for field in OrganizationFacts._meta.concrete_fields if field.name in _STATED_NAMES)


@transaction.atomic
def close_month(*, month: YearMonth, by: User, on: date) -> ClosedMonth:
    """Sign a month that is over; one that no night has taken is taken now, as things stand on the day `on`.

    Raises Refusal.
    """
    if not scope_for(by, on=on).having(P.MONTHS_CLOSE).whole:
        raise Refusal("关账须由市级组织部门工作人员办理")
    if on <= month.last_day:
        raise Refusal(f"{month} 还没有结束，请在 {month.plus(1).first_day} 以后关账")
    one_at_a_time()  # a second hand sees what the first has closed
    closed = ClosedMonth.objects.filter(month=str(month)).first()
    if closed and closed.signed_at:
        raise Refusal(f"{month} 已经关账，数据已冻结，不能再次关账")
    unsigned = ClosedMonth.objects.filter(signed_at=None, month__lt=str(month)).order_by("month").first()
    if unsigned:
        raise Refusal(f"{unsigned.month} 已取数、还未签发，请先关 {unsigned.month}")
    return _sign(closed or _take(month, counted_on=on, today=on), by=by)


@transaction.atomic
def take_months(*, at: datetime) -> list[ClosedMonth]:
    """Take the months that are over and not taken yet, in their order: what the night does. None is taken twice.

    The first month of a system is that of the first entry in its trail.
    """
    one_at_a_time()
    today = timezone.localtime(at).date()
    newest = ClosedMonth.objects.order_by("-month").first()
    first = None if newest else AuditEntry.objects.order_by("at").first()
    if newest is None and first is None:
        return []
    month = YearMonth.parse(newest.month).plus(1) if newest else YearMonth.of(timezone.localtime(first.at).date())  # type: ignore[union-attr]
    taken = []
    while month.last_day < today:
        in_time = timezone.localtime(at) < _morning_after(month)
        taken.append(_take(month, counted_on=month.last_day if in_time else today, today=today))
        month = month.plus(1)
    return taken


def _morning_after(month: YearMonth) -> datetime:
    """Until when what stands is still what stood at the end of the month: nobody has begun to work."""
    return timezone.make_aware(datetime.combine(month.plus(1).first_day, NIGHT_ENDS))


def _take(month: YearMonth, *, counted_on: date, today: date) -> ClosedMonth:
    newest = ClosedMonth.objects.order_by("-month").first()
    if newest and month != YearMonth.parse(newest.month).plus(1):
        if str(month) < newest.month:
            raise Refusal(f"{newest.month} 已经取数，不能再关更早的 {month}")
        raise Refusal(f"上次关账到 {newest.month}，请先关 {YearMonth.parse(newest.month).plus(1)}")
    refresh(None, on=counted_on)
    closed = freeze(month=month, counted_on=counted_on)
    if counted_on != today:
        refresh(None, on=today)
    return closed


def _sign(closed: ClosedMonth, *, by: User, at: datetime | None = None) -> ClosedMonth:
    values = {"signed_at": at or timezone.now(), "signed_by": by}
    writing.change(by=by, record=closed, values=values, action="months.close", path="")
    return closed


@transaction.atomic
def freeze(
    *,
    month: YearMonth,
    counted_on: date,
    changed: Collection[int] | None = None,
    by: User | None = None,
    at: datetime | None = None,
) -> ClosedMonth:
    """Write a month from facts and tally as they are: the second half of taking, and how a demonstration tells of
    months that have passed. Months come in their order.

    `changed` are the organizations whose facts or names may differ from those of the month before; None: all. `by` signs
    it at once. `at` is the moment of both, now when it is not given.
    """
    newest = ClosedMonth.objects.order_by("-month").first()
    values = dict(values_on(counted_on))
    closed = ClosedMonth(
        month=str(month),
        counted_on=counted_on,
        named_on=counted_on,
        taken_at=at or timezone.now(),
        parameters=values,
        words=words_of(values),
    )
    writing.add_many([closed], by=None, action="months.take", on=counted_on)
    freeze_places(closed, newest)
    with _whole_sets():
        _freeze_figures(closed, newest)
        _freeze_nodes(closed, newest)
    if newest is None or changed is None:
        with _whole_sets():
            _freeze_units(closed, newest)
    else:
        _freeze_units(closed, newest, Touched.of(changed))
    if newest:
        freeze_changes(closed, newest)
    return _sign(closed, by=by, at=at) if by else closed


def words_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The texts of all figures, in the values of the parameters."""
    words = spoken(values)
    found = [indicator.worded(words) for indicator in indicators]
    return {
        "measures": {measure.code: measure.worded(words).name for measure in measures},
        "indicators": {one.code: {"name": one.name, "clause": one.clause, "basis": one.basis} for one in found},
    }


def _freeze_figures(closed: ClosedMonth, before: ClosedMonth | None) -> None:
    now = f"FROM {Tally._meta.db_table} now WHERE now.value <> 0 AND now.measure <> '{STATEMENTS}'"
    _go_on(FrozenFigure, TALLY_KEYS, {"value": "now.value"}, now, closed, before)


def _freeze_nodes(closed: ClosedMonth, before: ClosedMonth | None) -> None:
    """Copy what is counted by Party organization, with the names."""
    now = (
        f"FROM {PartyFacts._meta.db_table} now JOIN {PartyOrganization._meta.db_table} node ON node.id = now.node_id "
        "WHERE TRUE"
    )
    values = {"name": "node.name"} | {name: f"now.{name}" for name in ("managed_by_id", "region_code", "measured")}
    _go_on(FrozenNode, ("node_id",), values, now, closed, before)


def _go_on(
    model: type[Lasting],
    keys: Sequence[str],
    values: Mapping[str, str],
    now: str,
    closed: ClosedMonth,
    before: ClosedMonth | None,
) -> None:
    """End the rows that no longer hold with the month before, and write those that do now. `values` are SQL by column,
    `now` where both come from."""
    frozen = model._meta.db_table
    same = f"({quoted(keys, 'now')}) = ({quoted(keys, frozen)})"
    if before is not None:
        held = f"({', '.join(values.values())}) = ({quoted([*values], frozen)})"
        executed(
            f"UPDATE {frozen} SET last_month = %s WHERE last_month IS NULL "
            f"AND NOT EXISTS (SELECT 1 {now} AND {same} AND {held})",
            [before.month],
        )
    executed(
        f"INSERT INTO {frozen} (first_month, {quoted([*keys, *values])}) "
        f"SELECT %s, {quoted(keys, 'now')}, {', '.join(values.values())} {now} "
        f"AND NOT EXISTS (SELECT 1 FROM {frozen} WHERE {same} AND {frozen}.last_month IS NULL)",
        [closed.month],
    )


def _freeze_units(closed: ClosedMonth, before: ClosedMonth | None, touched: Touched | None = None) -> None:
    """End the rows that no longer hold with the month before, and write those that do now.

    What has not changed is not touched: its row simply goes on. A unit that once counted goes on when it does no more,
    with what became of it.
    """
    frozen = FrozenUnit._meta.db_table
    narrow = f"AND {{}}.organization_id IN ({TOUCHED})" if touched else ""
    now = (
        f"FROM {OrganizationFacts._meta.db_table} now JOIN {Organization._meta.db_table} unit "
        f"ON unit.id = now.organization_id LEFT JOIN {GapAnswer._meta.db_table} answer "
        "ON answer.organization_id = now.organization_id AND now.should AND NOT now.has_org"
    )
    columns = f"name, credit_code, status, answered, {quoted(STATED)}"
    values = (
        f"unit.name, COALESCE(unit.credit_code, ''), unit.status, COALESCE(answer.reason, ''), {quoted(STATED, 'now')}"
    )

    def run(sql: str, parameters: list[str | int]) -> None:
        if touched is None:
            executed(sql, parameters)
        else:
            executed(about_touched(sql).sql, [touched.parameter, *parameters])

    if before is not None:
        held = ", ".join(f"{frozen}.{column}" for column in columns.split(", "))
        run(
            f"UPDATE {frozen} SET last_month = %s WHERE last_month IS NULL {narrow.format(frozen)} "
            f"AND NOT EXISTS (SELECT 1 {now} WHERE now.organization_id = {frozen}.organization_id "
            f"AND ({values}) IS NOT DISTINCT FROM ({held}))",
            [before.month],
        )
    run(
        f"INSERT INTO {frozen} (first_month, organization_id, {columns}) "
        f"SELECT %s, now.organization_id, {values} {now} WHERE (now.counted OR now.undecided OR EXISTS (SELECT 1 FROM "
        f"{frozen} once WHERE once.organization_id = now.organization_id AND once.last_month = %s)) "
        f"{narrow.format('now')} AND NOT EXISTS "
        f"(SELECT 1 FROM {frozen} kept WHERE kept.organization_id = now.organization_id AND kept.last_month IS NULL)",
        [closed.month, before.month if before else ""],
    )


@contextmanager
def _whole_sets() -> Iterator[None]:
    """Keep PostgreSQL from comparing two whole tables row by row: of tables that one transaction fills and changes it
    knows too little, and a wrong guess takes minutes instead of seconds."""
    if connection.vendor != "postgresql":
        yield
        return
    executed("SET LOCAL enable_nestloop = off")
    yield
    executed("SET LOCAL enable_nestloop TO DEFAULT")
