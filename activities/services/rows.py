"""What a branch enters once and keeps (Opinion 二-2, 二-5): small tables whose rows are counted of their branch."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import date
from typing import Any, NamedTuple, TypeVar

from django.db import models, transaction

from activities.models import DutyTarget, Pledge, PledgeItem, Rectification, Regulation, RoleModelPost
from core import files
from core.attachments import cleaned, keeping
from core.refusals import Refusal
from core.services import RowServices
from members.models import Member
from orgs.facts import refresh
from orgs.handover import Handover
from orgs.models import PartyOrganization
from orgs.models.party import steps
from orgs.services.tables import PartyRows

Row = TypeVar("Row", bound=models.Model)


class OwnRows(RowServices[Row]):
    """Rows that stay with the branch that entered them, whatever becomes of that one."""

    def follow(self, row: Row, on: date) -> None:
        refresh((), on=on, nodes=[row.party_organization_id])  # type: ignore[attr-defined]


class Pledges(OwnRows[Pledge]):
    def follow(self, row: Pledge, on: date) -> None:
        if row.signed_with_id not in steps(row.party_organization.path)[:-1]:
            raise Refusal(f"责任书与上级党组织签订，{row.signed_with}不是{row.party_organization}的上级")
        super().follow(row, on)


class PledgeItems(OwnRows[PledgeItem]):
    def follow(self, row: PledgeItem, on: date) -> None:
        """Of a 责任书 that was signed."""
        if not Pledge.objects.filter(party_organization=row.party_organization_id, year=row.year).exists():
            raise Refusal(f"{row.year} 年还没有登记责任书，请先登记责任书")
        super().follow(row, on)


def require_on_the_roll(member: Member, branch: PartyOrganization) -> None:
    if not Member.objects.on_the_roll().filter(pk=member.pk, party_organization=branch).exists():
        raise Refusal(f"{member}不在{branch}的名册上，请另选")


class MembersRows(PartyRows[Row]):
    """Rows of members: they go along with them when their branch goes over into another, and keep it from nothing."""

    @transaction.atomic
    def add(self, *, on: date, **told: Any) -> Row:
        """Of a member on the roll of the branch."""
        require_on_the_roll(told["member"], told["party_organization"])
        return super().add(on=on, **told)

    def count(self, party_organization_id: int, on: date) -> int:
        return 0


class RoleModelPosts(MembersRows[RoleModelPost]):
    def dissolve(self, handover: Handover) -> None:
        end_open(self, handover)


def end_open(services: PartyRows[Any], handover: Handover) -> None:
    """End the periods of a Party organization that is dissolved."""
    for row in services.open_rows(handover.on).filter(**{services.holder: handover.source_id}):
        until = max(handover.since, row.since)
        row.end(by=handover.by, until=until, action=services.ending, on=handover.on, reason=handover.reason)


class Document(NamedTuple):
    name: str
    data: bytes


class Regulations(OwnRows[Regulation]):
    """Rules with their document, which is looked at as whatever hangs on a record is (`core.attachments`)."""

    def write(
        self, *, by: Any, row: Regulation | None, values: Mapping[str, Any], on: date, reason: str = "",
        document: Document | None = None,
    ) -> Regulation:  # fmt: skip
        before = row.file if row and document else ""
        with keeping(document.data) if document else nullcontext() as kept, transaction.atomic():
            if document and kept:
                content, file = kept
                told = {"document": cleaned(document.name, content.suffix), "content_type": content.content_type}
                values = {**values, **told, "file": file}
            written = super().write(by=by, row=row, values=values, on=on, reason=reason)
            if before:
                transaction.on_commit(lambda: files.forget(before))
        return written


pledges = Pledges(Pledge)
pledge_items = PledgeItems(PledgeItem)
role_model_posts = RoleModelPosts(RoleModelPost)
duty_targets = MembersRows(DutyTarget)
rectifications = RowServices(Rectification)  # nothing is counted of them
regulations = Regulations(Regulation, ends_with="repealed_on")
