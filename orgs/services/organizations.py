"""Registering and changing one organization. Changes for many at once are in `bulk`, merging in `duplicates`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from core import writing
from core.asking import Asking
from core.locks import alone_with, derived_once
from core.refusals import Refusal
from orgs.facts import refresh
from orgs.models import Headcount, Organization, PartyOrganization
from orgs.queries import Jurisdictions
from orgs.rules.category import JUDGED_BY, judge, judge_again
from orgs.rules.credit_code import CHECK, LENGTH, ROUNDED, check_credit_code, normalise_code
from orgs.services.locking import require_editable, require_shown

EDITABLE = frozenset(
    {
        "credit_code", "no_code_reason", "old_number", "registrar", "name", "registered_on", "company_type", "control",
        "industry", "capital", "currency", "legal_representative", "contact_phone", "address", "authority",
        "inspected_on", "hmt", "influential", "chain_leader", "restructured_from", "restructured_on", "region", "zone",
    }
)  # fmt: skip
CODE_PROBLEMS = {
    LENGTH: "统一社会信用代码应为 18 位，请对照营业执照或登记证书核对",
    CHECK: "统一社会信用代码校验位不符，多半有一位写错，请对照营业执照或登记证书核对",
    ROUNDED: "统一社会信用代码被表格软件改成了科学计数，请从原件重新录入 18 位代码",
}
ASKED = "organizations.taken"
BY_HAND = "hand"  # source of a headcount that a person entered: 核定


class CodeTaken(Refusal):
    """An organization with this code is registered, here or elsewhere: where is not told (rules §10)."""


def require_free_code(*, by: User | None, code: str, organization: Organization | None = None) -> None:
    """Refuse a code that another organization has, and write the attempt down. Raises CodeTaken, AskedTooOften.

    Outside the service's transaction, so that the entry stays when the refusal undoes everything else.
    """
    code = normalise_code(code)
    if not code or (organization and organization.credit_code == code):
        return
    asking = Asking(by, ASKED)
    asking.require_patience()
    found = Organization.objects.filter(credit_code=code).select_related("managed_by").first()
    if found and asking.answers(found, found.managed_by.path):
        raise CodeTaken("该统一社会信用代码已登记，请与上级组织部门核对")


@transaction.atomic
@derived_once()
def register(
    *,
    by: User | None,
    values: Mapping[str, Any],
    own_committee: PartyOrganization,
    on: date,
    staff: int | None = None,
    membership: int | None = None,
    reason: str = "",
) -> Organization:
    """Register an organization by hand.

    The category is suggested from what was entered (rules §4), the managing committee found by territory or industry;
    where either cannot be told the organization goes in under `own_committee`, 待判定.
    """
    require_editable(values, EDITABLE)
    _require_new(values)
    unit = Organization(
        **_checked(values),
        managed_by=own_committee,
        managed_since=on,
        managed_basis=Organization.Basis.UNDECIDED,
    )
    for name, value in judge(_known(unit)).items():
        setattr(unit, name, value)
    for name, value in _placed(unit, on).items():
        setattr(unit, name, value)
    writing.add(by=by, record=unit, action="organizations.register", reason=reason, on=on)
    for kind, number in (("staff", staff), ("membership", membership)):
        if number is not None:
            count_headcount(by=by, organization=unit, kind=kind, number=number, counted_on=on, on=on)
    refresh([unit.pk], on=on)
    unit.refresh_from_db()
    return unit


def _require_new(values: Mapping[str, Any]) -> None:
    """Refuse a second organization without a code that has the name and the old number of another."""
    if values.get("credit_code"):
        return
    alone_with(values["name"])
    number = values.get("old_number") or ""
    if Organization.objects.filter(credit_code=None, name=values["name"], old_number=number, merged_into=None).exists():
        raise Refusal(
            f"没有统一社会信用代码的“{values['name']}”已经登记，没有重复登记；查不到时请与上级组织部门核对，"
            "确是另一家的请填写原注册号以便区分"
        )


@transaction.atomic
def change(
    *,
    by: User | None,
    organization: Organization,
    values: Mapping[str, Any],
    version: int,
    on: date,
    reason: str = "",
) -> Organization:
    """Change what is registered; `version` is the one the form was opened with.

    What the category follows from is judged again unless a person decided it; an organization 待判定 finds its committee
    when it now can be told.
    """
    require_editable(values, EDITABLE)
    unit = _locked(organization)
    require_shown(unit, version)
    path = unit.managed_by.path
    changes = writing.put(unit, _checked(values), on=on)
    changes |= writing.put(unit, judge_again(_known(unit), changes), on=on)
    if changes and unit.managed_basis == Organization.Basis.UNDECIDED:
        changes |= writing.put(unit, _placed(unit, on), on=on)
    writing.keep(by=by, record=unit, changes=changes, action="organizations.change", path=path, reason=reason)
    if changes:
        refresh([unit.pk], on=on)
    return unit


@transaction.atomic
def count_headcount(
    *,
    by: User | None,
    organization: Organization,
    kind: str,
    number: int,
    counted_on: date,
    on: date,
    reason: str = "",
) -> Headcount:
    """Enter a headcount by hand (核定); the newest one is copied to the organization."""
    unit = _locked(organization)
    path = unit.managed_by.path
    row = Headcount(organization=unit, kind=kind, number=number, counted_on=counted_on, source=BY_HAND)
    writing.add(by=by, record=row, action="headcounts.count", path=path, reason=reason, on=on)
    newest = getattr(unit, f"{kind}_on")
    if newest is None or counted_on >= newest:
        values = {kind: number, f"{kind}_on": counted_on, f"{kind}_source": BY_HAND}
        trail: dict[str, Any] = {"action": "organizations.headcount", "path": path, "reason": reason, "on": on}
        writing.change(by=by, record=unit, values=values, **trail)
    refresh([unit.pk], on=on)
    return row


@transaction.atomic
def clear_headcount(*, by: User | None, organization: Organization, kind: str, on: date, reason: str) -> None:
    """The number does not hold and no other is known (人数不明); the counts that were entered stay in their history."""
    if not reason:
        raise ValidationError({"reason": "清空人数，请写明原因或依据"})
    unit = _locked(organization)
    values = {kind: None, f"{kind}_on": None, f"{kind}_source": ""}
    writing.change(
        by=by, record=unit, values=values, action="organizations.headcount", path=unit.managed_by.path, reason=reason
    )
    refresh([unit.pk], on=on)


def _locked(organization: Organization) -> Organization:
    rows = Organization.objects.select_for_update(of=["self"], no_key=True).select_related("managed_by")
    return rows.get(pk=organization.pk)


def _known(unit: Organization) -> dict[str, Any]:
    """What the category hangs on, and what was judged before."""
    return {column: getattr(unit, column) for column in (*JUDGED_BY, "category", "category_note", "hmt")}


def _placed(unit: Organization, on: date) -> dict[str, Any]:
    """The managing committee by territory or industry; nothing where it cannot be told."""
    found = Jurisdictions.load().committee_for(
        category=unit.category, region_code=unit.region_id or "", authority=unit.authority
    )
    if found is None:
        return {}
    committee, basis = found
    since = unit.managed_since if committee == unit.managed_by_id else on
    return {"managed_by_id": committee, "managed_basis": basis, "managed_since": since}


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the credit code as the register writes it; a wrong code is refused at its field."""
    checked = dict(values)
    if "credit_code" in checked:
        checked["credit_code"] = checked_code(checked["credit_code"] or "")
    return checked


def checked_code(code: str) -> str | None:
    """A code as the register writes it, None for no code. Raises ValidationError at the field."""
    code = normalise_code(code)
    if code and (problem := check_credit_code(code)):
        raise ValidationError({"credit_code": CODE_PROBLEMS[problem]})
    return code or None
