"""What waits for the street: records to review, and branches whose monthly report did not come. What waits for a branch, or
a committee that signed one: what its 责任书 promised and is not done, and 整改 that falls due. For the instructor: owners to speak
to; for branch and street: 维权 without a result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import Truncator

from accounts.permissions import Permission as P
from activities.queries.leave import to_be_spoken_to
from activities.queries.lists import months_unreported
from activities.queries.mends import overdue, to_mend
from activities.queries.reviews import to_review
from activities.queries.rights import unresolved
from core.due import DueItem, DueKind, due_kinds
from core.scope import Scope
from orgs.models.party import BRANCH_KINDS

WEEK = timedelta(days=7)


def _waiting(scope: Scope, on: date) -> QuerySet:
    rows = to_review(scope).order_by("submitted_on", "pk").select_related("party_organization")
    return rows.only("kind", "held_on", "flags", "party_organization__name")


def _reviews(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        hint = "，自动检查有提示" if row.flags else ""
        url = reverse("review", args=[row.pk])
        yield DueItem(str(row.party_organization), f"{row}{hint}", row.act_by, url, "审核")


def _unreported(scope: Scope, on: date) -> QuerySet:
    return months_unreported(scope, on=on)


def _missing(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        url = reverse("branch_health", args=[row.party_organization_id])
        yield DueItem(str(row.party_organization), f"{row.month:%Y-%m} 没有上报组织生活", row.due_on, url, "查看")


def _own(rows: Any, scope: Scope) -> QuerySet:
    """Those of the own Party organization, whoever else may see them, the most urgent first."""
    found = rows.model.objects.changeable(scope).filter(pk__in=rows.values("pk"))
    found = found.filter(party_organization__in=scope.measured_nodes)
    return found.select_related("party_organization").order_by("due_on", "pk")  # type: ignore[no-any-return]


def _overdue(scope: Scope, on: date) -> QuerySet:
    return _own(overdue(on), scope)


def _unmended(scope: Scope, on: date) -> QuerySet:
    """整改 whose day is over or comes within a week."""
    return _own(to_mend(on + WEEK), scope)


def _rectifications(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        url = reverse("row", args=["rectifications", row.pk])
        what = f"整改：{row}（责任人 {row.responsible}）"
        yield DueItem(str(row.party_organization), what, row.due_on, url, "登记结果")


def _promises(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        of_branch = row.party_organization.kind in BRANCH_KINDS
        url = (
            reverse("row", args=["promises", row.pk]) if of_branch else f"/admin/activities/pledgeitem/{row.pk}/change/"
        )
        yield DueItem(str(row.party_organization), f"责任书事项：{row}", row.due_on, url, "登记结果")


def _refused(scope: Scope, on: date) -> QuerySet:
    return to_be_spoken_to(scope, on=on)


def _owners(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        what = f"{row.refused_on} 有党员因单位未准假没有参加组织生活，请走访时与出资人沟通"
        yield DueItem(row.name, what, row.speak_by, reverse("visit_log", args=[row.pk]), "登记走访")


def _rights(permission: P) -> DueKind:
    own = permission == P.BRANCH_WORK

    def items(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
        for row in rows:
            passed = row.passed_to_union_on
            what = f"已于 {passed} 转交工会，请了解进展，登记结果" if passed else "没有解决的，请转交工会依法办理"
            what = f"维权“{Truncator(row.what).chars(24)}”还没有结果，{what}"
            yield DueItem(
                str(row.party_organization), what, row.act_by, reverse("row", args=["contributions", row.pk]), "办理"
            )

    code, name = ("activities.rights.own", "本支部维权事项") if own else ("activities.rights", "维权事项")
    url = "/branch/" if own else "/reviews/rights/"
    return DueKind(code, name, permission, lambda scope, on: unresolved(scope, permission, on=on), "act_by", items, url)


due_kinds.add(
    _rights(P.ACTIVITIES_REVIEW),
    _rights(P.BRANCH_WORK),
    DueKind(
        "activities.reviews", "待审核", P.ACTIVITIES_REVIEW, _waiting, "submitted_on", _reviews, "/reviews/",
        within="life.review_days",
    ),
    DueKind(
        "activities.missing", "月报未上报", P.ACTIVITIES_REVIEW, _unreported, "due_on", _missing, "/reviews/missing/"
    ),
    DueKind(
        "activities.promises", "责任书事项逾期", P.ACTIVITIES_FILE, _overdue, "due_on", _promises,
        "/admin/activities/pledgeitem/",
    ),
    DueKind("activities.leave", "单位未准假", P.VISITS_LOG, _refused, "speak_by", _owners, "/visits/"),
    DueKind(
        "activities.rectifications", "整改到期", P.ACTIVITIES_FILE, _unmended, "due_on", _rectifications,
        "/admin/activities/rectification/",
    ),
)  # fmt: skip
