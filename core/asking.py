"""Questions whose answer tells that something is registered elsewhere (“is this number taken?”): answered in neutral words,
written down, and only so often a day, since numbers could be tried one after the other (rules §10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from core import audit
from core.models import AuditEntry
from core.refusals import Refusal

if TYPE_CHECKING:
    from accounts.models import User

A_DAY = 20  # records of others that one person may come upon in a day


class AskedTooOften(Refusal):
    """So many of the numbers that this person asked for today are taken that no further one is looked up."""

    def __init__(self) -> None:
        super().__init__(f"今天查到已登记的号码已有 {A_DAY} 个，不再核对新的号码；请与上级组织部门核对，或明天再办理")


class Asking:
    """What one person came upon today by one kind of question. Nobody (the command line's trial run) is not bounded."""

    def __init__(self, by: User | None, action: str, batch_id: int | None = None) -> None:
        self.by, self.action, self.batch_id = by, action, batch_id
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        rows = AuditEntry.objects.filter(user=by, action=action, at__gte=midnight) if by else AuditEntry.objects.none()
        self._found = set(rows.values_list("object_id", flat=True))

    @property
    def spent(self) -> bool:
        """Whether nothing more is answered today, whether the number is taken or not."""
        return len(self._found) >= A_DAY

    def require_patience(self) -> None:
        if self.spent:
            raise AskedTooOften

    def answers(self, found: models.Model, path: str) -> bool:
        """Whether it may be said that this record has the number; the first time in a day is written down."""
        key = str(found.pk)
        if key in self._found:
            return True
        if self.spent:
            return False
        self._found.add(key)
        audit.record(by=self.by, action=self.action, target=found, path=path, batch_id=self.batch_id)
        return True
