"""What services ask of a record before they write it: locked after its organization, and still as it was shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from core.locks import hold
from core.models import AuditEntry
from core.refusals import Refusal
from orgs.models import Organization


def locked(record: Any, *related: str, also: Collection[int] = ()) -> Any:
    """A row of an organization as it is, locked: the organization, and those of `also`, before the row (`core.locks`).

    Refused when the row went over to another organization since the record was read.
    """
    hold(Organization, [*also, record.organization_id])
    rows = type(record)._default_manager.select_for_update(of=["self"], no_key=True)
    row = rows.select_related(*related).get(pk=record.pk)
    if row.organization_id != record.organization_id:
        raise Refusal(f"“{row}”刚才由他人调整了所属单位，您的操作没有保存；请重新打开后再办理")
    return row


def require_shown(row: Any, version: int) -> None:
    """Refuse what was typed into a form that was opened before somebody else changed the record."""
    if row.version != version:
        entries = AuditEntry.objects.filter(model=row._meta.label_lower, object_id=str(row.pk)).order_by("-pk")
        last = entries.first()
        who = last.user_name if last else "他人"
        raise Refusal(f"“{row}”刚才由{who}修改过，您的修改没有保存；请重新打开后再改")


def require_editable(values: Mapping[str, Any], editable: Collection[str]) -> None:
    """Columns that have a service of their own are not written by another: a slip of whoever calls."""
    if unknown := values.keys() - set(editable):
        raise ValueError(f"not editable here: {sorted(unknown)}")
