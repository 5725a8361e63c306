"""Whether facts and tally agree with their sources: what `manage.py recount --check` asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import connection, transaction

from orgs.facts import nodes
from orgs.facts.sources import Day
from orgs.facts.statement import COLUMNS, ORPHANS, Reach, Statement, differing, fetched, listed
from orgs.facts.tally import wrong_figures
from orgs.models import Organization, OrganizationFacts, PartyOrganization

FIELDS = OrganizationFacts._meta.concrete_fields
NAMED = 20  # differences that are named in full


@transaction.atomic
def differences(*, on: date) -> list[str]:
    """What differs from a recomputation, a Chinese sentence each; empty when all agree. Nothing is written."""
    statement = differing(Day.of(on), Reach.ALL, connection.vendor)
    return [*_facts(statement), *_orphans(), *_nodes(Day.of(on)), *_cells()]


def _facts(statement: Statement) -> Iterator[str]:
    """Organizations whose facts are missing or wrong, with the columns."""
    [(count,)] = fetched(f"WITH {statement.sql} SELECT count(*) FROM differing", statement.parameters)
    if not count:
        return
    yield f"组织情况有 {count:,} 家与来源不一致："
    named = f"WITH {statement.sql} SELECT {listed('differing')} FROM differing ORDER BY organization_id LIMIT {NAMED}"
    found = [dict(zip(COLUMNS, row, strict=True)) for row in fetched(named, statement.parameters)]
    ids = [row["organization_id"] for row in found]
    names, held = Organization.objects.in_bulk(ids), OrganizationFacts.objects.in_bulk(ids)
    for should in found:
        key = should["organization_id"]
        if key not in held:
            yield f"  {names[key]}（编号 {key}）：没有组织情况"
            continue
        pairs = (
            (field, field.to_python(should[str(field.column)]), getattr(held[key], field.attname)) for field in FIELDS
        )
        wrong = (f"{field.verbose_name}应为 {_said(new)}，现为 {_said(old)}" for field, new, old in pairs if new != old)
        yield f"  {names[key]}（编号 {key}）：{'；'.join(wrong)}"


def _orphans() -> Iterator[str]:
    """Facts of organizations that are no longer there."""
    [(count,)] = fetched(f"SELECT count(*) {ORPHANS}")
    if count:
        yield f"有 {count:,} 条组织情况没有对应的单位"


def _nodes(day: Day) -> Iterator[str]:
    """Party organizations of which something else is counted."""
    if found := nodes.differing(day):
        names = PartyOrganization.objects.filter(pk__in=found[:NAMED]).order_by("pk").values_list("name", flat=True)
        yield f"党组织情况有 {len(found):,} 个与来源不一致：{'、'.join(names)}"


def _cells() -> Iterator[str]:
    """Figures that are not what their facts add up to."""
    if count := wrong_figures():
        yield f"汇总有 {count:,} 个数与组织情况不一致"


def _said(value: object) -> str:
    return {None: "空", True: "是", False: "否"}[value] if value is None or isinstance(value, bool) else str(value)
