"""评选表彰: proposed by a committee within its quota, decided by another person once nothing in the registers stands against it, public
for a while, then honoured (rules §15)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.permissions import Permission as P
from core import writing
from core.formats import some
from core.locks import between_turns, derived_once, hold
from core.parameters import values_on
from core.refusals import Refusal, refuse
from core.services import RowServices
from evaluations.choices import Award
from evaluations.models import AwardObjection, Commendation, Honour, Proposal, Quota
from evaluations.queries.awards import checks_of, faults_of, used
from evaluations.rules.awards import beyond, faults
from evaluations.rules.rounds import notice_until
from evaluations.services.honours import honours, named
from members.rules.separation import Acted, Person
from members.services.separation import refuse_same, require_another, require_seat
from orgs.models import PartyOrganization, Region
from orgs.models.party import steps

State = Proposal.State
DECIDE, WITHDRAW = "awards.decide", "awards.withdraw"
PUBLISH, HONOUR = "awards.publish", "awards.honour"
WHOM = (
    "party_organization",
    "member__party_organization",
    "instructor",
    "unit",
    "commendation__node",
    "proposed_by",
    "branch",
    "applied_by",
    "decided_by",
)
LEVELS = {
    Region.Level.CITY: Honour.Level.CITY,
    Region.Level.DISTRICT: Honour.Level.COUNTY,
    Region.Level.STREET: Honour.Level.STREET,
}
NAMED = 5
NOT_TAKEN = "名单公示以前上级没有推荐"


class Commendations(RowServices[Commendation]):
    def opened(self, row: Commendation, on: date) -> Commendation:
        found = super().opened(row, on)
        if found.notice_on:
            raise Refusal(f"“{found}”已于 {found.notice_on} 公示，不能再修改")
        return found


class Quotas(RowServices[Quota]):
    def hold(self, rows: Collection[Quota]) -> None:
        """Whoever proposes counts them; once the list is public nobody does any more."""
        keys = {row.commendation_id for row in rows}
        hold(Commendation, keys)
        if held := Commendation.objects.filter(pk__in=keys, notice_on__isnull=False).order_by("pk").first():
            raise Refusal(f"“{held}”已于 {held.notice_on} 公示，名额不能再改")

    def follow(self, row: Quota, on: date) -> None:
        """At or below the committee that holds it, and no fewer than were proposed."""
        held = row.commendation
        if held.node_id not in steps(row.node.path):
            raise Refusal(f"名额分给{held.node}和它的下级，{row.node}不是它的下级")
        if (number := used(row)) > row.number:
            raise Refusal(f"{row.node}已推荐 {number} 个，名额不能少于 {number}")


class Proposals(RowServices[Proposal]):
    @transaction.atomic
    def add(self, *, by: User | None, on: date, reason: str = "", **values: Any) -> Proposal:
        """As long as it is open and a place is free, by somebody else than who is proposed."""
        row = Proposal(**values)
        row.name = named(row)
        require_open(one_at_a_time(row), on)
        require_on_roll(row)
        if by:
            require_seat(by, P.EVALUATIONS_REVIEW, row.party_organization, on=on)
            refuse_same(by, act="推荐", earlier=[whom(row)])
        require_room(row)
        told = values | {"name": row.name, "proposed_by": by, "proposed_on": on}
        return super().add(by=by, on=on, reason=reason, **told)

    @transaction.atomic
    def change(self, *, by: User | None, row: Proposal, on: date, reason: str = "", **values: Any) -> Proposal:
        """What was done to deserve it, as long as nobody has decided."""
        _require(self.locked(row), State.PROPOSED)
        return super().change(by=by, row=row, on=on, reason=reason, **values)


@transaction.atomic
def withdraw(*, by: User, row: Proposal, reason: str, on: date) -> None:
    """Take a proposal back that nobody has decided, whoever proposed it or the branch that applied; its place is free again."""
    row = locked(row, State.PROPOSED, State.APPLIED, State.RETURNED)
    if row.of_branch and row.branch:
        require_seat(by, P.EVALUATIONS_SCORE, row.branch, on=on)
    else:
        require_seat(by, P.EVALUATIONS_REVIEW, row.party_organization, on=on)
    if not reason.strip():
        raise Refusal("撤回请写明原因")
    writing.change(by=by, record=row, values={"state": State.WITHDRAWN}, action=WITHDRAW, reason=reason.strip(), on=on)


@transaction.atomic
def decide(*, by: User, row: Proposal, agreed: bool, text: str, on: date) -> Proposal:
    """Where the awards are given, by another person than who proposed, who serves neither there nor is proposed. What the registers
    say is kept with it; as long as anything does not fit, nobody agrees. What was agreed may be refused until it is honoured."""
    row = locked(row, State.PROPOSED, *([] if agreed else [State.AGREED]))
    held = row.commendation
    require_seat(by, P.EVALUATIONS_DECIDE, held.node, on=on)
    require_other(by, row, act="审定", earlier=acted(row, on))
    if held.notice_on and agreed:
        raise Refusal(f"“{held}”已公示，不能再同意")
    if not (agreed or text.strip()):
        raise Refusal("不同意请写明原因")
    if row.objections.filter(outcome="").exists():
        raise Refusal("这项推荐有异议没有答复，请先由另一名工作人员答复")
    checks = checks_of([row], on=on)[row.pk]
    if agreed and (why := faults(checks)):
        raise Refusal(f"不能同意：{why}")
    values: dict[str, Any] = {
        "state": State.AGREED if agreed else State.REFUSED, "answer": text.strip(), "decided_by": by, "decided_on": on,
        "checks": [one.kept() for one in checks],
    }  # fmt: skip
    writing.change(by=by, record=row, values=values, action=DECIDE, on=on)
    return row


@transaction.atomic
def publish(*, by: User, row: Commendation, on: date) -> Commendation:
    """公示: name and unit of all that were agreed to, once all are decided."""
    row = _held(by, row, on)
    if row.notice_on:
        raise Refusal(f"“{row}”已于 {row.notice_on} 公示")
    refuse(waits_for(row, on))
    left = row.proposals.filter(state=State.APPLIED)
    writing.change_many(left, {"state": State.RETURNED, "returned_why": NOT_TAKEN}, by=by, action=PUBLISH, on=on)
    until = notice_until(on, int(values_on(on)["five.notice_days"]))
    writing.change(by=by, record=row, values={"notice_on": on, "notice_until": until}, action=PUBLISH, on=on)
    return row


@transaction.atomic
def honour(*, by: User, row: Commendation, document: str, on: date) -> int:
    """表彰: all that were agreed to, after the 公示, unless something came up meanwhile; each gets its honour. Returns how many."""
    between_turns()
    row = _held(by, row, on)
    if row.named_on:
        raise Refusal(f"“{row}”已于 {row.named_on} 表彰")
    if not row.notice_on:
        raise Refusal("先公示，期满以后才能表彰")
    refuse(waits_for(row, on))
    if not document.strip():
        raise Refusal("表彰文号请填写")
    agreed = list(row.proposals.filter(state=State.AGREED).select_related(*WHOM).order_by("pk"))
    checks = checks_of(agreed, on=on)
    if wrong := [f"{one}（{why}）" for one in agreed if (why := faults(checks[one.pk]))]:
        those = some(wrong, most=NAMED, unit="项", between="；")
        raise Refusal(f"公示以后出现不符合的情况，请先改为不同意：{those}")
    writing.change_many(row.proposals.filter(state=State.AGREED), {"state": State.NAMED}, by=by, action=HONOUR, on=on)
    given: dict[str, Any] = {
        "level": level_of(row.node),
        "given_by": row.node.name,
        "document": document.strip(),
        "awarded_on": on,
    }
    with derived_once():
        for one in agreed:
            whom = {name: getattr(one, name) for name in ("party_organization", "member", "instructor", "unit", "name")}
            honours.add(by=by, on=on, title=Award(one.award).label, proposal=one, **whom, **given)
    values = {"named_on": on, "named_by": by, "document": document.strip()}
    writing.change(
        by=by, record=row, values=values, action=HONOUR, on=on
    )  # the last: from now on nothing of it changes
    return len(agreed)


def waits_for(row: Commendation, on: date) -> str:
    """What 公示, and then 表彰, waits for; empty where it may be done."""
    if not row.notice_until:
        if number := row.proposals.filter(state=State.PROPOSED).count():
            return f"还有 {number} 项推荐没有审定，审定以后才能公示"
        return "" if row.proposals.filter(state=State.AGREED).exists() else "没有同意的推荐，无可公示"
    if on <= row.notice_until:
        return f"公示到 {row.notice_until} 结束，期满以后才能表彰"
    number = AwardObjection.objects.filter(proposal__commendation=row, outcome="").count()
    return f"还有 {number} 件异议没有答复，答复以后才能表彰" if number else ""


def level_of(node: PartyOrganization) -> str:
    """Of what a committee gives: by the area in which it stands; the root is the city's."""
    if node.parent_id is None:
        return Honour.Level.CITY
    return LEVELS.get(Region.Level(node.region.level), Honour.Level.OTHER) if node.region else Honour.Level.OTHER


# --- what they share ---
def acted(row: Proposal, on: date) -> list[tuple[str, User | None, date]]:
    """Who applied and who proposed, and when."""
    return [("申报", row.applied_by, row.applied_on or on), ("推荐", row.proposed_by, row.proposed_on or on)]


def whom(row: Proposal) -> Acted:
    """Whoever is proposed, by account and by name: nobody proposes or decides about himself."""
    user = row.instructor.user if row.instructor else None
    return Acted("被推荐", Person(user.pk if user else 0, row.name))


def require_other(
    by: User, row: Proposal, *, act: str, earlier: Sequence[tuple[str, User | None, date]], also: Sequence[Acted] = ()
) -> None:
    """By nobody who acted before, is proposed, or serves or served where it belongs, or at the branch that applied."""
    for of in {row.party_organization, row.branch or row.party_organization}:
        require_another(by, act=act, earlier=earlier, also=[*also, whom(row)], of=of)


def require_on_roll(row: Proposal) -> None:
    if row.member and row.member.party_organization_id != row.party_organization_id:
        raise Refusal(f"{row.member}不在{row.party_organization}的名册上，请核对党组织")


def one_at_a_time(row: Proposal) -> Commendation:
    """As it is: those who propose for it wait for each other, and for who makes it public."""
    hold(Commendation, [row.commendation_id])
    return Commendation.objects.get(pk=row.commendation_id)


def require_open(held: Commendation, on: date) -> None:
    if held.notice_on or on > held.propose_until:
        ended = f"已于 {held.notice_on} 公示" if held.notice_on else f"推荐已于 {held.propose_until} 截止"
        raise Refusal(f"“{held}”{ended}，不能再推荐")


def quotas_above(row: Proposal) -> QuerySet[Quota]:
    """Those on the way up; where none was given nobody proposes."""
    above = steps(row.party_organization.path)
    quotas = row.commendation.quotas.filter(award=row.award, node__in=above).select_related("node", "commendation")
    word = Award(row.award).label
    if not quotas:
        raise Refusal(f"{row.party_organization}和它的上级没有“{word}”的名额，不能推荐；请组织评选的党组织先分配名额")
    return quotas.order_by("-node__path")


def require_room(row: Proposal) -> None:
    """Within each quota on the way up."""
    word = Award(row.award).label
    for quota in quotas_above(row):
        refuse(beyond(quota.node.name, word, quota.number, used(quota)))


def _require(row: Proposal, *states: str) -> None:
    if row.state not in states:
        raise Refusal(f"这项推荐现在是“{row.get_state_display()}”，不能办理这一步")


def locked(row: Proposal, *states: str) -> Proposal:
    """As it is, with its 评选表彰, which is honoured before or after and not between."""
    hold(Commendation, [row.commendation_id])
    hold(Proposal, [row.pk])
    row = Proposal.objects.select_related(*WHOM).get(pk=row.pk)
    _require(row, *states)
    if (held := row.commendation).named_on:
        raise Refusal(f"“{held}”已于 {held.named_on} 表彰，不能再办理")
    return row


def _held(by: User, row: Commendation, on: date) -> Commendation:
    hold(Commendation, [row.pk])
    row = Commendation.objects.select_related("node__region").get(pk=row.pk)
    require_seat(by, P.EVALUATIONS_DECIDE, row.node, on=on)
    return row


commendations = Commendations(Commendation)
quotas = Quotas(Quota)
proposals = Proposals(Proposal)

__all__ = ["commendations", "decide", "faults_of", "honour", "proposals", "publish", "quotas", "waits_for", "withdraw"]
