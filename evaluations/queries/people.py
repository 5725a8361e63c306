"""What the registers say of members, Party workers, instructors and owners who are proposed (rules §15). As many queries for many as
for one."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from activities.models import AppraisalGrade
from core.id_sets import among
from core.months import YearMonth
from core.periods import over
from dues.models import Arrears, Due
from evaluations.queries.checks import Checks, Of, Rows, vetoes
from evaluations.rules.awards import LATELY, Check
from evaluations.rules.facts import Record
from instructors.models import Assignment
from instructors.queries import overdue, timed
from members.models import Member, Post
from orgs.models import OrganizationFacts, OwnerRecord

GOOD = (AppraisalGrade.Grade.EXCELLENT, AppraisalGrade.Grade.QUALIFIED)


# --- a member ---------------------------------------------------------------------------------------------------------
def on_the_roll(rows: Rows, on: date) -> Checks:
    return {
        row.pk: Check(
            "党籍",
            f"{row.member.get_status_display()}，在{row.member.party_organization}",
            row.member.status == Member.Status.FORMAL and row.member.party_organization_id == row.party_organization.pk,
            (Record(row.member.name, "members.member", row.member.pk),),
        )
        for row in rows
    }


def grade(rows: Rows, on: date) -> Checks:
    """The newest 民主评议 that was decided."""
    kept = AppraisalGrade.objects.decided().filter(member__in=among({row.member.pk for row in rows}))
    found: dict[int, AppraisalGrade] = {}
    for one in kept.filter(appraisal__decided_on__lte=on).select_related("appraisal"):
        found.setdefault(one.member_id, one)
    return {
        row.pk: Check(
            "民主评议",
            f"{one.appraisal.year} 年度{one.get_grade_display()}",
            one.grade in GOOD,
            (Record(str(one.appraisal), "members.member", row.member.pk),),
        )
        if (one := found.get(row.member.pk))
        else Check("民主评议", "还没有民主评议等次", fits=False)
        for row in rows
    }


def dues(rows: Rows, on: date) -> Checks:
    """Whether a member has paid for all months that are over, also one whom his post alone tells to be on a roll; whoever is not
    pays elsewhere."""
    known_by_post = _members_by_post([row for row in rows if not row.member], on)
    members = {row.pk: row.member or known_by_post.get(row.pk) for row in rows}
    people = {one.pk for one in members.values() if one}
    owed = {one.member_id: one for one in Arrears.objects.filter(member__in=among(people)).select_related("member")}
    year = YearMonth.of(on).plus(-1).first_day.replace(month=1)
    assessed = {*Due.objects.filter(member__in=among(people), month__gte=year).values_list("member", flat=True)}
    found = {}
    for row in rows:
        if not (member := members[row.pk]):
            found[row.pk] = Check("党费", "不在本市名册上，党费在其所在党组织核对", fits=True)
            continue
        one, known = owed.get(member.pk), member.pk in assessed
        text = f"欠交 {one.months} 个月，从 {one.first_month:%Y-%m} 起" if one else "没有欠交"
        record = Record(member.name, "members.member", member.pk)
        found[row.pk] = Check(
            "党费", text if one or known else f"{year.year} 年没有核定党费，无从核对", known and not one, (record,)
        )
    return found


def post(rows: Rows, on: date) -> Checks:
    """Whether who is proposed as a Party worker holds a post there."""
    nodes = among({row.party_organization.pk for row in rows})
    held: dict[int, list[Post]] = defaultdict(list)
    for one in Post.objects.on(on).filter(party_organization__in=nodes).order_by("pk"):
        held[one.party_organization_id].append(one)
    found = {}
    for row in rows:
        own = [one for one in held[row.party_organization.pk] if _is(one, row)]
        words = "、".join(f"{one.get_post_display()}（{one.since} 任职）" for one in own)
        records = tuple(Record(str(one), "members.post", one.pk) for one in own)
        found[row.pk] = Check("班子职务", words or "没有登记在任的班子职务", bool(own), records)
    return found


def _members_by_post(rows: Rows, on: date) -> dict[int, Member]:
    """By row, the member who holds a post there under the name that was typed."""
    if not rows:
        return {}
    nodes = among({row.party_organization.pk for row in rows})
    held = Post.objects.on(on).filter(party_organization__in=nodes, member__isnull=False).select_related("member")
    by_both = {(one.party_organization_id, one.name): one.member for one in held.order_by("pk")}
    return {row.pk: one for row in rows if (one := by_both.get((row.party_organization.pk, row.name)))}


def _is(one: Post, row: Any) -> bool:
    return bool(one.member_id == row.member.pk if row.member and one.member_id else one.name == row.name)


# --- an instructor ----------------------------------------------------------------------------------------------------
def service(rows: Rows, on: date) -> Checks:
    """In service, and assigned somewhere."""
    kept = Assignment.objects.on(on).filter(instructor__in=among({row.instructor.pk for row in rows}))
    found: dict[int, list[Assignment]] = defaultdict(list)
    for one in kept.select_related("organization").order_by("pk"):
        found[one.instructor_id].append(one)
    checks = {}
    for row in rows:
        who, held = row.instructor, found[row.instructor.pk]
        serves = not over(who, on) and who.since <= on
        text = f"联系 {len(held)} 家单位" if held else "没有联系单位"
        records = tuple(Record(one.organization.name, "orgs.organization", one.organization_id) for one in held)
        checks[row.pk] = Check("派驻", text if serves else f"已于 {who.until} 终止选派", serves and bool(held), records)
    return checks


def visited(rows: Rows, on: date) -> Checks:
    kept = Assignment.objects.on(on).filter(instructor__in=among({row.instructor.pk for row in rows}))
    late: dict[int, list[Record]] = defaultdict(list)
    for one in overdue(timed(kept.select_related("organization"), on=on), on=on):
        last = f"上次 {one.visited_on}" if one.visited_on else "没有走访过"
        late[one.instructor_id].append(Record(f"{one.organization}：{last}", "orgs.organization", one.organization_id))
    return {
        row.pk: Check("走访", f"{len(those)} 家走访逾期" if those else "没有走访逾期", not those, tuple(those))
        for row in rows
        for those in [late[row.instructor.pk]]
    }


# --- an owner ---------------------------------------------------------------------------------------------------------
def _owners(rows: Rows) -> dict[int, OwnerRecord]:
    """By row, what was written down of the owner last."""
    kept = OwnerRecord.objects.filter(organization__in=among({row.unit.pk for row in rows}))
    by_both = {(one.organization_id, one.name): one for one in kept.order_by("recorded_on", "pk")}
    return {row.pk: by_both[row.unit.pk, row.name] for row in rows if (row.unit.pk, row.name) in by_both}


def attitude(rows: Rows, on: date) -> Checks:
    found = _owners(rows)
    return {
        row.pk: Check(
            "对党建工作的态度",
            f"{one.get_attitude_display()}（{one.recorded_on} 登记）",
            one.attitude == OwnerRecord.Attitude.SUPPORTS,
            (Record(f"{one.name} {one.support}".strip(), "orgs.ownerrecord", one.pk),),
        )
        if (one := found.get(row.pk))
        else Check("对党建工作的态度", f"{row.unit}没有登记出资人“{row.name}”的情况", fits=False)
        for row in rows
    }


def opinion(rows: Rows, on: date) -> Checks:
    """Asked for within a year: it is what such honours rest on (Opinion 三-3)."""
    found, name = _owners(rows), "评先选优意见"
    checks = {}
    for row in rows:
        one = found.get(row.pk)
        if one is None or not (one.opinion and one.opinion_on):
            checks[row.pk] = Check(name, "没有登记评先选优的意见", fits=False)
            continue
        lately = one.opinion_on >= on - LATELY
        text = f"{one.opinion_on}：{one.opinion}" if lately else f"意见是 {one.opinion_on} 的，已超过一年，请重新征求"
        checks[row.pk] = Check(name, text, lately, (Record(one.name, "orgs.ownerrecord", one.pk),))
    return checks


def has_party(rows: Rows, on: date) -> Checks:
    """Whether there is a Party organization where there should be one."""
    facts = OrganizationFacts.objects.in_bulk([row.unit.pk for row in rows])
    found = {}
    for row in rows:
        one = facts.get(row.unit.pk)
        gap = bool(one and one.should and not one.has_org)
        text = "应建党组织，还没有建立" if gap else "已建党组织" if one and one.has_org else "不在应建党组织之列"
        found[row.pk] = Check("党组织", text, not gap, (Record(row.unit.name, "orgs.organization", row.unit.pk),))
    return found


def vetoed_there(rows: Rows, on: date) -> Checks:
    """Of the Party organization that covers the unit; where none does, there is nothing to look at."""
    facts = OrganizationFacts.objects.select_related("covered_by").in_bulk([row.unit.pk for row in rows])
    covered = {key: one.covered_by for key, one in facts.items() if one.covered_by}
    found = dict(vetoes([Of(row.pk, covered[row.unit.pk]) for row in rows if row.unit.pk in covered], on))
    nothing = Check("一票否决", "单位没有党组织覆盖，没有评定", fits=True)
    return {row.pk: found.get(row.pk, nothing) for row in rows}
