"""The one way by which a service asks whether a person may take a step on money or a score: where, and not after himself
(rules §14, §15)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from accounts.models import User
from accounts.permissions import Permission
from core.refusals import Refusal, refuse
from members.queries.people import acted_on, people_of, person, seat_of
from members.rules.separation import Acted, barred
from orgs.models import PartyOrganization


def require_another(
    by: User,
    *,
    act: str,
    earlier: Iterable[tuple[str, User | None, date]],
    also: Iterable[Acted] = (),
    of: PartyOrganization | None = None,
) -> None:
    """Refuse an act (`审批`) by somebody who did an earlier step (`提出`) on a day, or could have done it in the name of whoever
    did, also in another account of the same name; by those whom it is about (`also`); and, of an act that is done above it, by
    whoever serves or served at the branch that it is `of`. Raises Refusal."""
    taken = acted_on({by.pk: [(step, user.pk, day) for step, user, day in earlier if user]})
    refuse_same(by, act=act, earlier=[*taken[by.pk], *also], of=of)


def refuse_same(by: User, *, act: str, earlier: Iterable[Acted], of: PartyOrganization | None = None) -> None:
    """The same of steps that are known with their people."""
    refuse(barred(person(by), act=act, earlier=earlier, branch=people_of(of) if of else ()))


def require_seat(
    by: User, permission: Permission, branch: PartyOrganization, *, on: date, county: bool = False
) -> PartyOrganization:
    """The Party organization at which somebody may do this for a branch. Raises Refusal for whoever has no such right there;
    `county`: none at county level or above."""
    if found := seat_of(by, permission, branch, on=on, county=county):
        return found
    where = "县级以上党组织" if county else "本党组织或它的上级"
    raise Refusal(f"办理{branch}的这一步，须在{where}有“{permission.label}”的权限，请由有权限的人员办理")
