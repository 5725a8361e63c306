"""What a committee gives to the branches below it: campaigns, and experiences that are published and taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from activities.models import ActivityRecord, Campaign, Experience
from activities.queries.reviews import others
from activities.services.locking import locked
from activities.services.rows import end_open
from core import writing
from core.masking import personal_numbers
from core.refusals import Refusal
from members.models import Member
from orgs.handover import Handover
from orgs.models import PartyOrganization
from orgs.models.party import steps
from orgs.services.tables import PartyRows

PUBLISH, TAKE_BACK = "activities.publish", "activities.unpublish"


class Campaigns(PartyRows[Campaign]):
    def dissolve(self, handover: Handover) -> None:
        end_open(self, handover)


@transaction.atomic
def publish(
    *, by: User, record: ActivityRecord, committee: PartyOrganization, title: str, why: str, outline: str, on: date
) -> Experience:
    """To all branches below a committee that stands above the record's branch, by whoever may review it. Raises Refusal where
    a person is named, or a number of one."""
    row = locked(record)
    if row.status != ActivityRecord.Status.ACCEPTED:
        raise Refusal(f"“{row}”现在是“{row.get_status_display()}”，审核通过以后才能公布")
    if committee.pk not in steps(row.party_organization.path)[:-1]:
        raise Refusal(f"{committee}不是{row.party_organization}的上级，请另选公布范围")
    if not others(ActivityRecord.objects.filter(pk=row.pk), by, on=on).exists():
        raise Refusal("不能公布自己代填或自己支部的记录，请由其他人员公布")
    if numbers := personal_numbers(f"{title}\n{why}\n{outline}"):
        raise Refusal(f"文字中有{'、'.join(dict.fromkeys(numbers))}，公布的经验不写个人信息，请删去后再公布")
    if found := [name for name in _names(row) if name in f"{title}\n{why}\n{outline}"]:
        raise Refusal(f"文字中有姓名“{'”“'.join(sorted(found))}”，公布的经验不写个人姓名，请改写后再公布")
    experience = Experience(
        record=row, committee=committee, title=title, why=why, outline=outline, published_by=by, published_on=on
    )
    writing.add(by=by, record=experience, action=PUBLISH, on=on)
    return experience


@transaction.atomic
def take_back(*, by: User, experience: Experience, reason: str, on: date) -> None:
    """It is listed no more; records that learned from it stay marked."""
    if not reason.strip():
        raise Refusal("撤回请写明原因")
    row = Experience.objects.select_for_update(no_key=True).get(pk=experience.pk)
    if row.withdrawn_on:
        raise Refusal(f"“{row}”已于 {row.withdrawn_on} 撤回")
    values: dict[str, Any] = {"withdrawn_on": on, "withdrawn_why": reason.strip()}
    writing.change(by=by, record=row, values=values, action=TAKE_BACK, reason=reason.strip(), on=on)


def _names(record: ActivityRecord) -> set[str]:
    """Who is named by the record or belongs to its branch."""
    sat = record.attendances.values_list("member__name", flat=True)
    roll = Member.objects.on_the_roll().filter(party_organization=record.party_organization_id)
    return {*sat, *roll.values_list("name", flat=True), record.host, record.recorder, record.lecturer} - {""}


campaigns = Campaigns(Campaign, holder="committee", unit="项")
