"""Setting up and changing Party organizations."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from core import audit
from orgs.models import PartyOrganization
from orgs.models.party import step_of


@transaction.atomic
def establish(
    *, by: User | None, name: str, kind: str, parent: PartyOrganization | None, code: str, on: date, **more: Any
) -> PartyOrganization:
    """Set up a Party organization under `parent` (None only for the root) from a day on."""
    node = PartyOrganization(
        name=name, kind=kind, parent=parent, parent_since=on, code=code, established_on=on, path="", **more
    )
    node.full_clean(exclude=["path"])
    node.save()
    node.path = (parent.path if parent else "") + step_of(node.pk)
    node.save(update_fields=["path"])
    changes = audit.difference({}, audit.snapshot(node))
    audit.record(by=by, action="party.establish", target=node, changes=changes, path=node.path)
    return node
