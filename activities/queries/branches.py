"""Branches as the frequency of their duties depends on them, who should come to a meeting, and what a new record begins with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from activities.models import ActivityRecord, Attendance, Kind
from activities.rules.checks import MEETINGS_OF_ALL, Limits, Seat
from activities.rules.frequency import Branch
from core.parameters import values_on
from core.periods import holding_on
from members.models import FormerMembership, Member, PartyGroup, Post
from members.queries.committees import with_committee
from orgs.models import Coverage, PartyOrganization
from orgs.models.party import BRANCH_KINDS
from orgs.subjects import number_of

COPIED = ("place", "venue", "host", "recorder", "starts_at", "ends_at")
INTERVALS = {  # the kinds that are due every so many months, in the order in which a branch reads them
    "ANY": "life.any",
    Kind.THEME_DAY.value: "life.theme_day",
    Kind.CONGRESS.value: "life.congress",
    Kind.COMMITTEE.value: "life.committee",
    Kind.GROUP.value: "life.group",
    Kind.LECTURE.value: "life.lecture",
    Kind.TALK.value: "life.talk",
    Kind.LIFE_MEETING.value: "life.life_meeting",
    Kind.APPRAISAL.value: "life.appraisal",
}


def intervals_on(day: date) -> dict[str, int]:
    """Every how many months each kind is due, as the parameters hold on a day."""
    values = values_on(day)
    return {kind: int(values[code]) for kind, code in INTERVALS.items()}


def limits_on(day: date) -> Limits:
    values = values_on(day)
    return Limits(
        filing_workdays=int(values["life.filing_workdays"]),
        backdated_days=int(values["life.backdated_days"]),
        min_attendance=int(values["life.min_attendance"]),
        alike_percent=int(values["life.alike_percent"]),
        least_text=int(values["life.least_text"]),
        election_percent=int(values["life.election_percent"]),
    )


def branches() -> QuerySet[PartyOrganization]:
    """The Party organizations that hold activities and file them."""
    return PartyOrganization.objects.standing().filter(kind__in=BRANCH_KINDS)


def dutiful(rows: QuerySet[PartyOrganization], *, on: date) -> Iterable[tuple[int, Branch]]:
    """Branches by id with what their duties depend on. Three queries. Where no post is known, a branch of so many formal
    members that it must have a committee is taken to have one."""
    groups: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for branch, group, name in PartyGroup.objects.on(on).order_by("pk").values_list("party_organization", "pk", "name"):
        groups[branch].append((group, name))
    committees, least = {*with_committee(on)}, int(values_on(on)["org.committee_min_formal"])
    rows = rows.annotate(
        posts_held=number_of(Post.objects.on(on), "party_organization"),
        formal=number_of(Member.objects.formal(), "party_organization"),
        covered=number_of(Coverage.objects.on(on), "party_organization"),
    )
    columns = ("pk", "kind", "posts_held", "formal", "covered", "established_on", "term_ends_on")
    for key, kind, posts, formal, covered, established_on, term_ends_on in rows.values_list(*columns).iterator():
        yield (
            key,
            Branch(
                committee=key in committees or (not posts and formal >= least),
                groups=tuple(groups[key]),
                units=covered if kind == PartyOrganization.Kind.JOINT_BRANCH else 0,
                established_on=established_on,
                term_ends_on=term_ends_on,
            ),
        )


def roll(party_organization: PartyOrganization, *, day: date) -> QuerySet[Member]:
    """Who belonged to a branch on a day: those who are on its roll and had come by then, and those who went later."""
    left = FormerMembership.objects.filter(holding_on(day), party_organization=party_organization).values("member")
    here = Q(party_organization=party_organization, since__lte=day)
    return Member.objects.on_the_roll().filter(here | Q(pk__in=left)).order_by("pk")


def expected(
    party_organization: PartyOrganization, *, kind: str, day: date, group: PartyGroup | None = None
) -> QuerySet[Member] | None:
    """Who should come to a meeting of a kind; None where nobody must, or where it is not known who is on the committee."""
    if kind in MEETINGS_OF_ALL:
        return roll(party_organization, day=day)
    if kind == Kind.GROUP and group:
        return roll(party_organization, day=day).filter(party_group=group)
    if kind == Kind.COMMITTEE:
        posts = Post.objects.on(day).filter(party_organization=party_organization, member__isnull=False)
        if posts.exists():
            return Member.objects.on_the_roll().filter(pk__in=posts.values("member")).order_by("pk")
    return None


def seats(
    party_organization: PartyOrganization, *, kind: str, day: date, group: PartyGroup | None = None
) -> list[Seat]:
    """The list to tick for a new record: everybody came, but for those who were away for long the last time."""
    members = expected(party_organization, kind=kind, day=day, group=group)
    members = roll(party_organization, day=day) if members is None else members
    staying = _staying(party_organization, before=day)
    return [
        replace(seat, present=seat.member_id not in staying, reason=staying.get(seat.member_id, ""))
        for seat in map(seat_of(day), members)
    ]


def seat_of(day: date) -> Any:
    """How a member sits at a meeting on a day: with a vote who was 正式党员 then."""

    def seated(member: Member) -> Seat:
        formal = member.status == Member.Status.FORMAL and (member.formal_on is None or member.formal_on <= day)
        return Seat(member.pk, member.name, votes=formal)

    return seated


def last_held(party_organization: PartyOrganization, *, kind: str) -> dict[str, Any]:
    """复制上月: place, host and recorder of the newest record of the kind, else of any; never what was said."""
    of_branch = ActivityRecord.objects.filed().filter(party_organization=party_organization).order_by("-held_on", "-pk")
    newest = of_branch.values(*COPIED)
    found: Mapping[str, Any] = newest.filter(kind=kind).first() or newest.first() or {}
    return dict(found)


def _staying(party_organization: PartyOrganization, *, before: date) -> dict[int, str]:
    """Members who were floating or ill for long when they were last missed, with the reason."""
    rows = Attendance.objects.filed().filter(record__party_organization=party_organization, record__held_on__lte=before)
    newest = rows.order_by("member", "-record__held_on", "-record").values_list("member", "reason")
    last: dict[int, str] = {}
    for member, reason in newest:
        last.setdefault(member, reason)
    return {member: reason for member, reason in last.items() if reason in Attendance.STAYING}
