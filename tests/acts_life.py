"""What branches and those who review them do, at random (`tests.acts`): records, duties, months, posts, terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any
from uuid import uuid4

from django.utils import timezone

from activities.models import ActivityRecord, Attendance, Kind, Obligation
from activities.queries.branches import branches, seats
from activities.services import deadlines, months, obligations, records, reviews
from core.months import YearMonth
from members.models import Member, PartyGroup, Post, Term
from members.services.groups import groups, join
from members.services.posts import posts
from members.services.terms import terms
from tests.stage import Stage

Status = ActivityRecord.Status


def _branch(s: Stage) -> Any:
    return s.one(branches())


def _month(s: Stage) -> YearMonth:
    return YearMonth.of(s.day())


def file_life(s: Stage) -> Any:
    """Hand in a record of any day, new or one that was begun, taken back or returned."""
    begun = ActivityRecord.objects.filter(status__in=[Status.DRAFT, Status.RETURNED]).order_by("pk").first()
    branch = begun.party_organization if begun else _branch(s)
    kind, day = s.pick.choice((Kind.THEME_DAY, Kind.LECTURE, Kind.TALK)), s.day()
    reasons = ["", "", *Attendance.Reason.values]
    sat = [
        replace(one, present=not (why := s.pick.choice(reasons)), reason=why)
        for one in seats(branch, kind=kind, day=day)
    ]
    values = {
        "held_on": day, "starts_at": time(9), "ends_at": time(s.pick.choice((10, 17))), "place": "会议室", "host": "主持",
        "topic": f"第 {s.pick.randint(1, 9)} 次", "content": f"各自发言 {s.pick.random()}。" * 9, "lecturer": "书记",
        "late_reason": s.pick.choice(("", "补报")),
    }  # fmt: skip
    key = begun.draft_key if begun else uuid4()
    told = {"party_organization": branch, "kind": kind, "draft_key": key, **s.told}
    return records.submit(values=values, seats=sat, topics=["LAW"], **told)


def review(s: Stage) -> Any:
    record = s.one(ActivityRecord)
    by: dict[str, Any] = {"by": s.city.user(s.pick.choice(("city", "district"))), "at": timezone.now()}
    one: dict[str, Any] = {"record": record, **by}
    return s.pick.choice(
        (
            lambda: reviews.accept(on=s.today, **one),
            lambda: reviews.send_back(reason="请补充", on=s.today, **one),
            lambda: reviews.accept_clean(records=[record.pk], on=s.today, **by),
            lambda: reviews.add_note(text="更正", **one),
            lambda: records.withdraw(record=record, **s.told),
            lambda: records.discard(by=s.told["by"], record=record),
        )
    )()


def month_by_month(s: Stage) -> Any:
    month = _month(s)
    told: dict[str, Any] = {"by": s.told["by"], "month": month, "at": timezone.now()}
    said = Obligation.objects.filter(state=Obligation.State.NOT_HELD)
    return s.pick.choice(
        (
            lambda: obligations.lay_out(on=s.today),
            lambda: obligations.lay_out(on=s.today),
            lambda: obligations.not_held(party_organization=_branch(s), month=month, reason="停产", **s.told),
            lambda: obligations.held_after_all(obligation=s.one(said), **s.told),
            lambda: months.close_month(on=s.today, **told),
            lambda: months.lock_month(**told),
            lambda: months.reopen_month(reason="补录", on=s.today, **told),
            lambda: deadlines.put_off(to=s.day(), reason="假日", on=s.today, **told),
        )
    )()


def team(s: Stage) -> Any:
    node, day, member = s.node, s.day(), s.one(Member)
    whose: dict[str, Any] = {"party_organization": node, **s.told}
    post = s.pick.choice(Post.Kind.values)
    return s.pick.choice(
        (
            lambda: posts.add(post=post, member=member, source="STAFF", since=day, **whose),
            lambda: posts.add(post="SECRETARY", name="外来", source="SENT", since=day, **whose),
            lambda: posts.pass_on(row=s.one(Post), member=member, source="STAFF", since=day, **s.told),
            lambda: posts.end(row=s.one(Post), day=day, **s.told),
            lambda: terms.add(elected_on=day, result="选举", **whose),
            lambda: terms.extend(row=s.one(Term), to=day, why="筹备", **s.told),
            lambda: groups.add(name=f"{s.pick.random()}组", since=day, **whose),
            lambda: groups.end(row=s.one(PartyGroup), day=day, **s.told),
            lambda: join(members=[member], group=s.one(PartyGroup), **s.told),
        )
    )()
