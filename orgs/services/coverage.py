"""Which Party organization covers which organization: begin, change form, hand over, end (Opinion 二-1)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from core import audit, writing
from core.locks import hold
from core.parameters import values_on
from core.plain import to_plain
from core.plans import Plan
from core.refusals import Refusal
from orgs.facts import refresh
from orgs.models import Coverage, Organization, PartyOrganization
from orgs.services.locking import locked

Form = Coverage.Form


class AlreadyCovered(Refusal):
    """An organization has one open primary coverage."""


class CannotCover(Refusal):
    """The Party organization is dissolved or is not one that covers."""


class CannotBeCovered(Refusal):
    """The organization was merged into another record."""


class SingleCoversOne(Refusal):
    """单独组建 means one organization of one's own."""


class AlreadyEnded(Refusal):
    """The coverage ended before."""


class EndsBeforeItBegins(Refusal):
    """A coverage lasts at least until its first day."""


class BeginsTooEarly(Refusal):
    """A primary coverage begins when the one before has ended, and not in the future."""


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
        raise CannotBeCovered(f"“{unit}”已并入另一条登记,请在并入的登记上办理")
    _require_able(party_organization, form)
    if primary and (kept := unit.coverages.filter(until=None, primary=True).first()):
        raise AlreadyCovered(
            f"“{unit}”已由“{kept.party_organization}”{kept.get_form_display()};请先终止或移交,或登记为非主要覆盖"
        )
    row = Coverage(organization=unit, party_organization=party_organization, form=form, primary=primary, since=since)
    writing.add(by=by, record=row, action="coverage.begin", path=party_organization.path, reason=reason)
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
    _require_able(party_organization, form)
    units = Organization.objects.filter(pk__in=organization_ids).order_by("pk")
    free = plan_covering(units).changing
    rows = Coverage.objects.bulk_create(
        [Coverage(organization_id=pk, party_organization=party_organization, form=form, since=since) for pk in free]
    )
    _record(by=by, rows=rows, action="coverage.begin", reason=reason)
    refresh(free, on=on)
    return free


def plan_covering(organizations: QuerySet[Organization]) -> Plan:
    """Which of the organizations can get a primary coverage, and why the others cannot."""
    plan = Plan()
    covered = Coverage.objects.filter(organization=OuterRef("pk"), until=None, primary=True)
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
    row = _open(coverage)
    if row.form == form:
        return row
    _require_able(row.party_organization, form, besides=row.organization_id)
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
    row = _open(coverage)
    _require_able(to, form or row.form, besides=row.organization_id)
    return _renew(by=by, row=row, to=to, form=form or row.form, since=since or on, on=on, reason=reason)


@transaction.atomic
def begin_on(*, by: User | None, coverage: Coverage, since: date, on: date, reason: str = "") -> Coverage:
    """Correct the first day of an open coverage."""
    row = _open(coverage)
    if since > on:
        raise BeginsTooEarly(f"起始日期 {since} 在今天之后,请核对")
    earlier = Coverage.objects.filter(organization=row.organization_id, primary=True, until__gt=since)
    if row.primary and (last := earlier.exclude(pk=row.pk).order_by("-until").first()):
        raise BeginsTooEarly(f"该单位此前的覆盖关系 {last.until} 才终止,起始日期不能早于这一天,请核对")
    path = row.party_organization.path
    writing.change(by=by, record=row, values={"since": since}, action="coverage.change", path=path, reason=reason)
    refresh([row.organization_id], on=on)
    return row


@transaction.atomic
def end(
    *, by: User | None, coverage: Coverage, on: date, reason: str, until: date | None = None, basis: str = ""
) -> Coverage:
    """End a coverage on a day (`until`, else today). `basis`: why it was entered, where that is not the reason itself."""
    row = _open(coverage)
    end_rows(by=by, coverages=[row], on=until or on, reason=reason, basis=basis)
    refresh([row.organization_id], on=on)
    return row


def end_rows(*, by: User | None, coverages: Sequence[Coverage], on: date, reason: str, basis: str = "") -> None:
    """End open coverages in one statement with their entries; the caller brings the facts up to date."""
    for row in coverages:
        if on < row.since:
            raise EndsBeforeItBegins(f"覆盖关系从 {row.since} 开始,终止日期不能早于这一天")
        row.until, row.end_reason = on, reason[:100]
    Coverage.objects.bulk_update(coverages, ["until", "end_reason"], batch_size=1_000)
    _record(by=by, rows=coverages, action="coverage.end", reason=basis or reason)


def hand_over_rows(
    *, by: User | None, coverages: Sequence[Coverage], to: PartyOrganization, on: date, reason: str
) -> None:
    """Hand open coverages over to another Party organization, set-based; the caller brings the facts up to date."""
    begun = [row for row in coverages if row.since < on]
    ahead = [row for row in coverages if row.since >= on]
    end_rows(by=by, coverages=begun, on=on, reason=reason)
    Coverage.objects.filter(pk__in=[row.pk for row in ahead]).update(party_organization=to)
    fresh = [
        Coverage(
            organization_id=row.organization_id, party_organization=to, form=row.form, primary=row.primary, since=on
        )
        for row in begun
    ]
    _record(by=by, rows=[*Coverage.objects.bulk_create(fresh), *ahead], action="coverage.begin", reason=reason)


def joint_warnings(party_organization: PartyOrganization, *, on: date) -> tuple[str, ...]:
    """What to know about a joint branch that covers many units: reminded above 5, too many above 10 (ORG-3)."""
    if party_organization.kind != PartyOrganization.Kind.JOINT_BRANCH:
        return ()
    units = party_organization.coverages.filter(until=None).count()
    limits = values_on(on)
    warn, most = limits["org.joint_branch_warn_units"], limits["org.joint_branch_max_units"]
    if units > most:
        return (f"“{party_organization}”已覆盖 {units} 家单位,超过上限 {most} 家,请分设",)
    if units > warn:
        return (f"“{party_organization}”已覆盖 {units} 家单位,一般不超过 {warn} 家",)
    return ()


def _require_able(party_organization: PartyOrganization, form: str, *, besides: int | None = None) -> None:
    if party_organization.dissolved_on:
        raise CannotCover(f"“{party_organization}”已于 {party_organization.dissolved_on} 撤销,不能覆盖单位")
    if party_organization.kind == PartyOrganization.Kind.DEPARTMENT:
        raise CannotCover(f"“{party_organization}”是部门,不是党组织,不能覆盖单位")
    if form == Form.SINGLE:
        other = party_organization.coverages.filter(until=None, form=Form.SINGLE).exclude(organization=besides).first()
        if other:
            raise SingleCoversOne(
                f"“{party_organization}”已由“{other.organization}”单独组建;覆盖多家单位请选择联合组建或挂靠"
            )


def _open(coverage: Coverage) -> Coverage:
    found: Coverage = locked(coverage, "organization", "party_organization")
    if found.until:
        raise AlreadyEnded(f"这条覆盖关系已于 {found.until} 终止,不能再修改;需要时请重新登记")
    return found


def _renew(
    *, by: User | None, row: Coverage, to: PartyOrganization, form: str, since: date, on: date, reason: str
) -> Coverage:
    """End the row on a day and begin another one on it; one that has not begun yet is changed in place."""
    if since <= row.since:
        values = {"party_organization": to, "form": form}
        writing.change(by=by, record=row, values=values, action="coverage.change", path=to.path, reason=reason)
        fresh = row
    else:
        end_rows(by=by, coverages=[row], on=since, reason=reason or "调整")
        fresh = Coverage(
            organization=row.organization, party_organization=to, form=form, primary=row.primary, since=since
        )
        writing.add(by=by, record=fresh, action="coverage.begin", path=to.path, reason=reason)
    refresh([row.organization_id], on=on)
    return fresh


def _record(*, by: User | None, rows: Sequence[Coverage], action: str, reason: str) -> None:
    nodes = PartyOrganization.objects.in_bulk({row.party_organization_id for row in rows})
    names = dict(Organization.objects.filter(pk__in={r.organization_id for r in rows}).values_list("pk", "name"))
    forms = dict(Form.choices)
    audit.record_many(
        by=by,
        events=[
            audit.Event(
                action=action,
                model="orgs.coverage",
                object_id=str(row.pk),
                label=f"{nodes[row.party_organization_id]} {forms[row.form]} {names[row.organization_id]}",
                path=nodes[row.party_organization_id].path,
                changes=(
                    {"until": [None, to_plain(row.until)], "end_reason": ["", row.end_reason]}
                    if row.until
                    else writing.made(row)
                ),
                reason=reason,
            )
            for row in rows
        ],
    )
