"""What a clerk takes over from a list of members by hand: each thing as the step it is, as on the member's page."""

from __future__ import annotations

from datetime import date

from core.plain import from_plain
from core.refusals import Refusal
from core.sources import Importer, Values
from members.models import Member
from members.services import revise


def take(*, importer: Importer, key: int, values: Values, on: date, reason: str) -> int:
    """Write the values; a move, an employer or a status without its day is of today."""
    if "id_number" in values:
        raise Refusal("公民身份号码不能直接采用名单的值，请对照档案在党员页面修改")
    member, fields = Member.objects.get(pk=key), from_plain(Member, values)
    revise(by=importer.user, member=member, values=fields, version=member.version, on=on, reason=reason)
    return key
