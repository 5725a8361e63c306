"""减免: proposed by the branch after its meeting studied it, decided by the level above (rules §14)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from core import writing
from core.days import require_past
from core.locks import hold
from core.months import YearMonth
from core.refusals import Refusal
from dues.models import Relief
from dues.services.months import restate
from members.models import Member
from members.models.members import ON_THE_ROLL
from members.services.separation import require_another
from orgs.models import PartyOrganization

PROPOSE, APPROVE, REJECT = "dues.propose_relief", "dues.approve_relief", "dues.reject_relief"
State = Relief.State


@transaction.atomic
def propose(
    *, by: User | None, member: Member, kind: str, monthly: Decimal, since: YearMonth, last: YearMonth, reason: str,
    studied_on: date, on: date,
) -> Relief:  # fmt: skip
    """Ask for less, or nothing, from a month until another one of the same year."""
    row = Member.objects.select_related("party_organization").get(pk=member.pk)
    require_past(Relief, {"studied_on": studied_on}, on=on)
    hold(PartyOrganization, [row.party_organization_id])
    if row.status not in ON_THE_ROLL:
        raise Refusal(f"“{row}”现在是“{row.get_status_display()}”，不需要减免")
    if not on.year - 1 <= since.year == last.year <= on.year + 1 or last < since:
        raise Refusal("起始月份和终止月份须在同一年度；减免按年度办理，跨年的分别提出")
    if not reason.strip():
        raise Refusal("困难情况请写明")
    if Relief.objects.proposed().filter(member=row, since__lte=last.first_day, last__gte=since.first_day).exists():
        raise Refusal(f"党员“{row}”这几个月已有待审批的减免，请等上级审批")
    asked = Relief(
        member=row, party_organization=row.party_organization, kind=kind, monthly=monthly, since=since.first_day,
        last=last.first_day, reason=reason.strip(), studied_on=studied_on, entered_by=by,
    )  # fmt: skip
    writing.add(by=by, record=asked, action=PROPOSE, on=on)
    return asked


@transaction.atomic
def decide(*, by: User, relief: Relief, approved: bool, opinion: str, on: date) -> Relief:
    """Approve or reject, with a reason where it is rejected; once, and never by who proposed."""
    row = (
        Relief.objects.select_for_update(of=["self"], no_key=True)
        .select_related("party_organization")
        .get(pk=relief.pk)
    )
    if row.state != State.PROPOSED:
        raise Refusal(f"“{row}”已于 {row.decided_on} 审批：{row.get_state_display()}")
    require_another(by, act="审批", earlier=[("提出", row.entered_by, on)], of=row.party_organization)
    if not approved and not opinion.strip():
        raise Refusal("不批准的，请写明原因")
    state = State.APPROVED if approved else State.REJECTED
    values = {"state": state, "decided_by": by, "decided_on": on, "answer": opinion.strip()}
    action = APPROVE if approved else REJECT
    writing.change(by=by, record=row, values=values, action=action, reason=opinion.strip(), on=on)
    restate([row.member_id], on=on)
    return row
