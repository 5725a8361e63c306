"""Looking at a masked value: needs a right and a reason, and is written down (rules §10, §8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models, transaction

from core import audit
from core.refusals import Refusal
from core.scope import Scope

if TYPE_CHECKING:
    from accounts.models import User

SHORTEST_REASON = 4


class NotShown(Refusal):
    """There is no such value to show to this person."""


class OnlySeen(NotShown):
    """The record may be looked at, but its personal values are for whoever manages it."""


class ReasonMissing(Refusal):
    """Why somebody wants to see it is part of seeing it."""


def find_masked(*, model: str, pk: int, field: str, scope: Scope) -> models.Model:
    """The record whose personal field the scope may reveal. Raises OnlySeen where the right ends short of the record,
    NotShown for anything else that is missing.

    A model says by `reveal_permission` who may see its personal fields, of the rows that they may change.
    """
    try:
        kind = apps.get_model(model)
    except (LookupError, ValueError):
        raise NotShown("没有这项信息") from None
    permission = getattr(kind, "reveal_permission", "")
    personal = {one.name for one in kind._meta.concrete_fields if getattr(one, "personal", False)}
    if field not in personal or not permission:
        raise NotShown("没有这项信息")
    record = kind._default_manager.changeable(scope, permission).filter(pk=pk).first()
    if record is not None:
        return record
    if scope.may(permission) and kind._default_manager.within(scope).filter(pk=pk).exists():
        raise OnlySeen("这项信息只有管理这条记录的党组织可以查看，请与其联系。")
    raise NotShown("没有这项信息")


def require_reason(reason: str) -> None:
    """Refuse a reason that says nothing. Raises ReasonMissing."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonMissing(f"请写明查看原因（不少于 {SHORTEST_REASON} 个字）")


@transaction.atomic
def reveal(*, record: models.Model, field: str, reason: str, by: User, scope: Scope) -> str:
    """The value in full, after the look was written down. Raises NotShown, ReasonMissing."""
    found = find_masked(model=record._meta.label_lower, pk=record.pk, field=field, scope=scope)
    require_reason(reason)
    label = str(found._meta.get_field(field).verbose_name)  # type: ignore[union-attr]
    audit.record(by=by, action="core.reveal", target=found, reason=f"{label}：{reason.strip()}"[:250])
    return str(getattr(found, field))
