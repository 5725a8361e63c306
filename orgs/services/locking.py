"""Rows of an organization are locked after it (`core.locks`)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from core.locks import hold
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
