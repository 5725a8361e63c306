"""What a branch lacks of what it enters once a year, and how it is mended: on its health sheet, and on the page of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from activities.models import DutyTarget, PledgeItem, Rectification, Regulation, RoleModelPost
from activities.queries.asks import latest_answer
from activities.queries.from_above import not_joined
from activities.queries.lists import contributions, pledges, rules_in_force
from activities.rules.checks import named
from members.models import Member
from orgs.models import PartyOrganization

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Mend:
    """Something that is missing, how to mend it, until when, and where its names are listed."""

    what: str
    how: str
    until: date | None = None
    url: str = ""


def lacks(branch: PartyOrganization, *, on: date) -> Iterator[Mend]:
    """As its health sheet has it. Eight queries."""
    for one in (
        no_contribution,
        no_pledge,
        overdue_promises,
        unmended,
        without_post,
        without_target,
        missing_regulations,
        not_in_campaign,
    ):
        yield from one(branch, on)


def holds_post(day: date) -> Exists:
    """Whether a member of the outer query holds a 责任区 or 先锋岗 of the own branch on a day."""
    rows = RoleModelPost.objects.on(day)
    return Exists(rows.filter(member=OuterRef("pk"), party_organization=OuterRef("party_organization")))


def has_target(year: int) -> Exists:
    return Exists(DutyTarget.objects.filter(member=OuterRef("pk"), year=year))


def groups_of(rows: QuerySet[Regulation]) -> Coalesce:
    """Of how many groups the Party organization of the outer query has rules."""
    own = rows.filter(party_organization=OuterRef("pk")).order_by().values("party_organization")
    counted = own.annotate(groups=Count("group", distinct=True)).values("groups")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def overdue(on: date) -> QuerySet[PledgeItem]:
    """What should have been done of a 责任书 and was not, the longest first."""
    rows = PledgeItem.objects.filter(done_on=None, due_on__lt=on, party_organization__dissolved_on=None)
    return rows.select_related("party_organization").order_by("due_on", "pk")


def no_contribution(branch: PartyOrganization, on: date) -> Iterator[Mend]:
    if not contributions(on).filter(party_organization=branch).exists():
        how = "提出的合理化建议、办的实事等，在“作用发挥”中登记"
        yield Mend("今年还没有登记作用发挥", how, latest_answer(on))


def no_pledge(branch: PartyOrganization, on: date) -> Iterator[Mend]:
    if not pledges(on).filter(party_organization=branch).exists():
        how = "与上级党组织签订后，在“年度目标责任书”中登记"
        yield Mend("今年还没有签订年度目标责任书", how, latest_answer(on))


def overdue_promises(branch: PartyOrganization, on: date) -> Iterator[Mend]:
    rows = list(overdue(on).filter(party_organization=branch))
    if rows:
        how = "完成后在“责任书事项”中登记完成日期和结果；不能完成的，向签订的上级党组织说明"
        yield Mend(f"责任书有 {len(rows)} 项逾期没有完成：{'、'.join(map(str, rows))}"[:120], how, rows[0].due_on)


def to_mend(until: date) -> QuerySet[Rectification]:
    """整改 that is not done and falls due by a day, the first to fall due first."""
    rows = Rectification.objects.filter(done_on=None, due_on__lte=until, party_organization__dissolved_on=None)
    return rows.select_related("party_organization").order_by("due_on", "pk")


def unmended(branch: PartyOrganization, on: date) -> Iterator[Mend]:
    if rows := list(to_mend(on - DAY).filter(party_organization=branch)):
        how = "落实整改措施，在“整改事项”中登记完成日期和结果；确需延期的修改整改期限"
        yield Mend(f"{len(rows)} 项整改逾期：{'、'.join(map(str, rows))}"[:120], how, rows[0].due_on)


def without_post(branch: PartyOrganization, on: date) -> Iterator[Mend]:
    if names := _roll(branch).filter(~holds_post(on)).values_list("name", flat=True):
        how = "明确责任区或先锋岗，在“党员责任区、先锋岗”中登记"
        yield Mend(f"{named(names)}没有承担责任区、先锋岗", how, url=_listed(branch, "members_without_post"))


def without_target(branch: PartyOrganization, on: date) -> Iterator[Mend]:
    if names := _roll(branch).filter(~has_target(on.year)).values_list("name", flat=True):
        how = "按岗位定职责、定目标，在“设岗定责、目标管理”中登记"
        url = _listed(branch, "members_without_target")
        yield Mend(f"{named(names)}今年没有岗位目标", how, latest_answer(on), url)


def missing_regulations(branch: PartyOrganization, on: date) -> Iterator[Mend]:
    rows = rules_in_force().filter(party_organization=branch)
    there = {*rows.values_list("group", flat=True)}
    if missing := [one.label.removesuffix("制度") for one in Regulation.Group if one not in there]:
        yield Mend(f"还没有{'、'.join(missing)}制度", "制定、通过后，在“制度”中登记，上传文本")


def not_in_campaign(branch: PartyOrganization, on: date) -> Iterator[Mend]:
    if campaigns := list(not_joined(branch, on=on)):
        names = "、".join(f"“{one}”" for one in campaigns)
        how = "开展后填报活动记录，选择所属的主题实践活动"
        yield Mend(f"还没有参加主题实践活动{names}", how, campaigns[0].until)


def _roll(branch: PartyOrganization) -> QuerySet[Member]:
    return Member.objects.on_the_roll().filter(party_organization=branch).order_by("pk")


def _listed(branch: PartyOrganization, measure: str) -> str:
    return f"{reverse('admin:members_member_changelist')}?branch={branch.pk}&measure={measure}"
