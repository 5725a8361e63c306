"""Figures of 组织生活 said a second time, in plain Python over the raw rows; and a city of branches to say them about."""

from __future__ import annotations

import random
from datetime import date
from typing import Any
from uuid import uuid4

from django.utils import timezone

from activities.models import (
    ActivityRecord,
    DutyTarget,
    Obligation,
    Pledge,
    Regulation,
    RoleModelPost,
)
from activities.services import obligations, reviews, rows
from core.months import YearMonth
from members.models import Member
from orgs.models import PartyOrganization
from orgs.services.party import establish
from tests.filing import TEXT, file_record
from tests.people import LONG_AGO, TODAY, City

MONTH = YearMonth(2026, 10)  # the month before TODAY
LAID = date(2026, 10, 9)
TOPICS = ("POLICY", "LAW", "CULTURE", "MANAGEMENT", "DEMOCRACY")
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
    pick = random.Random(5)
    found = branches(city, number)
    for n, node in enumerate(found):
        city.member(of=node.code)
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
    pledged = {row.party_organization_id for row in Pledge.objects.all() if row.year == TODAY.year}
    rules = [row for row in Regulation.objects.all() if row.repealed_on is None]
    full = [node for node in standing if len({row.group for row in rules if row.party_organization_id == node.pk}) == 4]
    members = list(Member.objects.all())
    held = [row for row in RoleModelPost.objects.all() if row.until is None or row.until > TODAY]
    posts = {(row.member_id, row.party_organization_id) for row in held}
    aims = {row.member_id for row in DutyTarget.objects.all() if row.year == TODAY.year}
    return {
        "PLEDGED": (sum(node.pk in pledged for node in standing), len(standing)),
        "REGULATED": (len(full), len(standing)),
        "ROLE_MODEL": (sum((one.pk, one.party_organization_id) in posts for one in members), len(members)),
        "TARGETED": (sum(one.pk in aims for one in members), len(members)),
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
    return told | plain_rows(standing)
