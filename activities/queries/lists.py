"""Branches that somebody has to be reminded of: who has not reported, who holds nothing, who lacks what is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.permissions import Permission as P
from activities.models import ActivityRecord, Contribution, Obligation, Pledge, Regulation
from activities.models.months import ANY, ObligationQuerySet
from activities.queries.asks import asks
from activities.queries.branches import branches
from activities.queries.months import last_months
from activities.queries.silence import SPANS, silent
from core.registries import Registry
from core.scope import Scope
from members.models import Member, Post
from orgs.models import PartyOrganization

LOOKED_BACK = 12  # months
Narrowing = Callable[[QuerySet[PartyOrganization], date], QuerySet[PartyOrganization]]


def unreported(scope: Scope, *, on: date) -> ObligationQuerySet:
    """Duties whose last day for filing is over and of which nothing came, the longest first."""
    rows = Obligation.objects.changeable(scope, P.ACTIVITIES_REVIEW).open().filter(due_on__lt=on)
    return rows.select_related("party_organization__parent", "group").order_by("due_on", "pk")


def still_asked(rows: ObligationQuerySet, *, on: date) -> ObligationQuerySet:
    """Those of which anything can still come: of branches that stand, in the last twelve months that are not locked."""
    months = [month.first_day for month in last_months(on, LOOKED_BACK + 1)]
    return rows.fileable().filter(month__in=months, party_organization__dissolved_on=None)


def months_unreported(scope: Scope, *, on: date) -> QuerySet[Obligation]:
    """月报未上报: one for each branch and month."""
    return still_asked(unreported(scope, on=on), on=on).filter(kind=ANY)


def reviewed_branches(scope: Scope) -> QuerySet[PartyOrganization]:
    """The branches whose records somebody reviews, with the day of their last activity."""
    held = ActivityRecord.objects.filed().filter(party_organization=OuterRef("pk")).order_by("-held_on", "-pk")
    rows = PartyOrganization.objects.within(scope.having(P.ACTIVITIES_REVIEW)).filter(pk__in=branches().values("pk"))
    return rows.annotate(
        last_held=Subquery(held.values("held_on")[:1]),
        quiet_since=Coalesce("last_held", "established_on", Value(date(1900, 1, 1))),
    ).select_related("parent")


def without(rows_of: Callable[[date], QuerySet]) -> Narrowing:
    """The branches that none of the rows of a day name."""

    def narrowed(branches: QuerySet[PartyOrganization], on: date) -> QuerySet[PartyOrganization]:
        return branches.filter(~Exists(rows_of(on).filter(party_organization=OuterRef("pk"))))

    return narrowed


def quiet_for(months: int) -> Narrowing:
    return lambda branches, on: branches.filter(silent(on, months))


def contributions(on: date) -> QuerySet[Contribution]:
    """Of the year up to a day."""
    return Contribution.objects.filter(done_on__range=(date(on.year, 1, 1), on))


def pledges(on: date) -> QuerySet[Pledge]:
    return Pledge.objects.filter(year=on.year)


def rules_in_force() -> QuerySet[Regulation]:
    return Regulation.objects.filter(repealed_on=None)


def rules_of(group: str, on: date) -> QuerySet[Regulation]:
    return rules_in_force().filter(group=group)


@dataclass(frozen=True)
class Shortfall:
    """What a branch may lack: how the list of those that lack it is called, and what is wanted of each of them."""

    code: str
    name: str
    wanted: str
    lacking: Narrowing
    yearly: bool = True  # it may be mended until the end of the year


shortfalls = Registry(
    *(
        Shortfall(
            f"silent_{span}",
            f"连续{words}个月没有活动",
            "请联系支部，了解原因，帮助开展活动",
            quiet_for(span),
            yearly=False,
        )
        for span, words in SPANS.items()
    ),
    *(
        Shortfall(ask.code, f"今年没有{ask.name}", f"今年还没有上报{ask.name}（{ask.clause}）", without(ask.answers))
        for ask in asks
    ),
    Shortfall(
        "contribution",
        "今年没有作用发挥",
        "今年还没有登记合理化建议、攻关、办实事、参与决策或维权（意见二-4）",
        without(contributions),
    ),
    Shortfall(
        "pledge",
        "今年没有责任书",
        "今年还没有与上级党组织签订年度目标责任书（意见二-5）",
        without(pledges),
    ),
    *(
        Shortfall(
            f"rules_{group.value.lower()}",
            f"没有{group.label}",
            f"还没有登记现行的{group.label}（意见二-5）",
            without(partial(rules_of, group.value)),
            yearly=False,
        )
        for group in Regulation.Group
    ),
)


def secretaries(nodes: Iterable[int], *, on: date) -> dict[int, tuple[str, Member | None]]:
    """Who is called about each branch: the secretary's name, and the member, of whom there may be a telephone number."""
    keys = list(nodes)
    posts = Post.objects.on(on).filter(party_organization__in=keys, post=Post.Kind.SECRETARY)
    found: dict[int, tuple[str, Member | None]] = {
        key: (name, None)
        for key, name in PartyOrganization.objects.filter(pk__in=keys).values_list("pk", "secretary_name")
    }
    for post in posts.select_related("member__party_organization"):
        found[post.party_organization_id] = (post.name, post.member)
    return found
