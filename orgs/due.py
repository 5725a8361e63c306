"""Terms that end: asked of whoever keeps the members of a Party organization, and of the branch itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.permissions import Permission as P
from core.due import DueItem, DueKind, due_kinds
from core.parameters import values_on
from core.scope import Scope
from orgs.models import PartyOrganization
from orgs.queries import soon_over

STEPS = (("org.term_press_days", "尽快召开党员大会换届"), ("org.term_urge_days", "向上级请示换届"))
FIRST = "着手准备换届"


def _ending(permission: P) -> DueKind:
    own = permission == P.BRANCH_WORK

    def rows(scope: Scope, on: date) -> QuerySet:
        standing = PartyOrganization.objects.standing().filter(scope.having(permission).path_filter("path"))
        return soon_over(standing, on=on).only("name", "term_ends_on")

    def items(found: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
        values = values_on(on)
        for node in found:
            left = (node.term_ends_on - on).days
            step = next((words for code, words in STEPS if left <= values[code]), FIRST)
            what = f"还有 {left} 天届满，{step}" if left >= 0 else f"届满已 {-left} 天，尚未换届；延期须经上级批准"
            url = f"{reverse('party', args=[node.pk])}#panel-team"
            yield DueItem(node.name, what, node.term_ends_on, url, "查看" if own else "登记换届")

    code, name = ("terms.own", "本支部换届") if own else ("terms", "换届")
    return DueKind(code, name, permission, rows, "term_ends_on", items, "/admin/orgs/partyorganization/?ending=on")


due_kinds.add(_ending(P.MEMBERS_CHANGE), _ending(P.BRANCH_WORK))
