"""Writing members: register, change, move, employ, set the status. A member is never deleted (rules §6).

Every service states the facts of the organizations it touched anew, in its own transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from core import writing
from core.asking import Asking
from core.crypto import blind_index, blind_indexes
from core.locks import derived_once, hold
from core.refusals import Refusal
from members.followers import follow
from members.models import FormerMembership, Member
from members.models.members import PROBATIONARY
from members.rules.persons import birth_date_of, check_id_number, normalise_id_number, sex_of
from members.services.groups import join, leave_heads
from orgs.facts import refresh
from orgs.models import Organization, PartyOrganization
from orgs.services.locking import locked, require_editable, require_shown

EDITABLE = frozenset(
    {
        "name", "id_number", "id_note", "sex", "born_on", "ethnicity", "education", "phone", "job", "joined_on",
        "formal_on", "external_id",
    }
)  # fmt: skip


ASKED = "members.taken"


class NumberTaken(Refusal):
    """Somebody with this number is registered, here or elsewhere: where is not told (rules §10)."""


def require_free_number(*, by: User | None, id_number: str, member: Member | None = None) -> None:
    """Refuse a number that another member has, and write the attempt down. Raises NumberTaken, AskedTooOften.

    Outside the service's transaction, so that the entry stays when the refusal undoes everything else.
    """
    if not id_number or (member and member.id_number == id_number):
        return
    asking = Asking(by, ASKED)
    asking.require_patience()
    found = Member.objects.filter(id_digest__in=blind_indexes(id_number)).select_related("party_organization").first()
    if found and asking.answers(found, found.party_organization.path):
        raise NumberTaken("该证件号码已登记，请与上级组织部门核对")


def register(
    *,
    by: User | None,
    party_organization: PartyOrganization,
    values: Mapping[str, Any],
    status: str,
    since: date,
    on: date,
    organization: Organization | None = None,
    organization_since: date | None = None,
    reason: str = "",
) -> Member:
    """Enter a member into a Party organization from a day on."""
    require_editable(values, EDITABLE)
    _require_holding(party_organization)
    found = _identity(dict(values), None, on)
    require_free_number(by=by, id_number=found.get("id_number", ""))
    with transaction.atomic():
        hold(Organization, [organization.pk] if organization else ())
        member = Member(
            **found,
            party_organization=party_organization,
            since=since,
            status=status,
            status_on=found.get("formal_on") if status == Member.Status.FORMAL else found.get("joined_on"),
            organization=organization,
            organization_since=(organization_since or since) if organization else None,
        )
        path = party_organization.path
        writing.add(by=by, record=member, action="members.register", path=path, reason=reason, on=on)
        _refresh(member, on=on)
    return member


def change(
    *, by: User | None, member: Member, values: Mapping[str, Any], version: int, on: date, reason: str = ""
) -> Member:
    """Change what is registered of a member; `version` is the one the form was opened with."""
    require_editable(values, EDITABLE)
    found = _identity(dict(values), member, on)
    require_free_number(by=by, id_number=found.get("id_number", ""), member=member)
    with transaction.atomic():
        row = _current(member, version)
        _write(by, row, found, "members.change", reason, on)
        _refresh(row, on=on)
    return row


@transaction.atomic
def move_to(
    *,
    by: User | None,
    member: Member,
    party_organization: PartyOrganization,
    since: date,
    on: date,
    reason: str = "",
) -> Member:
    """Move a member to another Party organization from a day on; the past one is kept."""
    row = _current(member)
    _require_holding(party_organization)
    if row.party_organization_id == party_organization.pk:
        raise Refusal(f"“{row}”已在{party_organization}，不需要调整")
    if since < row.since:
        raise Refusal(f"转入日期不能早于转入现党组织的日期 {row.since}")
    FormerMembership.objects.create(
        member=row,
        party_organization=row.party_organization,
        organization=row.organization,
        since=row.since,
        until=since,
    )
    before = row.party_organization_id
    place = {"party_organization": party_organization, "since": since, "party_group": None}
    _write(by, row, place, "members.move", reason, on)
    leave_heads([row.pk], by=by, on=on, reason=reason)
    _refresh(row, before, on=on)
    return row


@transaction.atomic
@derived_once()
def move_many(
    *,
    by: User | None,
    members: Collection[Member],
    party_organization: PartyOrganization,
    since: date,
    on: date,
    reason: str = "",
) -> None:
    """Move members to another Party organization, each as one is moved. All or nothing."""
    hold(Organization, [member.organization_id for member in members])
    for member in sorted(members, key=lambda one: one.pk):
        move_to(by=by, member=member, party_organization=party_organization, since=since, on=on, reason=reason)


@transaction.atomic
def set_employer(
    *,
    by: User | None,
    member: Member,
    organization: Organization | None,
    since: date | None,
    on: date,
    reason: str = "",
) -> Member:
    """Enter where a member works from a day on, or that they work at no organization of the registry."""
    row = _current(member, also=[organization.pk] if organization else ())
    before = [row.organization_id] if row.organization_id else []
    if organization and since is None:
        raise Refusal("请填写到岗日期")
    values = {"organization": organization, "organization_since": since if organization else None}
    _write(by, row, values, "members.employer", reason, on)
    _refresh(row, on=on, employers=before)
    return row


@transaction.atomic
def set_status(*, by: User | None, member: Member, status: str, status_on: date, on: date, reason: str = "") -> Member:
    """Enter a new stage of membership on a day (rules §6). 转正 sets the day of formal membership."""
    row = _current(member)
    if status == row.status:
        raise Refusal(f"“{row}”已是{row.get_status_display()}")
    _require_status_day(row, status_on)
    if status in PROBATIONARY and row.formal_on:
        raise Refusal(f"“{row}”已于 {row.formal_on} 转正，不能改回{Member.Status(status).label}")
    values: dict[str, Any] = {"status": status, "status_on": status_on}
    if status == Member.Status.FORMAL and not row.formal_on:
        values["formal_on"] = status_on
    _write(by, row, values, "members.status", reason, on)
    _refresh(row, on=on)
    return row


@transaction.atomic
def date_status(*, by: User | None, member: Member, status_on: date | None, on: date, reason: str = "") -> Member:
    """Correct the day from which a member's status counts."""
    row = _current(member)
    if status_on:
        _require_status_day(row, status_on)
    _write(by, row, {"status_on": status_on}, "members.status", reason, on)
    _refresh(row, on=on)
    return row


@transaction.atomic
@derived_once()
def revise(
    *, by: User | None, member: Member, values: Mapping[str, Any], version: int, on: date, reason: str = ""
) -> Member:
    """Write whatever was changed of a member, each thing as the step it is; a step without its day is of today.

    Raises the refusals of the steps, and one for a day of a move without the move.
    """
    trail: Any = {"by": by, "on": on, "reason": reason}
    described = {name: value for name, value in values.items() if name in EDITABLE}
    hold(Organization, [member.organization_id, getattr(values.get("organization"), "pk", None)])
    member = change(member=member, values=described, version=version, **trail)
    if "party_organization" in values:
        to, since = values["party_organization"], values.get("since") or on
        member = move_to(member=member, party_organization=to, since=since, **trail)
    elif "since" in values:
        raise Refusal("转入日期随组织关系一起调整，不能单独修改；请同时选择转入的党组织")
    if "party_group" in values:
        [member] = join(members=[member], group=values["party_group"], **trail)
    if not values.keys().isdisjoint({"organization", "organization_since"}):
        employer, since = values.get("organization", member.organization), values.get("organization_since", on)
        member = set_employer(member=member, organization=employer, since=since, **trail)
    if "status" in values:
        member = set_status(member=member, status=values["status"], status_on=values.get("status_on") or on, **trail)
    elif "status_on" in values:
        member = date_status(member=member, status_on=values["status_on"], **trail)
    return member


def _identity(values: dict[str, Any], member: Member | None, on: date) -> dict[str, Any]:
    """Values with a checked number, its digest, and sex and birth date derived from it (rules §3)."""
    if "id_number" in values:
        number = values["id_number"] = normalise_id_number(values["id_number"])
        if number and (problem := check_id_number(number, on=on)):
            raise Refusal(problem)
        values["id_digest"] = blind_index(number) or None
    number = values.get("id_number", member.id_number if member else "")
    if number:
        of_number = {"sex": sex_of(number), "born_on": birth_date_of(number)}
        note = values.get("id_note", member.id_note if member else "")
        for name, derived in of_number.items():
            given = values.get(name)
            if given in (None, "", Member.Sex.UNKNOWN):
                if "id_number" in values or name in values:
                    values[name] = derived
            elif given != derived and not note:
                label = Member._meta.get_field(name).verbose_name  # type: ignore[union-attr]
                raise Refusal(f"{label}与公民身份号码不一致，请核对；确以档案为准的，请在“证件情况说明”中写明")
    return values


def _current(member: Member, version: int | None = None, also: Collection[int] = ()) -> Member:
    """The record as it is, locked after its employer; refused when it is no longer the one that was shown."""
    row: Member = locked(member, "party_organization", also=also)
    if version is not None:
        require_shown(row, version)
    return row


def _write(by: User | None, row: Member, values: Mapping[str, Any], action: str, reason: str, on: date) -> None:
    """Save what differs with its entry; the path is that of the Party organization that it goes to."""
    changes = writing.put(row, values, on=on)
    writing.keep(by=by, record=row, changes=changes, action=action, path=row.party_organization.path, reason=reason)


def _refresh(member: Member, *nodes: int, on: date, employers: Collection[int] = ()) -> None:
    """Of the employer and the Party organization, and of those before; and what apps above keep of the member."""
    follow([member.pk], on=on)
    employed = [member.organization_id] if member.organization_id else []
    refresh([*employed, *employers], on=on, nodes=[member.party_organization_id, *nodes])


def _require_holding(party_organization: PartyOrganization) -> None:
    if party_organization.dissolved_on:
        raise Refusal(f"{party_organization}已撤销，请选择其他党组织")
    if party_organization.kind == PartyOrganization.Kind.DEPARTMENT:
        raise Refusal(f"{party_organization}是工作部门，党员应编入党支部")


def _require_status_day(member: Member, status_on: date) -> None:
    if member.joined_on and status_on < member.joined_on:
        raise Refusal(f"状态日期不能早于入党日期 {member.joined_on}")
