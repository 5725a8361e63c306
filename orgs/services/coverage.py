"""Which Party organization covers which organization: begin, change form, hand over, end (Opinion 二-1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from core import writing
from core.id_sets import among
from core.locks import hold
from core.parameters import values_on
from core.periods import not_over, over
from core.plans import Plan
from core.refusals import Refusal
from orgs.facts import refresh
from orgs.models import Coverage, Organization, PartyOrganization
from orgs.services.locking import locked

Form = Coverage.Form


@dataclass(frozen=True)
class Covered:
    """A coverage that began, with what the clerk should know about it."""

    coverage: Coverage
    warnings: tuple[str, ...] = ()


@transaction.atomic
def cover(
    *,
    by: User | None,
    organization: Organization,
    party_organization: PartyOrganization,
    form: str,
    since: date,
    on: date,
    primary: bool = True,
    reason: str = "",
) -> Covered:
    """Begin a coverage. A second primary one is refused; a joint branch with many units is warned about (ORG-3)."""
    unit = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if unit.merged_into_id:
        raise Refusal(f"“{unit}”已并入另一条登记，请在并入的登记上办理")
    _require_able(party_organization, form, on=on)
    if primary:
        _require_uncovered(unit.coverages.filter(not_over(max(since, on))))
    row = Coverage(organization=unit, party_organization=party_organization, form=form, primary=primary, since=since)
    writing.add(by=by, record=row, action="coverage.begin", path=party_organization.path, reason=reason, on=on)
    refresh([unit.pk], on=on)
    return Covered(row, joint_warnings(party_organization, on=on))


@transaction.atomic
def cover_many(
    *,
    by: User | None,
    organization_ids: Collection[int],
    party_organization: PartyOrganization,
    form: str,
    since: date,
    on: date,
    reason: str = "",
) -> list[int]:
    """Begin a primary coverage for all of the organizations that have none; returns the ids of those covered."""
    hold(Organization, organization_ids)
    _require_able(party_organization, form, on=on)
    units = Organization.objects.filter(pk__in=among(organization_ids)).order_by("pk")
    free = plan_covering(units, since=since, on=on).changing
    fresh = (
        Coverage(organization=unit, party_organization=party_organization, form=form, since=since)
        for unit in Organization.objects.filter(pk__in=among(free)).order_by("pk")
    )
    writing.add_many(fresh, by=by, action="coverage.begin", reason=reason, on=on)
    refresh(free, on=on)
    return free


def plan_covering(organizations: QuerySet[Organization], *, since: date, on: date) -> Plan:
    """Which of the organizations can get a primary coverage from a day on, and why the others cannot."""
    plan = Plan()
    covered = Coverage.objects.filter(not_over(max(since, on)), organization=OuterRef("pk"), primary=True)
    for pk, merged, taken in organizations.values_list("pk", "merged_into", Exists(covered)):
        if merged or taken:
            plan.left.setdefault("已并入另一条登记" if merged else "已有主要覆盖", []).append(pk)
        else:
            plan.changing.append(pk)
    return plan


@transaction.atomic
def change_form(
    *, by: User | None, coverage: Coverage, form: str, on: date, since: date | None = None, reason: str = ""
) -> Coverage:
    """Go over to another form from a day on (`since`, else today): the old period ends, a new one begins."""
    row = _open(coverage, on)
    if row.form == form:
        return row
    _require_able(row.party_organization, form, on=on, besides=row.organization_id)
    return _renew(by=by, row=row, to=row.party_organization, form=form, since=since or on, on=on, reason=reason)


@transaction.atomic
def hand_over(
    *,
    by: User | None,
    coverage: Coverage,
    to: PartyOrganization,
    on: date,
    since: date | None = None,
    form: str = "",
    reason: str = "",
) -> Coverage:
    """Let another Party organization cover from a day on (`since`, else today)."""
    row = _open(coverage, on)
    _require_able(to, form or row.form, on=on, besides=row.organization_id)
    return _renew(by=by, row=row, to=to, form=form or row.form, since=since or on, on=on, reason=reason)


@transaction.atomic
def begin_on(*, by: User | None, coverage: Coverage, since: date, on: date, reason: str = "") -> Coverage:
    """Correct the first day of an open coverage."""
    row = _open(coverage, on)
    if since > on:
        raise Refusal(f"起始日期 {since} 在今天之后，请核对；以后才由它覆盖的，请终止这一条后另行登记")
    earlier = Coverage.objects.filter(
        organization=row.organization_id, primary=True, since__lte=row.since, until__gt=since
    )
    if row.primary and (last := earlier.exclude(pk=row.pk).order_by("-until").first()):
        raise Refusal(f"该单位此前的覆盖关系 {last.until} 才终止，起始日期不能早于这一天，请核对")
    path = row.party_organization.path
    writing.change(
        by=by, record=row, values={"since": since}, action="coverage.change", path=path, reason=reason, on=on
    )
    refresh([row.organization_id], on=on)
    return row


@transaction.atomic
def end(
    *, by: User | None, coverage: Coverage, on: date, reason: str, until: date | None = None, basis: str = ""
) -> Coverage:
    """End a coverage on a day (`until`, else today). `basis`: why it was entered, where that is not the reason itself."""
    row, until = _open(coverage, on), until or on
    if until < row.since:
        raise Refusal(f"覆盖关系从 {row.since} 开始，终止日期不能早于这一天")
    if row.primary and row.until and until > row.until:
        following = row.organization.coverages.filter(not_over(row.until), since__lt=until)
        _require_uncovered(following.exclude(pk=row.pk))
    end_rows(by=by, coverages=[row], until=until, reason=reason, basis=basis)
    refresh([row.organization_id], on=on)
    return row


def end_rows(*, by: User | None, coverages: Sequence[Coverage], until: date, reason: str, basis: str = "") -> None:
    """End coverages that are not over, set-based; one that begins after the day never holds.

    The caller brings the facts up to date.
    """
    ending: dict[date, list[Coverage]] = defaultdict(list)
    for row in coverages:
        ending[max(until, row.since)].append(row)
    for day, rows in ending.items():
        values = {"until": day, "end_reason": reason[:100]}
        writing.change_many(_named(rows), values, by=by, action="coverage.end", reason=basis or reason)
        for row in rows:
            row.until, row.end_reason = day, reason[:100]


def hand_over_rows(
    *, by: User | None, coverages: Sequence[Coverage], to: PartyOrganization, since: date, reason: str
) -> None:
    """Hand coverages that are not over to another Party organization from a day on, set-based: an end that lies ahead
    goes along, and so does one that begins later. The caller brings the facts up to date."""
    begun = [row for row in coverages if row.since < since]
    ahead = [row for row in coverages if row.since >= since]
    fresh = [_going_on(row, to=to, form=row.form, since=since) for row in _named(begun)]
    trail: Any = {"by": by, "reason": reason}
    end_rows(coverages=begun, until=since, **trail)
    writing.add_many(fresh, action="coverage.begin", **trail)
    writing.change_many(_named(ahead), {"party_organization": to}, action="coverage.change", **trail)


def joint_warnings(party_organization: PartyOrganization, *, on: date) -> tuple[str, ...]:
    """What to know about a joint branch that covers many units: reminded above 5, too many above 10 (ORG-3)."""
    if party_organization.kind != PartyOrganization.Kind.JOINT_BRANCH:
        return ()
    units = party_organization.coverages.filter(not_over(on)).count()
    limits = values_on(on)
    warn, most = limits["org.joint_branch_warn_units"], limits["org.joint_branch_max_units"]
    if units > most:
        return (f"“{party_organization}”已覆盖 {units} 家单位，超过上限 {most} 家，请分设",)
    if units > warn:
        return (f"“{party_organization}”已覆盖 {units} 家单位，一般不超过 {warn} 家",)
    return ()


def _require_able(party_organization: PartyOrganization, form: str, *, on: date, besides: int | None = None) -> None:
    if party_organization.dissolved_on:
        raise Refusal(f"“{party_organization}”已于 {party_organization.dissolved_on} 撤销，不能覆盖单位")
    if party_organization.kind == PartyOrganization.Kind.DEPARTMENT:
        raise Refusal(f"“{party_organization}”是部门，不是党组织，不能覆盖单位")
    if form == Form.SINGLE:
        single = party_organization.coverages.filter(not_over(on), form=Form.SINGLE)
        if other := single.exclude(organization=besides).first():
            raise Refusal(f"“{party_organization}”已由“{other.organization}”单独组建；覆盖多家单位请选择联合组建或挂靠")


def _require_uncovered(coverages: QuerySet[Coverage]) -> None:
    """Refuse a primary coverage beside another one."""
    if kept := coverages.filter(primary=True).select_related("organization", "party_organization").first():
        raise Refusal(
            f"“{kept.organization}”自 {kept.since} 起由“{kept.party_organization}”{kept.get_form_display()}；"
            "请先终止或移交，或登记为非主要覆盖"
        )


def _open(coverage: Coverage, on: date) -> Coverage:
    found: Coverage = locked(coverage, "organization", "party_organization")
    if over(found, on):
        raise Refusal(f"这条覆盖关系已于 {found.until} 终止，不能再修改；需要时请重新登记")
    return found


def _going_on(row: Coverage, *, to: PartyOrganization, form: str, since: date) -> Coverage:
    """What follows a coverage from a day on, until the end that it has."""
    return Coverage(
        organization=row.organization, party_organization=to, form=form, primary=row.primary, since=since,
        until=row.until, end_reason=row.end_reason,
    )  # fmt: skip


def _renew(
    *, by: User | None, row: Coverage, to: PartyOrganization, form: str, since: date, on: date, reason: str
) -> Coverage:
    """End the row on a day and begin another one on it; one that has not begun yet is changed in place."""
    if since <= row.since:
        values = {"party_organization": to, "form": form}
        writing.change(by=by, record=row, values=values, action="coverage.change", path=to.path, reason=reason, on=on)
        fresh = row
    else:
        if over(row, since):
            raise Refusal(f"这条覆盖关系 {row.until} 终止，调整日期须早于这一天；以后的请另行登记")
        fresh = _going_on(row, to=to, form=form, since=since)
        end_rows(by=by, coverages=[row], until=since, reason=reason or "调整")
        writing.add(by=by, record=fresh, action="coverage.begin", path=to.path, reason=reason, on=on)
    refresh([row.organization_id], on=on)
    return fresh


def _named(coverages: Sequence[Coverage]) -> QuerySet[Coverage]:
    """The rows with what their names are made of."""
    rows = Coverage.objects.filter(pk__in=among([row.pk for row in coverages]))
    return rows.select_related("party_organization", "organization")
