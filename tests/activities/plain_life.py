"""Figures of 组织生活 said a second time, in plain Python over the raw rows; and a city of branches to say them about."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone

from activities.models import (
    ActivityRecord,
    Appraisal,
    AppraisalGrade,
    Attendance,
    Contribution,
    DutyTarget,
    Obligation,
    Pledge,
    Regulation,
    RoleModelPost,
    Training,
)
from activities.models.appraisals import STEPS
from activities.services import obligations, plans, reviews, rows
from core.months import YearMonth
from members.models import Member, Post
from orgs.models import PartyOrganization
from orgs.services.party import establish
from tests.filing import TEXT, file_record
from tests.people import LONG_AGO, TODAY, City

MONTH = YearMonth(2026, 10)  # the month before TODAY
LAID = date(2026, 10, 9)
TOPICS = ("POLICY", "LAW", "CULTURE", "MANAGEMENT", "DEMOCRACY", "MASSES", "CARE")
OWN_WORDS = "第 {} 次活动各自讨论本单位的事，学习内容与其他支部都不相同，{}，会后形成 {} 条意见，由 {} 负责落实并公布。"


def branches(city: City, number: int, *, first: int = 0) -> list[PartyOrganization]:
    """The two branches of the city and more under several streets, some joint, some set up the other day."""
    found = [city["CZ1111"], city["CZ1112"]]
    for n in range(first, first + number):
        kind = "joint_branch" if n % 4 == 1 else "branch"
        on = date(2026, 10, 5) if n % 5 == 3 else LONG_AGO
        parent = city[("CZ111", "CZ112", "CZ121")[n % 3]]
        code = f"B{n}"
        city.nodes[code] = establish(by=None, name=f"第{n}党支部", kind=kind, parent=parent, code=code, on=on)
        found.append(city.nodes[code])
    return found


def lived(city: City, number: int = 20) -> list[PartyOrganization]:
    """A year in which each branch did something else."""
    pick = random.Random(6)
    found = branches(city, number)
    for n, node in enumerate(found):
        _learned(node, n, city.member(of=node.code, job="OWNER" if n % 2 else "TECHNICAL"))
        keep_rows(city, node, n)
    obligations.lay_out(on=LAID)
    for n, node in enumerate(found):
        for month in (3, 5, 7, 8, 10):
            if pick.random() < 0.45:
                _held(city, pick, node.code, date(2026, month, pick.choice([8, 20, 24, 25])), n * 100 + month)
        if pick.random() < 0.2:
            waiting = Obligation.objects.of_month(MONTH).open().filter(party_organization=node)
            if waiting.filter(kind="ANY").exists():
                obligations.not_held(
                    by=None, party_organization=node, month=MONTH, reason="停产检修", on=date(2026, 10, 30)
                )
    return found


def keep_rows(city: City, node: PartyOrganization, n: int) -> None:
    """What a branch enters once and keeps: of every second one something else, and some of it over, or of another year."""
    told: dict[str, Any] = {"by": None, "on": TODAY, "party_organization": node}
    member, year = node.members.get(), TODAY.year - (n % 3 == 0)
    if n % 2:
        rows.pledges.add(year=year, signed_with=city["CZ1"], signed_on=LONG_AGO, **told)
        rows.duty_targets.add(member=member, year=year, duty="岗位", target="目标", **told)
    if n % 3 != 1:
        plans.contributions.add(kind="SERVICE", what="办实事", done_on=TODAY.replace(year=year), **told)
    if n % 4 < 2:
        until = TODAY if n % 5 == 0 else None
        post = rows.role_model_posts.add(member=member, kind="AREA", name="车间", since=LONG_AGO, **told)
        rows.role_model_posts.end(row=post, day=until, by=None, on=TODAY)
    groups = Regulation.Group.values if n % 2 else Regulation.Group.values[:2] * 2
    for number, group in enumerate(groups):
        rule = rows.regulations.add(group=group, title=f"制度 {number}", adopted_on=LONG_AGO, **told)
        if n % 7 == 1:
            rows.regulations.end(row=rule, day=TODAY, by=None, on=TODAY)


def plain_rows(standing: list[PartyOrganization]) -> dict[str, tuple[int, int]]:
    did = {row.party_organization_id for row in Contribution.objects.all() if row.done_on.year == TODAY.year}
    pledged = {row.party_organization_id for row in Pledge.objects.all() if row.year == TODAY.year}
    rules = [row for row in Regulation.objects.all() if row.repealed_on is None]
    full = [node for node in standing if len({row.group for row in rules if row.party_organization_id == node.pk}) == 4]
    members = list(Member.objects.all())
    held = [row for row in RoleModelPost.objects.all() if row.until is None or row.until > TODAY]
    posts = {(row.member_id, row.party_organization_id) for row in held}
    aims = {row.member_id for row in DutyTarget.objects.all() if row.year == TODAY.year}
    return {
        "CONTRIBUTED": (sum(node.pk in did for node in standing), len(standing)),
        "PLEDGED": (sum(node.pk in pledged for node in standing), len(standing)),
        "REGULATED": (len(full), len(standing)),
        "ROLE_MODEL": (sum((one.pk, one.party_organization_id) in posts for one in members), len(members)),
        "TARGETED": (sum(one.pk in aims for one in members), len(members)),
    }


def _learned(node: PartyOrganization, n: int, member: Member) -> None:
    """Every third took a course, every fourth holds a post, every other one is graded."""
    if n % 3 == 0:
        Training.objects.create(member=member, course="轮训", held_on=TODAY, hours=60 if n % 2 else 30 + n)
    if n % 4 in (0, 3):
        Post.objects.create(
            party_organization=node, post="MEMBER", member=member, name=member.name, source="STAFF", since=LONG_AGO
        )
    if n % 2:
        days = dict.fromkeys(STEPS, TODAY if n != 7 else date(2025, 12, 1)) | (
            {"decided_on": None} if n % 5 == 0 else {}
        )
        appraisal = Appraisal.objects.create(party_organization=node, year=2025, **days)
        appraisal.grades.create(member=member, grade="EXCELLENT" if n % 3 else "BASIC")


def _plain_members() -> dict[str, tuple[int, int]]:
    members = list(Member.objects.filter(status__in=["FORMAL", "PROBATIONARY", "EXTENDED"]))
    learned = dict.fromkeys([one.pk for one in members], Decimal(0))
    for row in Attendance.objects.select_related("record").filter(present=True):
        if row.record.held_on.year == 2026 and row.record.status in ("SUBMITTED", "ACCEPTED"):
            learned[row.member_id] += row.record.credited
    for row in Training.objects.all():
        learned[row.member_id] += row.hours if row.held_on.year == 2026 else 0
    leading = {row.member_id for row in Post.objects.all() if row.until is None}
    enough = {key for key, hours in learned.items() if hours >= (56 if key in leading else 32)}
    owning = {one.pk for one in members if one.job == "OWNER"}
    grades = {
        row.member_id: row.grade
        for row in AppraisalGrade.objects.select_related("appraisal")
        if row.appraisal.decided_on and row.appraisal.decided_on.year == 2026
    }
    excellent = sum(grade == "EXCELLENT" for grade in grades.values())
    return {
        "LEARNED": (len(enough), len(members)),
        "LEADERS_LEARNED": (len(enough & leading), len(leading)),
        "OWNERS_LEARNED": (len(enough & owning), len(owning)),
        "GRADED": (len(grades), sum(one.status == "FORMAL" for one in members)),
        "EXCELLENT": (excellent, len(grades)),
    }


def _held(city: City, pick: random.Random, code: str, day: date, number: int) -> None:
    filed = pick.choice([day, date(2026, 11, 23) if day.month == 10 else day])
    words = TEXT if pick.random() < 0.3 else OWN_WORDS.format(number, str(uuid4()) * 3, number, uuid4())
    record = file_record(
        city,
        of=code,
        by="city",
        kind=pick.choice(["THEME_DAY", "THEME_DAY", "LECTURE", "TALK", "APPRAISAL"]),
        on=filed,
        held_on=day,
        content=words,
        lecturer="钱书记",
        late_reason="补报",
        topics=pick.sample(TOPICS, pick.choice([0, 1, 2])),
        working_time=number // 100 % 3 == 0,
        gathering="APART" if number // 100 % 2 else "TOGETHER",
        owners=int(number // 100 % 5 == 0),
        managers=int(number // 100 % 7 == 0),
        employees=number // 100 % 3,
    )
    told = {"by": city.user("district"), "record": record, "at": timezone.now(), "on": TODAY}
    match pick.choice(["accept", "send_back", "", "send_back"]):
        case "accept":
            reviews.accept(**told)
        case "send_back":
            reviews.send_back(reason="请补充", **told)


def plain_figures() -> dict[str, tuple[int, int]]:
    """Numerator and denominator of each indicator of the group."""
    standing = list(PartyOrganization.objects.filter(kind__in=["branch", "joint_branch"], dissolved_on=None))
    filed = [record for record in ActivityRecord.objects.prefetch_related("topics") if record.status != "DRAFT"]
    of_month = [row for row in Obligation.objects.select_related("record") if row.month == date(2026, 10, 1)]
    due = [row for row in of_month if row.kind == "ANY"]
    held = [row for row in due if row.state in ("ON_TIME", "LATE")]
    joint = {node.pk for node in standing if node.kind == "joint_branch"}
    told = {
        "LIFE_REPORTED": (sum(row.state != "OPEN" for row in due), len(due)),
        "LIFE_HELD": (len(held), len(due)),
        "LIFE_ON_TIME": (sum(row.state == "ON_TIME" for row in due), len(due)),
        "LIFE_NOT_HELD": (sum(row.state == "NOT_HELD" for row in due), len(due)),
        "LIFE_MISSING": (sum(row.state == "OPEN" and row.due_on < TODAY for row in due), len(due)),
        "DUTIES_HELD": (sum(row.state in ("ON_TIME", "LATE") for row in of_month), len(of_month)),
        "LIFE_COPIED": (sum("A8" in row.record.flags.split(",") for row in held), len(held)),
        "LIFE_JOINT": (sum(row.party_organization_id in joint for row in held), len(held)),
        "LIFE_LATE": (sum(row.state == "LATE" for row in held), len(held)),
        "LIFE_UNREVIEWED": (sum(row.record.status != "ACCEPTED" for row in held), len(held)),
    }
    recent = [record for record in filed if (record.held_on.year, record.held_on.month) == (2026, 10)]
    back = [record for record in recent if record.reviews.filter(verdict="RETURNED").exists()]
    told["LIFE_RETURNED"] = (len(back), len(recent))
    told["LIFE_SPARE"] = (sum(not one.working_time for one in recent), len(recent))
    told["LIFE_APART"] = (sum(one.gathering == "APART" for one in recent), len(recent))
    told["LIFE_OWNERS"] = (sum(one.owners + one.managers > 0 for one in recent), len(recent))
    told["LIFE_EMPLOYEES"] = (sum(one.employees > 0 for one in recent), len(recent))
    for months, first in ((3, date(2026, 8, 24)), (6, date(2026, 5, 24))):
        silent = [
            node
            for node in standing
            if node.established_on <= first
            and not any(one.party_organization_id == node.pk and one.held_on > first for one in filed)
        ]
        told[f"SILENT_{months}"] = (len(silent), len(standing))
    for code in (*TOPICS, "TALK", "APPRAISAL"):
        answered = {
            one.party_organization_id
            for one in filed
            if one.kind == code or code in {topic.topic for topic in one.topics.all()}
        }
        told[f"YEAR_{code}"] = (sum(node.pk in answered for node in standing), len(standing))
    return told | plain_rows(standing) | _plain_members()
