"""Closing a month: its figures and its names are frozen, and nothing edited later changes them (domain §5.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission as P
from core import audit
from core.locks import one_at_a_time
from core.months import YearMonth
from core.parameters import values_on
from core.refusals import Refusal
from orgs.access import scope_for
from orgs.facts import refresh
from orgs.facts.statement import TOUCHED, Touched, about_touched
from orgs.facts.tally import tally_columns
from orgs.models import Organization, OrganizationFacts, PartyOrganization, Tally
from orgs.models.facts import StatedFacts
from reports.models import ClosedMonth, FrozenFigure, FrozenUnit

_STATED_NAMES = {field.name for field in StatedFacts._meta.local_concrete_fields}
STATED = tuple(str(field.column) for field in OrganizationFacts._meta.concrete_fields if field.name in _STATED_NAMES)


class MayNotClose(Refusal):
    """Months are closed for the whole city by those who may."""


class MonthNotOver(Refusal):
    """A month can be closed when its last day is past."""


class MonthAlreadyClosed(Refusal):
    """What is frozen stays so."""


class MonthOutOfOrder(Refusal):
    """Months are closed one after the other, so that each bridge has its beginning."""


@transaction.atomic
def close_month(*, month: YearMonth, by: User, on: date) -> ClosedMonth:
    """Freeze a month that is over, with the facts as they stand on the day `on` (截止日期).

    Raises MayNotClose, MonthNotOver, MonthAlreadyClosed, MonthOutOfOrder.
    """
    if not scope_for(by, on=on).having(P.MONTHS_CLOSE).whole:
        raise MayNotClose("关账须由市级组织部门工作人员办理")
    if on <= month.last_day:
        raise MonthNotOver(f"{month} 还没有结束,请在 {month.plus(1).first_day} 以后关账")
    one_at_a_time()  # a second hand sees what the first has closed
    _refuse_out_of_order(month)
    refresh(None, on=on)
    return freeze(month=month, by=by, counted_on=on)


@transaction.atomic
def freeze(*, month: YearMonth, by: User, counted_on: date, changed: Collection[int] | None = None) -> ClosedMonth:
    """Write a closed month from facts and tally as they are: the second half of closing, and how a demonstration tells of
    months that have passed. Months come in their order.

    `changed` are the organizations whose facts or names may differ from those of the month before; None: all.
    """
    newest = ClosedMonth.objects.order_by("-month").first()
    closed = ClosedMonth.objects.create(
        month=str(month),
        counted_on=counted_on,
        closed_at=timezone.now(),
        closed_by=by,
        parameters=dict(values_on(counted_on)),
    )
    figures = _freeze_figures(closed)
    if newest is None or changed is None:
        with _whole_sets():
            units = _freeze_units(closed, newest)
    else:
        units = _freeze_units(closed, newest, Touched.of(changed))
    changes = audit.difference(
        {}, audit.snapshot(closed, ["month", "counted_on"]) | {"figures": figures, "units": units}
    )
    audit.record(by=by, action="months.close", target=closed, changes=changes)
    return closed


def _refuse_out_of_order(month: YearMonth) -> None:
    newest = ClosedMonth.objects.order_by("-month").first()
    if newest is None:
        return
    last = YearMonth.parse(newest.month)
    if month <= last:
        already = ClosedMonth.objects.filter(month=str(month)).exists()
        if already:
            raise MonthAlreadyClosed(f"{month} 已经关账,数据已冻结,不能再次关账")
        raise MonthOutOfOrder(f"{last} 已经关账,不能再关更早的 {month}")
    if month != last.plus(1):
        raise MonthOutOfOrder(f"上次关账到 {last},请先关 {last.plus(1)}")


def _freeze_figures(closed: ClosedMonth) -> int:
    """Copy the filled cells, each with the place of its committee in the tree."""
    cell = tally_columns()
    return _run(
        f"INSERT INTO {FrozenFigure._meta.db_table} (month_id, managed_by_path, {_quoted(cell)}) "
        f"SELECT %s, node.path, {_quoted(cell, 'cell')} FROM {Tally._meta.db_table} cell "
        f"JOIN {PartyOrganization._meta.db_table} node ON node.id = cell.managed_by_id WHERE cell.organizations <> 0",
        [closed.pk],
    )


def _freeze_units(closed: ClosedMonth, before: ClosedMonth | None, among: Touched | None = None) -> int:
    """End the rows that no longer hold with the month before, and write those that do now. Returns how many are new.

    What has not changed is not touched: its row simply goes on.
    """
    frozen = FrozenUnit._meta.db_table
    narrow = f"AND {{}}.organization_id IN ({TOUCHED})" if among else ""
    now = (
        f"FROM {OrganizationFacts._meta.db_table} now JOIN {Organization._meta.db_table} unit "
        "ON unit.id = now.organization_id WHERE (now.counted OR now.undecided)"
    )

    def run(sql: str, parameter: str) -> int:
        if among is None:
            return _run(sql, [parameter])
        return _run(about_touched(sql).sql, [among.parameter, parameter])

    if before is not None:
        run(
            f"UPDATE {frozen} SET last_month = %s WHERE last_month IS NULL {narrow.format(frozen)} "
            f"AND NOT EXISTS (SELECT 1 {now} AND now.organization_id = {frozen}.organization_id "
            f"AND (unit.name, {_quoted(STATED, 'now')}) IS NOT DISTINCT FROM ({frozen}.name, {_quoted(STATED, frozen)}))",
            before.month,
        )
    return run(
        f"INSERT INTO {frozen} (first_month, organization_id, name, {_quoted(STATED)}) "
        f"SELECT %s, now.organization_id, unit.name, {_quoted(STATED, 'now')} {now} {narrow.format('now')} AND NOT EXISTS "
        f"(SELECT 1 FROM {frozen} kept WHERE kept.organization_id = now.organization_id AND kept.last_month IS NULL)",
        closed.month,
    )


@contextmanager
def _whole_sets() -> Iterator[None]:
    """Keep PostgreSQL from comparing two whole tables row by row: of tables that one transaction fills and changes it
    knows too little, and a wrong guess takes minutes instead of seconds."""
    if connection.vendor != "postgresql":
        yield
        return
    _run("SET LOCAL enable_nestloop = off", [])
    yield
    _run("SET LOCAL enable_nestloop TO DEFAULT", [])


def _quoted(columns: tuple[str, ...], table: str = "") -> str:
    prefix = f"{table}." if table else ""
    return ", ".join(prefix + connection.ops.quote_name(column) for column in columns)


def _run(sql: str, parameters: list[str | int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)
