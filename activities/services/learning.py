"""培训: rows of members; the figures of the branch in which a member is follow."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from activities.models import Training
from core.locks import hold
from core.services import RowServices
from members.models import Member
from orgs.facts import refresh


class Trainings(RowServices[Training]):
    def hold(self, rows: Collection[Training]) -> None:
        """Whoever moves the member waits."""
        hold(Member, [row.member_id for row in rows])

    def follow(self, row: Training, on: date) -> None:
        holder = Member.objects.filter(pk=row.member_id).values_list("party_organization", flat=True)
        refresh((), on=on, nodes=set(holder))


trainings = Trainings(
    Training,
    add=("activities.train", "登记培训"),
    change=("activities.change_training", "修改培训"),
)
