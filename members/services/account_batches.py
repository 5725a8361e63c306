"""账号批量申请: a street asks for the accounts of those who serve at its branches, the security administrator confirms them at
once (rules §10). Whoever asks never sees a password; whoever confirms reviews nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission as P
from accounts.roles import SECRETARY, TREASURER
from accounts.services.accounts import open_account
from core import writing
from core.refusals import Refusal
from core.scope import Scope
from members.models import Post
from members.models.accounts import AccountBatch, WantedAccount
from members.models.posts import LEADING
from members.rules.separation import spelled
from members.services.wanted import Wanted, sources
from orgs.access import scope_for
from orgs.models import Appointment, PartyOrganization
from orgs.services.appointments import appoint

MOST = 60  # at once: a password of each is made while one waits
REASON = "账号批量申请"
State = WantedAccount.State


class Asked(NamedTuple):
    """Who of the list is asked for: `code` says which, `login` an account that the person has already."""

    code: str
    name: str
    login: str = ""


class Slip(NamedTuple):
    """What one of them gets: the account, with its one-time password where it is new."""

    wanted: WantedAccount
    user: User
    code: str


@transaction.atomic
def ask(*, by: User, scope: Scope, asked: Iterable[Asked], at: datetime, on: date) -> AccountBatch:
    """Ask for accounts of people who have none. Raises Refusal with the line that is wrong."""
    lines = list(asked)
    if not lines:
        raise Refusal("请先勾选要申请账号的人员")
    if len(lines) > MOST:
        raise Refusal(f"一次最多申请 {MOST} 人，已勾选 {len(lines)} 人，请分几次申请")
    found = _found(scope, {one.code for one in lines}, on)
    leaders = _leaders([one.node.pk for one in found.values()], on)
    for one in lines:
        wanted = found.get(one.code)
        if wanted and wanted.role == SECRETARY.code:
            leaders[wanted.node.pk].add(spelled(one.name))
    rows = [_row(one, found, leaders) for one in lines]
    node = PartyOrganization.objects.get(pk=scope.having(P.CODES_ISSUE).grants[0].node_id)
    batch = AccountBatch(node=node, asked_by=by, asked_at=at)
    writing.add(by=by, record=batch, action="accounts.batch_ask", at=at, on=on)
    for row in rows:
        row.batch = batch
    writing.add_many(rows, by=by, action="accounts.batch_ask", on=on)
    return batch


@transaction.atomic
def answer(
    *, by: User, batch: AccountBatch, chosen: Collection[int], reason: str, at: datetime, on: date
) -> list[Slip]:
    """Open and appoint those who are chosen, and refuse the others with a reason; gives back what is to be printed, once.
    Raises Refusal, which leaves everything as it was, with the line that is in the way."""
    held = AccountBatch.objects.select_for_update(of=["self"], no_key=True).select_related("node").get(pk=batch.pk)
    if held.answered_by_id:
        raise Refusal("这批申请已经办理，请返回列表查看")
    if not scope_for(by, on=on).may(P.APPOINTMENTS_CHANGE) or by.pk == held.asked_by_id:
        raise Refusal("须由申请人以外的安全管理员确认")
    rows = list(held.wanted.select_related("node", "user").order_by("pk"))
    refused = [row for row in rows if row.pk not in chosen]
    if refused and not reason.strip():
        raise Refusal(f"有 {len(refused)} 人没有勾选，请写明未同意的原因")
    slips = [_give(row, by, at, on) for row in rows if row.pk in chosen]
    left = WantedAccount.objects.filter(pk__in=[row.pk for row in refused])
    writing.change_many(left, {"state": State.REFUSED}, by=by, action="accounts.batch_answer", reason=reason, on=on)
    values = {"answered_by": by, "answered_at": at, "reason": reason.strip()}
    writing.change(by=by, record=held, values=values, action="accounts.batch_answer", at=at, on=on)
    return slips


def _found(scope: Scope, codes: Collection[str], on: date) -> dict[str, Wanted]:
    """Those of the codes who still have no account, within the scope."""
    keys: dict[str, list[int]] = defaultdict(list)
    for code in codes:
        source, _, key = code.partition(":")
        if source in sources and key.isascii() and key.isdecimal():
            keys[source].append(int(key))
    found = (sources[code].worded(sources[code].open(scope, on).filter(pk__in=some), on) for code, some in keys.items())
    return {one.code: one for some in found for one in some}


def _leaders(nodes: Collection[int], on: date) -> dict[int, set[str]]:
    """How those are spelled who lead Party organizations: they keep no dues there (rules §14)."""
    found: dict[int, set[str]] = defaultdict(set)
    of_posts = Post.objects.on(on).filter(party_organization__in=nodes, post__in=LEADING)
    of_roles = Appointment.objects.on(on).filter(node__in=nodes, role=SECRETARY.code)
    for node, name in (
        *of_posts.values_list("party_organization", "name"),
        *of_roles.values_list("node", "user__name"),
    ):
        found[node].add(spelled(name))
    return found


def _row(one: Asked, found: dict[str, Wanted], leaders: dict[int, set[str]]) -> WantedAccount:
    wanted = found.get(one.code)
    if wanted is None:
        raise Refusal(f"“{one.name or one.code}”已有账号、已经申请，或不归您管理；请刷新名单后再选")
    name = (wanted.name or one.name).strip()
    if not name:
        raise Refusal(f"{wanted.node}：请填写党费管理员的姓名")
    if wanted.role == TREASURER.code and spelled(name) in leaders[wanted.node.pk]:
        raise Refusal(f"{wanted.node}：{name}是书记或副书记，不能兼任党费管理员，请另选一人")
    user = _account(one.login.strip(), name, wanted) if one.login.strip() else None
    told = {"node": wanted.node, "role": wanted.role, "source": wanted.source, "key": wanted.key}
    return WantedAccount(name=name, user=user, **told)


def _account(login: str, name: str, wanted: Wanted) -> User:
    """An account that somebody has already. Whether it exists under another name is not told."""
    user = User.objects.filter(username__iexact=login, is_active=True).first()
    if user is None or spelled(user.name) != spelled(name):
        raise Refusal(f"{wanted.node}：没有登录名为“{login}”、姓名为“{name}”的启用账号，请核对，或留空以新开账号")
    return user


def _give(row: WantedAccount, by: User, at: datetime, on: date) -> Slip:
    code, user = "", row.user
    try:
        if user is None:
            told = {"username": f"zh{row.pk:06d}", "name": row.name, "unit": row.node.name}
            user, code = open_account(by=by, at=at, **told)
        appoint(by=by, user=user, role=row.role, node=row.node, since=on, reason=REASON, on=on)
        sources[row.source].link(key=row.key, user=user, by=by, on=on)
    except Refusal as refusal:
        raise Refusal(f"{row}：{refusal}。请取消勾选这一行后再确认") from refusal
    writing.change(
        by=by, record=row, values={"user": user, "state": State.GIVEN}, action="accounts.batch_answer", at=at, on=on
    )
    return Slip(row, user, code)
