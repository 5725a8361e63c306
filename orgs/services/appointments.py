"""用户授权: giving and ending duties. The only way to rights, open to the security administrator alone (rules §10)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission
from accounts.roles import ROLES, SECRETARY, Role, apart
from accounts.services import accounts, factors
from core import writing
from core.refusals import Refusal
from core.scope import Scope
from orgs.access import scope_for, supervised_users
from orgs.models import Appointment, PartyOrganization
from orgs.services.duties import hold_people, require_another_holder

Span = tuple[date, date | None]  # from a day until a day


class WrongPlace(Refusal):
    """A branch's role is held at a branch and nowhere else; the other roles look after more than one."""


@transaction.atomic
def appoint(
    *,
    by: User | None,
    user: User,
    role: str,
    node: PartyOrganization,
    since: date,
    until: date | None = None,
    reason: str = "",
    on: date,
) -> Appointment:
    """Give a user a role at a Party organization for [since, until). `by` is None for the first administrators only."""
    _require_right(by, user, on)
    if since < on:
        raise Refusal(f"起始日期不能早于今天（{on}）")
    if until is not None and until <= since:
        raise Refusal("终止日期须在起始日期之后：终止当日已没有权限，同一天起止的授权一天也不生效")
    # two duties given at once are seen one after the other
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not user.is_active:
        raise Refusal(f"{user.name}的账号已停用，请先由系统管理员启用")
    if node.dissolved_on:
        raise Refusal(f"“{node}”已撤销，请选择其他党组织")
    held = list(user.appointments.during(since, until).select_related("node"))
    if any(one.role == role and one.node_id == node.pk for one in held):
        raise Refusal(f"{user.name}在“{node}”已有“{ROLES[role].name}”角色，不必重复授权")
    _require_separate_duties(user, ROLES[role], held)
    if ROLES[role].administrator:
        _require_fit_for_duty(by, user, node)
    _require_fitting_place(ROLES[role], node)
    appointment = Appointment(user=user, role=role, node=node, since=since, until=until, appointed_by=by)
    writing.add(by=by, record=appointment, action="appointments.give", reason=reason)
    return appointment


@transaction.atomic
def end_appointment(*, by: User, appointment: Appointment, until: date, reason: str, on: date) -> None:
    """End an appointment on a day: it does not hold on that day any more, and never did if it would have begun later."""
    _require_right(by, appointment.user, on)
    if until < on:
        raise Refusal(f"终止日期不能早于今天（{on}）")
    until = max(until, appointment.since)
    if appointment.until is not None and appointment.until <= until:
        raise Refusal(f"这项授权已于 {appointment.until} 终止")
    hold_people(appointment.user_id)
    require_another_holder(appointment.role, besides=appointment.user, on=until)
    appointment.end(by=by, until=until, action="appointments.end", reason=reason, on=on)


@transaction.atomic
def keep_with_post(
    *,
    by: User | None,
    user: User,
    node: PartyOrganization,
    held: Span | None,
    before: Span | None,
    reason: str,
    on: date,
) -> None:
    """Let an account have the secretary's role at a branch for as long as it holds a post there: `held` is from when until
    when, `before` what that was. Whoever keeps the posts of a branch gives and ends this role, nobody to oneself.

    It begins today at the earliest. An end that the security administrator gave it stays, unless the post ends before.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    mine = user.appointments.during(on, None).filter(role=SECRETARY.code, node=node).select_related("user", "node")
    told: dict[str, Any] = {"by": by, "action": "appointments.end", "reason": reason, "on": on}
    if by and by.pk == user.pk:
        raise Refusal("不能给自己授权，也不能终止自己的授权：本人的任职请由另一名工作人员登记")
    until = held[1] if held else on
    for one in mine:
        if one.until == (before and before[1]) or (until and (one.until is None or until < one.until)):
            one.end(until=max(until, one.since), **told) if until else one.reopen(**told)
    since = max(held[0], on) if held else on
    if held is None or (until and until <= since) or mine.during(since, None).filter(since__lte=since).exists():
        return
    if not user.is_active:
        raise Refusal(f"{user.name}的账号已停用，请先由系统管理员启用")
    _require_separate_duties(user, SECRETARY, user.appointments.during(since, until))
    _require_fitting_place(SECRETARY, node)
    given = Appointment(user=user, role=SECRETARY.code, node=node, since=since, until=until, appointed_by=by)
    writing.add(by=by, record=given, action="appointments.give", reason=reason, on=on)


@transaction.atomic
def issue_code(*, user: User, by: User, scope: Scope, reason: str, on: date) -> str:
    """A new one-time password for a secretary or instructor whom the scope looks after (rules §10)."""
    _require_supervised(user, scope, on)
    return accounts.reset_password(user=user, by=by, reason=reason)


@transaction.atomic
def revoke_phones(*, user: User, by: User, scope: Scope, reason: str, on: date) -> int:
    """Trust no phone any more of a secretary or instructor whom the scope looks after; returns how many there were."""
    _require_supervised(user, scope, on)
    return factors.revoke_phones(user=user, by=by, reason=reason)


@transaction.atomic
def close_unused_accounts(*, at: datetime) -> int:
    """Close the accounts that nobody uses any more, but for those whose duty is still to begin; of each administrative duty
    the one used last stays, so that somebody can open the others again."""
    today = timezone.localdate(at)
    held = Appointment.objects.on(today).of_administrators().filter(user__is_active=True)
    lasting_last = held.annotate(lasting=Q(until=None)).order_by("lasting", "user__last_seen_at", "user__created_at")
    by_use = lasting_last.values_list("role", "user_id")
    latest = dict(by_use)  # a later row of the same role replaces an earlier one
    awaited = Appointment.objects.during(today, None).filter(since__gt=today).values_list("user_id", flat=True)
    return accounts.close_unused(keep={*latest.values(), *awaited}, at=at)


def _require_right(by: User | None, user: User, on: date) -> None:
    if by is None:
        return
    if by.pk == user.pk:
        raise Refusal("不能给自己授权，也不能终止自己的授权，请由另一名安全管理员办理")
    if not scope_for(by, on=on).may(Permission.APPOINTMENTS_CHANGE):
        raise Refusal("只有安全管理员可以办理用户授权")


def _require_separate_duties(user: User, role: Role, held: Iterable[Appointment]) -> None:
    for one in held:
        if apart(role, one.duty):
            raise Refusal(
                f"{user.name}在这段时间已是{one.duty.name}；系统、安全、审计三种管理职责须由不同的人担任，也不能兼任其他角色"
            )


def _require_fit_for_duty(by: User | None, user: User, node: PartyOrganization) -> None:
    if node.parent_id is not None:
        raise Refusal("系统、安全、审计管理员只能在最上级党组织授权")
    if by is not None and user.must_change_password:
        raise Refusal(f"{user.name}还在用一次性口令，别人可能知道；请本人先登录并修改口令，再授予管理职责")


def _require_fitting_place(role: Role, node: PartyOrganization) -> None:
    if role.branch_only and not node.is_branch:
        raise WrongPlace(f"{role.name}只能在党支部、党总支授权，“{node}”是{node.get_kind_display()}")
    if node.is_branch and not role.branch_only:
        raise WrongPlace(f"{role.name}不在党支部、党总支授权，请选择“{node}”的上级党组织")


def _require_supervised(user: User, scope: Scope, on: date) -> None:
    if not supervised_users(scope, on=on).filter(pk=user.pk).exists():
        raise Refusal("只能为本辖区的书记、党费管理员、指导员办理；其他人员请联系系统管理员")
