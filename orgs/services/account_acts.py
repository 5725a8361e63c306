"""What a system administrator does with accounts: at once, or, with an administrator's, once another duty agrees.

Whoever gives out a password or takes away a second factor could become its owner (rules §10), so that nobody else
may call `accounts.services` for that: `tests/orgs/test_account_requests.py` looks.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import AccountRequest, User
from accounts.permissions import Permission
from accounts.services import accounts, factors
from core import writing
from core.refusals import Refusal
from orgs.access import scope_for
from orgs.services.duties import hold_people, is_administrator, require_other_holders

Act = AccountRequest.Act
AT_A_BUTTON = frozenset(Act) - {Act.RENAME}  # which `correct` asks for


@transaction.atomic
def act_on(*, account: User, act: str, by: User, reason: str, on: date) -> str | AccountRequest | None:
    """Do it and give back the one-time password that it made, if any; or, with an administrator's account, ask for it and
    give back the request."""
    _hold(account, by, on)
    accounts.refuse_own(account, by)
    if not is_administrator(account, on=on):
        return _carry_out(account, act, by=by, reason=reason, on=on)
    _require_possible(account, act, on)
    return _ask(AccountRequest(account=account, act=act, reason=reason, asked_by=by))


@transaction.atomic
def correct(
    *, account: User, by: User, name: str, unit: str, phone: str, email: str = "", on: date
) -> AccountRequest | None:
    """Correct what the account says of its person. Another name of an administrator is asked for: the trail puts it to what
    he does from then on."""
    _hold(account, by, on)
    asks = name != account.name and account != by and is_administrator(account, on=on)
    told = {"unit": unit, "phone": phone, "email": email}
    accounts.change_account(user=account, by=by, name=account.name if asks else name, **told)
    if not asks:
        return None
    reason = f"{account.name}改为{name}"
    return _ask(AccountRequest(account=account, act=Act.RENAME, name=name, reason=reason, asked_by=by))


@transaction.atomic
def answer(*, asked: AccountRequest, by: User, confirm: bool, on: date) -> str | None:
    """Agree, which does it and gives back the one-time password that it made, if any; or not. The one concerned, too, may
    say no. The password is for the owner's ears: whoever asked never gets it."""
    hold_people(AccountRequest.objects.values_list("account_id", flat=True).get(pk=asked.pk))
    asked = AccountRequest.objects.select_for_update(no_key=True).get(pk=asked.pk)
    account, asker = asked.account, asked.asked_by
    if asked.answered_by:
        raise Refusal(f"这项申请已由{asked.answered_by.name}办理")
    if not scope_for(by, on=on).may(Permission.ACCOUNTS_CONFIRM) or by in (asker, account if confirm else asker):
        raise Refusal("须由申请人和账号本人以外、另一职责的管理员确认")
    both = f"{asker.name}申请，{by.name}{'确认' if confirm else '不同意'}：{asked.reason}"
    decision = AccountRequest.Decision.CONFIRMED if confirm else AccountRequest.Decision.REFUSED
    writing.change(
        by=by,
        record=asked,
        values={"decision": decision, "answered_by": by, "answered_at": timezone.now()},
        action="accounts.confirm" if confirm else "accounts.refuse",
        path="",
        reason=both,
    )
    return _carry_out(account, asked.act, name=asked.name, by=by, reason=both, on=on) if confirm else None


@transaction.atomic
def let_back_in(*, account: User, reason: str, on: date) -> str:
    """A new one-time password for a locked-out administrator whom nobody else can help, without the second factor and in
    an open account: whoever runs the server says so, and the trail says that it was done there."""
    hold_people(account.pk)
    account.refresh_from_db()
    if not is_administrator(account, on=on):
        raise Refusal(f"{account}不是系统、安全或审计管理员，请由系统管理员在“账号”页办理")
    if account.authenticators.exists():
        factors.reset_authenticator(user=account, by=None, reason=reason)
    if account.is_active:
        return accounts.reset_password(user=account, by=None, reason=reason)
    return accounts.reopen_account(user=account, by=None, reason=reason)


def _hold(account: User, by: User, on: date) -> None:
    if not scope_for(by, on=on).may(Permission.ACCOUNTS_CHANGE):
        raise Refusal("只有系统管理员可以办理账号")
    hold_people(account.pk)
    account.refresh_from_db()


def _ask(wanted: AccountRequest) -> AccountRequest:
    if wanted.account.requests.waiting().exists():
        raise Refusal(f"{wanted.account.name}的账号已有一项申请等待确认，请先由安全管理员或审计管理员办理")
    wanted.asked_at = timezone.now()
    writing.add(by=wanted.asked_by, record=wanted, action="accounts.ask", path="", reason=wanted.reason)
    return wanted


def _carry_out(account: User, act: str, *, name: str = "", by: User, reason: str, on: date) -> str | None:
    _require_possible(account, act, on)
    match act:
        case Act.RESET:
            return accounts.reset_password(user=account, by=by, reason=reason)
        case Act.REOPEN:
            return accounts.reopen_account(user=account, by=by, reason=reason)
        case Act.CLOSE:
            return accounts.close_account(user=account, by=by, reason=reason)
        case Act.FACTOR:
            return factors.reset_authenticator(user=account, by=by, reason=reason)
        case Act.RENAME:
            return accounts.change_account(user=account, by=by, name=name, unit=account.unit, reason=reason)
    raise ValueError(act)


def _require_possible(account: User, act: str, on: date) -> None:
    """Raise what would stand in its way, so that nobody is asked for nothing."""
    if act == Act.CLOSE:
        require_other_holders(account, on=on)
    if act in (Act.RESET, Act.FACTOR) and not account.is_active:
        raise Refusal(f"{account.name}的账号已停用，请先启用")
