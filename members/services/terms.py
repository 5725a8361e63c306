"""Elections and their terms: a body is elected, its term is extended once by a year at most (rules §6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from core.parameters import values_on
from core.refusals import Refusal
from members.models import Term
from members.rules.persons import needed_to_elect, years_after
from members.services import nodes
from orgs.handover import Handover
from orgs.models import PartyOrganization


class Terms(nodes.NodeRows[Term]):
    """Terms of Party organizations. The end of the newest one is that of the Party organization."""

    @transaction.atomic
    def add(self, *, by: User | None, on: date, reason: str = "", **values: Any) -> Term:
        """A body was elected on a day; without another word its term has the usual years."""
        if not values.get("ends_on"):
            values["ends_on"] = usual_end(values["party_organization"], values["elected_on"], on=on)
        row = super().add(by=by, on=on, reason=reason, **values)
        _require_sound(row, on)
        nodes.restate([row.party_organization_id], by=by, on=on, reason=reason)
        return row

    def extend(self, *, by: User | None, row: Term, to: date, why: str, on: date) -> Term:
        """Put the next election off until a day, for a reason that was approved above."""
        return self.change(by=by, row=row, on=on, extended_to=to, extension_reason=why)

    def count(self, party_organization_id: int, on: date) -> int:
        """None keeps a Party organization from being dissolved."""
        return 0

    def move(self, handover: Handover) -> list[int]:
        """They stay with the Party organization that was elected."""
        return []

    def _set(self, row: Term, values: Mapping[str, Any], action: str, *, on: date, **trail: Any) -> Term:
        """A term that had the usual years has them also from the corrected day of its election."""
        node, elected_on = row.party_organization, values.get("elected_on", row.elected_on)
        if values.get("ends_on", row.ends_on) in (None, usual_end(node, row.elected_on, on=on)):
            values = {**values, "ends_on": usual_end(node, elected_on, on=on)}
        found = super()._set(row, values, action, on=on, **trail)
        _require_sound(found, on)
        nodes.restate([found.party_organization_id], on=on, **trail)
        return found


def usual_end(node: PartyOrganization, elected_on: date, *, on: date) -> date:
    """When the term of a body ends that was elected on a day."""
    body = "branch" if node.is_branch else "committee"
    return years_after(elected_on, int(values_on(on)[f"org.term_years_{body}"]))


def _require_sound(row: Term, on: date) -> None:
    """Enough of those entitled were there; it was put off by no more than the rules allow."""
    if row.present is not None and row.entitled and row.present < (least := needed_to_elect(row.entitled)):
        raise Refusal(
            f"实到会 {row.present} 人，不到应到会 {row.entitled} 人的五分之四（{least} 人），选举无效，不能登记；请核对人数"
        )
    years = int(values_on(on)["org.term_extension_years"])
    if row.extended_to and row.extended_to > (last := years_after(row.ends_on, years)):
        raise Refusal(f"延期换届一般不超过 {years} 年，最晚延至 {last}")


terms = Terms(Term, add=("terms.elect", "登记换届"), change=("terms.change", "修改任期"))
