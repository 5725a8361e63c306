"""Who runs a Party organization, looked into: posts whose holder may not hold them any more, committees of an unusual size."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.permissions import Permission
from core.listing import Column, ListFilters, Order
from core.periods import holding_on
from members.models import Member, Post
from members.queries.committees import with_committee
from orgs.models import PartyOrganization
from orgs.models.party import BRANCH_KINDS
from orgs.subjects import number_of
from reports.checks import Check, Look, checks


def _posts_of_others(look: Look) -> QuerySet[Post]:
    """Open posts whose holder is no 正式党员 on the roll any more, or belongs to another Party organization and was not sent."""
    rows = Post.objects.within(look.scope).on(look.on).filter(member__isnull=False)
    left = ~Q(member__party_organization__path__startswith=F("party_organization__path")) & ~Q(source="SENT")
    rows = rows.filter(~Q(member__status=Member.Status.FORMAL) | left, party_organization__dissolved_on=None)
    return rows.select_related("party_organization", "member__party_organization")


def _why(post: Any) -> str:
    """What of its holder does not go with a post."""
    if post.member.status != Member.Status.FORMAL:
        return f"现在是“{post.member.get_status_display()}”"
    return "组织关系已转到其他党组织"


def _committees(look: Look) -> QuerySet[PartyOrganization]:
    """Branches whose committee is smaller or larger than it should be, or that have none though enough members are formal.
    Where no post is known nothing is said."""
    values = look.parameters
    held = Post.objects.on(look.on).order_by().values("party_organization")
    rows = PartyOrganization.objects.within(look.scope).standing().filter(kind__in=BRANCH_KINDS)
    rows = rows.annotate(
        size=Count("posts__name", filter=holding_on(look.on, "posts__"), distinct=True),
        committee=Exists(with_committee(look.on).filter(party_organization=OuterRef("pk"))),
        superior=Coalesce("parent__name", Value(""), output_field=CharField()),
        formal=number_of(Member.objects.formal(), "party_organization"),
    )
    least, most = values["org.committee_least"], values["org.committee_most"]
    unusual = Q(committee=True) & (Q(size__lt=least) | Q(size__gt=most))
    missing = Q(committee=False, pk__in=held, formal__gte=values["org.committee_min_formal"])
    return rows.filter(unusual | missing)


SIZE = Column("班子人数", "size", kind="number", order="size")
SUPERIOR = Column("上级党组织", "superior")
checks.add(
    Check(
        "posts",
        "任职人员已不符合条件",
        "任职的党员已经转出本党组织（上级选派的除外），或者不是在册的正式党员。登记免职或接任，或更正名册后离开本清单。",
        _posts_of_others,
        (
            Column(
                "党组织",
                "party_organization.name",
                kind="name",
                link=lambda row: reverse("party", args=[row.party_organization_id]),
            ),
            Column("职务", lambda row: row.get_post_display()),
            Column("姓名", "name"),
            Column("任职日期", "since", kind="date"),
            Column("情况", _why, kind="words"),
        ),
        unit="项",
        permission=Permission.MEMBERS_VIEW,
        filters=ListFilters,
        orders=(Order("place", ("party_organization__path", "pk"), "党组织"),),
    ),
    Check(
        "committee-size",
        "支部委员会人数",
        "支部委员会一般由 3 至 5 人组成，最多不超过 7 人；正式党员 7 人以上的应当设立（支部工作条例，人数可在“参数”中调整）。增补、免职登记后离开本清单。",
        _committees,
        (
            Column("党组织", "name", kind="name", link=lambda row: reverse("party", args=[row.pk])),
            SIZE,
            Column("支部委员会", lambda row: "有" if row.committee else "没有设立"),
            Column("正式党员", "formal", kind="number"),
            SUPERIOR,
        ),
        unit="个",
        permission=Permission.MEMBERS_VIEW,
        filters=ListFilters,
        orders=(Order("size", ("size",)),),
    ),
)
