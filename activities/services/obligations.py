"""What is due is laid out for all branches at once, and settled by the first record of its period (rules §13).

Laying out is done each night and again for a branch that was set up today; it is the same however often it is done. Months that
are over stay as they were laid out.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import Exists, Q, QuerySet

from accounts.models import User
from activities.models import ActivityMonth, ActivityRecord, Obligation
from activities.models.months import ANY
from activities.queries.branches import branches, dutiful, intervals_on, limits_on
from activities.rules.frequency import Due, due_in
from activities.services.locking import hold_branches, touched
from activities.services.months import LOCKED, state_of
from activities.services.settling import of_the_period, restate
from core import writing
from core.id_sets import among
from core.locks import alone_with
from core.months import YearMonth
from core.refusals import Refusal
from core.rows import insert_rows
from orgs.facts import refresh
from orgs.models import PartyOrganization

State = Obligation.State
COLUMNS = ("party_organization_id", "month", "kind", "group_id", "begins_on", "ends_on", "due_on", "why")
LAYING_OUT = "activities.obligations"
NOT_HELD, TAKE_BACK = "activities.not_held", "activities.held_after_all"


@transaction.atomic
def lay_out(*, on: date, party_organizations: Collection[int] | None = None) -> int:
    """Lay out what is due in the month, quarter and year of a day, of all branches or of some; take back what is not due any
    more and was not settled. Returns how many came. As many queries for any number of branches."""
    alone_with(LAYING_OUT)
    month = YearMonth.of(on).first_day
    rows, laid = branches(), Obligation.objects.filter(month__gte=month, begins_on__lte=on)
    if party_organizations is not None:
        rows = rows.filter(pk__in=among(party_organizations))
        laid = laid.filter(party_organization__in=among(party_organizations))
    wanted = _wanted(rows, on)
    held = {tuple(key): (pk, state) for pk, state, *key in laid.values_list("pk", "state", *COLUMNS[:4])}
    fresh = {key: due for key, due in wanted.items() if key not in held}
    put_off = dict(ActivityMonth.objects.exclude(put_off_to=None).values_list("month", "put_off_to"))
    rows_of = (
        (*key, due.begins_on, due.ends_on, max(due.due_on, put_off.get(key[1]) or due.due_on), due.why)
        for key, due in fresh.items()
    )
    insert_rows(Obligation, COLUMNS, rows_of)
    gone = {pk: key[0] for key, (pk, state) in held.items() if state == State.OPEN and key not in wanted}
    met = laid.open().filter(Exists(of_the_period(ActivityRecord.objects.filed())))
    hold_branches({*gone.values(), *met.values_list("party_organization", flat=True)})
    Obligation.objects.filter(pk__in=among(gone), state=State.OPEN).delete()
    restate(laid.open())
    return len(fresh)


def _wanted(rows: QuerySet[PartyOrganization], on: date) -> dict[tuple[int, date, str, int | None], Due]:
    """What is due by branch, month and kind; nothing of a month that is over."""
    month, intervals, workdays = YearMonth.of(on), intervals_on(on), limits_on(on).filing_workdays
    found = {}
    for branch, facts in dutiful(rows, on=on):
        for due in due_in(facts, month, intervals=intervals, filing_workdays=workdays):
            if (stands_in := due.ends_on.replace(day=1)) >= month.first_day:
                found[branch, stands_in, due.kind, due.group] = due
    return found


def settle(record: ActivityRecord, *, on: date) -> None:
    """Say of all that a record settles, or settled before it was changed or withdrawn, what is true now."""
    of_branch = Obligation.objects.filter(party_organization=record.party_organization_id)
    meant = Q(record=record)
    if record.held_on:
        meant |= Q(begins_on__lte=record.held_on, ends_on__gte=record.held_on, kind__in=[ANY, record.kind])
    restate(of_branch.filter(meant))
    refresh((), on=on, nodes=touched(record))


@transaction.atomic
def not_held(
    *,
    by: User | None,
    party_organization: PartyOrganization,
    month: YearMonth,
    reason: str,
    on: date,
    kinds: Collection[str] | None = None,
) -> int:
    """本月未开展: say of what was due in a month and is open that it was not held, and why: of all that is due monthly, or
    of these kinds. It counts as said, never as held. Returns of how many."""
    if not reason.strip():
        raise Refusal("请写明未开展的原因")
    if state_of(month.first_day) == LOCKED:
        raise Refusal(f"{month} 已锁定，不能再填报")
    hold_branches([party_organization.pk])
    rows = Obligation.objects.of_month(month).open().filter(party_organization=party_organization)
    rows = rows.filter(begins_on=month.first_day) if kinds is None else rows.filter(kind__in=kinds)
    values = {"state": State.NOT_HELD, "reason": reason.strip(), "settled_on": on}
    changed = writing.change_many(rows, values, by=by, action=NOT_HELD, reason=reason.strip(), on=on)
    if not changed:
        raise Refusal(f"{month} 没有需要说明的应办事项")
    refresh((), on=on, nodes=[party_organization.pk])
    return len(changed)


@transaction.atomic
def held_after_all(*, by: User | None, obligation: Obligation, on: date) -> None:
    """Take back that nothing was held."""
    hold_branches([obligation.party_organization_id])
    row = Obligation.objects.select_related("party_organization").get(pk=obligation.pk)
    if row.state != State.NOT_HELD:
        raise Refusal(f"“{row}”现在是“{row.get_state_display()}”，不需要撤回")
    if state_of(row.month) == LOCKED:
        raise Refusal(f"{YearMonth.of(row.month)} 已锁定，不能再修改")
    values = {"state": State.OPEN, "reason": "", "settled_on": None}
    writing.change(by=by, record=row, values=values, action=TAKE_BACK, on=on)
    refresh((), on=on, nodes=[row.party_organization_id])
