"""Why a unit entered or left the gap since a closed month: every difference with its date, for the list of a term.

Read from the sources as they stand; a month keeps what was read when it was taken (`FrozenChange`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from django.db.models import Max

from core.id_sets import among
from core.models import Parameter
from core.parameters import parameters
from members.models import Member
from orgs.models import Coverage, Organization, OrganizationFacts, PartyOrganization
from orgs.models.party import steps
from orgs.rules.setup import ASSOCIATION
from orgs.sources.wording import source_name
from reports.models import FrozenChange, FrozenUnit
from reports.naming import WORDS
from reports.queries.moments import Moment
from reports.queries.places import FrozenTree


class Why(NamedTuple):
    """A difference in a sentence, with the day since which it holds where that is known."""

    since: date | None
    reason: str


NOT_KNOWN = Why(None, "")
Reasons = dict[tuple[int, str], Why]  # by organization and kind of change


def reasons_of(ids: Collection[int], before: Moment, now: Moment) -> Reasons:
    """The differences of units between a closed month and the next, or now."""
    if now.closed:
        rows = FrozenChange.objects.filter(month=now.closed, organization__in=among(ids))
        return {(row.organization_id, row.kind): Why(row.since, row.reason) for row in rows}
    sources = _Sources(ids, before, now.on)
    rule = _rule(before.parameters, now.parameters, on=now.on)
    found = {}
    for unit in ids:
        for kind, why in (*sources.differences(unit), *rule):
            found[unit, kind] = why
    return found


def _rule(before: Mapping[str, Any], now: Mapping[str, Any], *, on: date) -> list[tuple[str, Why]]:
    """The parameters that have changed, in one sentence; values of days to come are not yet of these."""
    changed = [one for one in parameters if before.get(one.code, one.default) != now[one.code]]
    if not changed:
        return []
    values = Parameter.objects.filter(key__in=[one.code for one in changed], valid_from__lte=on)
    dated = values.aggregate(since=Max("valid_from"))
    words = (f"{one.name}由 {before.get(one.code, one.default)} 改为 {now[one.code]}" for one in changed)
    return [("rule", Why(dated["since"], "；".join(words)))]


class _Sources:
    """What is known of some units, read in a few queries."""

    def __init__(self, ids: Collection[int], before: Moment, on: date) -> None:
        self.then = {
            row.organization_id: row
            for row in FrozenUnit.objects.of_month(before.month).filter(organization__in=among(ids))
        }
        units = Organization.objects.filter(pk__in=among(ids))
        self.units = {unit.pk: unit for unit in units.select_related("merged_into", "managed_by", "region", "zone")}
        self.facts = OrganizationFacts.objects.select_related("covered_by").in_bulk(list(self.units))
        ended = Coverage.objects.filter(organization__in=among(ids), primary=True, until__lte=on)
        self.ended = {row.organization_id: row for row in ended.select_related("party_organization").order_by("until")}
        came = Member.objects.filter(organization__in=among(ids)).order_by().values("organization")
        self.members = {
            row["organization"]: row
            for row in came.annotate(at=Max("organization_since"), on=Max("formal_on"), became=Max("status_on"))
        }
        tree = FrozenTree(before.month)
        self.paths = tree.paths()
        self.committees = tree.names(self.paths)
        self.nodes = PartyOrganization.objects.in_bulk(self.paths)
        self.areas = tree.areas({row.region_code for row in self.then.values() if row.region_code})

    def differences(self, unit_id: int) -> Iterator[tuple[str, Why]]:
        """Each difference of a unit, by its kind."""
        then, unit, now = self.then.get(unit_id), self.units.get(unit_id), self.facts.get(unit_id)
        if unit is None or now is None:
            yield "status", Why(None, "登记已撤销（导入撤回或删除）")
            return
        if then is None:
            yield "due", Why(now.should_since, "新登记或新纳入统计")
            return
        yield from self._elsewhere(then, unit)
        yield from self._counted(then, unit)
        yield from self._covered(then, now)
        if then.category != unit.category:
            names = [WORDS.get(code, "待判定") for code in (then.category, unit.category)]
            for kind in ("due", "other"):
                yield kind, Why(now.should_since, f"类别由{names[0]}改为{names[1]}")
        elif then.restructured != now.restructured:
            for kind in ("due", "other"):
                yield kind, Why(unit.restructured_on, f"改制情况变化 {unit.restructured_from}".strip())
        if then.branch_office != now.branch_office:
            words = "是分支机构，由总机构统一计算" if now.branch_office else "不再是分支机构，单独计算"
            for kind in ("due", "other"):
                yield kind, Why(None, words)

    def _elsewhere(self, then: FrozenUnit, unit: Organization) -> Iterator[tuple[str, Why]]:
        if then.managed_by_id != unit.managed_by_id:
            was = self.committees.get(then.managed_by_id, "")
            yield "moved", Why(unit.managed_since, f"由{was}划至{unit.managed_by.name}")
        elif then.region_code != (unit.region_id or ""):
            area = self.areas.get(then.region_code)
            now = unit.region.name if unit.region else "区划不明"
            yield "moved", Why(None, f"所在区划由{area.name if area else '区划不明'}改为{now}")
        elif then.zone_key != (unit.zone_id or 0):
            yield "moved", Why(None, f"所在园区改为{unit.zone.name if unit.zone else '无'}")
        elif moved := self._moved(then.managed_by_id, unit.managed_by):
            yield "moved", moved

    def _moved(self, manager: int, node: PartyOrganization) -> Why | None:
        """The highest committee above the unit that has moved in the tree."""
        was, now = steps(self.paths.get(manager, "")), steps(node.path)
        above = {lower: upper for upper, lower in pairwise(now)}
        for upper, lower in pairwise(was):
            moved = self.nodes.get(lower)
            if moved and lower in above and above[lower] != upper:
                to = self.nodes.get(above[lower])
                words = f"{moved.name}由{self.committees.get(upper, '')}划至{to.name if to else ''}"
                return Why(moved.parent_since, words)
        return None

    def _counted(self, then: FrozenUnit, unit: Organization) -> Iterator[tuple[str, Why]]:
        if unit.merged_into:
            yield "status", Why(None, f"并入{unit.merged_into.name}")
        elif not unit.in_scope:
            yield "status", Why(None, f"不属于两新组织 {unit.scope_note}".strip())
        else:
            yield "status", Why(unit.status_on, f"经营状态：{unit.get_status_display()}")
        association = unit.category == ASSOCIATION
        size, on, source = (
            (unit.membership, unit.membership_on, unit.membership_source)
            if association
            else (unit.staff, unit.staff_on, unit.staff_source)
        )
        if then.size != size:
            words = f"人数由 {_said(then.size)} 变为 {_said(size)}"
            yield "size", Why(on, f"{words}（{source_name(source)}）" if source else words)

    def _covered(self, then: FrozenUnit, now: OrganizationFacts) -> Iterator[tuple[str, Why]]:
        if then.formal != now.formal:
            days: Mapping[str, Any] = self.members.get(now.organization_id, {})
            newest = max((days[name] for name in ("at", "on", "became") if days.get(name)), default=None)
            yield "members", Why(newest, f"正式党员由 {then.formal} 名变为 {now.formal} 名")
        if now.covered_by and not now.has_org:
            yield "lost", Why(now.covered_since, f"改为{WORDS[now.form]}，不计入已建：{now.covered_by.name}")
        elif now.covered_by:
            yield "built", Why(now.covered_since, f"{WORDS.get(now.form, '')}：{now.covered_by.name}")
        elif ended := self.ended.get(now.organization_id):
            words = f"{ended.party_organization.name}的覆盖终止 {ended.end_reason}".strip()
            yield "lost", Why(ended.until, words)
        else:
            yield "lost", Why(None, "原覆盖关系已更正或撤回")


def _said(number: int | None) -> str:
    return "不明" if number is None else f"{number:,}"
