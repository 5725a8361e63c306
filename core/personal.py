"""Looking at a masked value: needs a right and a reason, and is written down (DESIGN §4, domain §8.2)."""

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


class ReasonMissing(Refusal):
    """Why somebody wants to see it is part of seeing it."""


def find_masked(*, model: str, pk: int, field: str, scope: Scope) -> models.Model:
    """The record whose personal field the scope may reveal. Raises NotShown, whatever is missing.

    A model says by `reveal_permission` who may see its personal fields.
    """
    try:
        kind = apps.get_model(model)
    except (LookupError, ValueError):
        raise NotShown("没有这项信息") from None
    permission = getattr(kind, "reveal_permission", "")
    personal = {one.name for one in kind._meta.concrete_fields if getattr(one, "personal", False)}
    granted = scope.having(permission)
    if field not in personal or not permission or not granted.grants:
        raise NotShown("没有这项信息")
    record = kind._default_manager.within(granted).filter(pk=pk).first()
    if record is None:
        raise NotShown("没有这项信息")
    return record


@transaction.atomic
def reveal(*, record: models.Model, field: str, reason: str, by: User, scope: Scope) -> str:
    """The value in full, after the look was written down. Raises NotShown, ReasonMissing."""
    found = find_masked(model=record._meta.label_lower, pk=record.pk, field=field, scope=scope)
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonMissing(f"请写明查看原因(不少于 {SHORTEST_REASON} 个字)")
    label = str(found._meta.get_field(field).verbose_name)  # type: ignore[union-attr]
    audit.record(by=by, action="core.reveal", target=found, reason=f"{label}:{reason.strip()}"[:250])
    return str(getattr(found, field))
