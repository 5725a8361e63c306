"""Who an organization can be reached and helped through: mass organizations, liaison, owner, democratic management."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models, transaction

from accounts.models import User
from core import writing
from core.locks import hold
from core.refusals import Refusal
from orgs.facts import refresh
from orgs.models import Democracy, Liaison, MassOrganization, Organization, OwnerRecord, PartyOrganization
from orgs.services.locking import locked


@transaction.atomic
def found_mass_organization(
    *, by: User | None, organization: Organization, kind: str, on: date, **values: Any
) -> MassOrganization:
    """Enter a union, youth league or women's federation."""
    row = MassOrganization(organization=organization, kind=kind, **values)
    return _add(by, row, "mass_organizations.found", on)


@transaction.atomic
def change_mass_organization(
    *, by: User | None, mass_organization: MassOrganization, on: date, **values: Any
) -> MassOrganization:
    """Change head, term or the latest Party work done through it (evidence of R4)."""
    row = _open(mass_organization, "closed_on", "撤销", on)
    return _change(by, row, values, "mass_organizations.change", on)


@transaction.atomic
def close_mass_organization(
    *, by: User | None, mass_organization: MassOrganization, closed_on: date, on: date, reason: str = ""
) -> MassOrganization:
    """Enter that it ended."""
    row = _open(mass_organization, "closed_on", "撤销", on)
    return _change(by, row, {"closed_on": closed_on}, "mass_organizations.close", on, reason)


@transaction.atomic
def appoint_liaison(
    *,
    by: User | None,
    organization: Organization,
    name: str,
    appointed_by: PartyOrganization,
    since: date,
    on: date,
    **values: Any,
) -> Liaison:
    """Name a 联络员 for an organization without a Party organization."""
    row = Liaison(organization=organization, name=name, appointed_by=appointed_by, since=since, **values)
    return _add(by, row, "liaisons.appoint", on)


@transaction.atomic
def change_liaison(*, by: User | None, liaison: Liaison, on: date, **values: Any) -> Liaison:
    """Change the liaison's data, or enter the latest contact (evidence of R4)."""
    return _change(by, _open(liaison, "until", "终止", on), values, "liaisons.change", on)


@transaction.atomic
def end_liaison(*, by: User | None, liaison: Liaison, until: date, on: date, reason: str = "") -> Liaison:
    """End the duty of a liaison."""
    return _change(by, _open(liaison, "until", "终止", on), {"until": until}, "liaisons.end", on, reason)


@transaction.atomic
def record_owner(
    *, by: User | None, organization: Organization, name: str, recorded_on: date, on: date, **values: Any
) -> OwnerRecord:
    """Enter how an owner stands to Party work, and the opinion given for honours and posts (Opinion 三-3)."""
    row = OwnerRecord(organization=organization, name=name, recorded_on=recorded_on, **values)
    return _add(by, row, "owners.record", on)


@transaction.atomic
def change_owner(*, by: User | None, owner: OwnerRecord, on: date, **values: Any) -> OwnerRecord:
    """Correct or complete what is known of an owner."""
    return _change(by, _locked(owner), values, "owners.change", on)


@transaction.atomic
def record_democracy(
    *, by: User | None, organization: Organization, kind: str, held_on: date, on: date, note: str = ""
) -> Democracy:
    """Enter a congress of employees, publication of affairs, petition hour or talk (Opinion 二-3)."""
    return _add(by, Democracy(organization=organization, kind=kind, held_on=held_on, note=note), "democracy.record", on)


@transaction.atomic
def change_democracy(*, by: User | None, democracy: Democracy, on: date, **values: Any) -> Democracy:
    """Correct an entry."""
    return _change(by, _locked(democracy), values, "democracy.change", on)


def _add(by: User | None, row: Any, action: str, on: date) -> Any:
    hold(Organization, [row.organization_id])
    writing.add(by=by, record=row, action=action, path=row.organization.managed_by.path, on=on)
    refresh([row.organization_id], on=on)
    return row


def _change(by: User | None, row: Any, values: dict[str, Any], action: str, on: date, reason: str = "") -> Any:
    path = row.organization.managed_by.path
    if writing.change(by=by, record=row, values=values, action=action, path=path, reason=reason, on=on):
        refresh([row.organization_id], on=on)
    return row


def _locked(record: models.Model) -> Any:
    return locked(record, "organization__managed_by")


def _open(record: models.Model, end: str, word: str, on: date) -> Any:
    row = _locked(record)
    if (ended := getattr(row, end)) and ended <= on:
        raise Refusal(f"“{row}”已于 {ended} {word}，不能再修改")
    return row
