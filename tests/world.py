"""One row of every kind here (云台街道, which `street` runs) and one there (望江街道, another district), for the guards.

Everything there is named 外区密; personal values are the same few texts, so that a page that shows one is found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.db.models import CharField, DateField, Model, TextField
from django.utils import timezone

from accounts.models import AccountRequest
from activities.models import (
    ActivityRecord,
    Appraisal,
    AppraisalGrade,
    Attachment,
    Attendance,
    Campaign,
    Contribution,
    Decision,
    DutyTarget,
    Experience,
    Obligation,
    Plan,
    Pledge,
    PledgeItem,
    RecordTopic,
    Regulation,
    Review,
    RoleModelPost,
    Training,
)
from core.crypto import blind_index
from core.days import PeriodDateField
from core.files import keep
from core.models import ImportBatch, Job
from core.months import YearMonth
from dues.models import (
    Arrears,
    Assessment,
    Closing,
    Due,
    Entry,
    HandUp,
    Income,
    Payment,
    Publication,
    Refund,
    RefundMonth,
    RefundStep,
    Relief,
    Spending,
    Voucher,
)
from evaluations.criteria.registry import criteria_of
from evaluations.models import (
    AwardObjection,
    Commendation,
    Evaluation,
    Evidence,
    Extra,
    Goal,
    Honour,
    Meeting,
    Objection,
    Pair,
    Proposal,
    Quota,
    Round,
    Rubric,
    RubricCriterion,
    Score,
    Site,
    SiteVisit,
    Survey,
    SurveyPaper,
)
from instructors.models import Assignment, Instructor, Visit
from members.models import AccountBatch, PartyGroup, Post, Term
from members.services import nodes
from orgs.facts import refresh
from orgs.models import (
    BulkAct,
    Democracy,
    Jurisdiction,
    Liaison,
    MassOrganization,
    Organization,
    OwnerRecord,
    PartyOrganization,
    Venue,
    VenueUse,
    Zone,
)
from orgs.services.party import establish
from reports.models import StreetBook, Target
from reports.services.months import freeze
from tests.kept import kept
from tests.people import LONG_AGO, TODAY, City

THERE = "外区密"
PERSONAL = ("13911112222", "11010519491231002X", "13922223333", "360426199101010071")


@dataclass(frozen=True)
class Side:
    """One of the two places: its nodes by code, the accounts that stand for it, and the personal values held there."""

    mark: str
    committee: str
    branch: str
    official: str
    appointed: str
    instructor: str
    phone: str
    id_number: str


SIDES = (
    Side("本区", "CZ111", "CZ1111", "street", "secretary", "instructor", *PERSONAL[:2]),
    Side(THERE, "CZ121", "CZ1211", "stranger", "stranger", "", *PERSONAL[2:]),
)


@dataclass(frozen=True)
class World:
    """The city, and the ids of the rows here and there by name: `unit`, `branch`, `member` …"""

    city: City
    here: dict[str, Any]
    there: dict[str, Any]


def build_world(city: City) -> World:
    """Furnish both places of a city on which nothing else stands."""
    world = kept("world", lambda: _built(city))
    city.__dict__.update(world.city.__dict__)
    for side in SIDES:
        for file in (_photo(side), _document(side)):
            with Path(__file__).open("rb") as content:
                keep(content, file)
    return replace(world, city=city)


def _photo(side: Side) -> str:
    return f"attachments/{side.committee}"


def _document(side: Side) -> str:
    return f"attachments/{side.branch}"


def _built(city: City) -> World:
    city.nodes["CZ1211"] = establish(
        by=None, name=f"{THERE}支部", kind="branch", parent=city["CZ121"], code="CZ1211", on=LONG_AGO
    )
    zone = Zone.objects.create(code="Z1", kind=Zone.Kind.values[0], name="高新产业园", region_id="990102001000")
    here, there = ({name: row.pk for name, row in _furnish(city, side).items()} for side in SIDES)
    nodes.restate(None, by=None, on=TODAY)
    refresh(None, on=TODAY)
    freeze(month=YearMonth.of(TODAY).plus(-1), counted_on=YearMonth.of(TODAY).plus(-1).last_day)
    common = {
        "zone": zone.pk,
        "jurisdiction": Jurisdiction.objects.order_by("pk").values_list("pk", flat=True)[0],
        "region": "990102001000",
        **_rubrics(city),
        **{name: user.pk for name, user in city.people.items()},
    }
    for side, rows in zip(SIDES, (here, there), strict=True):
        rows |= {name: row.pk for name, row in _evaluated(city, side, common["draft"], rows["member"]).items()}
        rows |= {name: row.pk for name, row in _honoured(city, side, rows["member"]).items()}
    for model in [model for model in admin.site._registry if not model._default_manager.exists()]:  # of other apps
        for side, rows in zip(SIDES, (here, there), strict=True):
            rows[str(model._meta.model_name)] = _any_row(model, city, side, rows).pk
    refresh(None, on=TODAY)
    return World(city, here | common, there | common)


def _rubrics(city: City) -> dict[str, int]:
    """One that is published, and a draft with its items: what belongs to a published one cannot be put back (`tests.kept`)."""
    values: dict[str, Any] = {"category": "ENTERPRISE", "since": LONG_AGO, "bands": ["60", "70", "80", "90", "95"]}
    done = {"published_on": LONG_AGO, "published_by": city.user("city")}
    first = Rubric.objects.create(edition=1, name="评分办法", **values, **done)
    draft = Rubric.objects.create(edition=2, name="评分办法草稿", **values, copied_from=first)
    RubricCriterion.objects.bulk_create(
        RubricCriterion(
            rubric=draft, code=one.code, dimension=one.dimension, points=one.points,
            numbers={name: str(number) for name, number in one.formula.numbers().items()},
        )
        for one in criteria_of("ENTERPRISE")
        if one.points
    )  # fmt: skip
    return {"rubric": first.pk, "draft": draft.pk}


def _evaluated(city: City, side: Side, rubric: int, member: int) -> dict[str, Model]:
    """A round of the street in which its branch stands, with something of each kind, and one in which a member does."""
    stages = (("self", 10), ("street", 20), ("department", 30))
    until = {f"{stage}_until": date(2026, 7, day) for stage, day in stages}
    told: dict[str, Any] = {
        "node": city[side.committee], "first_day": TODAY.replace(month=1, day=1), "last_day": TODAY.replace(month=6, day=30),
        "state": "OPEN", "opened_on": TODAY, **until,
    }  # fmt: skip
    held = Round.objects.create(name=f"{side.mark}评定", **told)
    of_members = Round.objects.create(name=f"{side.mark}党员评定", subject="MEMBER", **told)
    branch = {"party_organization": city[side.branch]}
    Evaluation.objects.create(
        round=of_members, member_id=member, rubric_id=rubric, name=f"{side.mark}党员", unit=f"{side.mark}支部", **branch
    )
    of: dict[str, Any] = {
        "evaluation": Evaluation.objects.create(
            round=held,
            party_organization=city[side.branch],
            rubric_id=rubric,
            name=f"{side.mark}支部",
            unit=f"{side.mark}单位",
        )
    }
    criterion = RubricCriterion.objects.filter(rubric=rubric).order_by("pk")[0]
    score = Score.objects.create(criterion=criterion, self_text=f"{side.mark}说明", **of)
    survey = Survey.objects.create(opened_on=TODAY, until=until["department_until"], people=20, minimum=6, **of)
    return {
        "round": held,
        "member_round": of_members,
        "meeting": Meeting.objects.create(
            round=held, held_on=TODAY, expected=1, present=1, agreed=1, excess_reason=f"{side.mark}原因", entered_on=TODAY,
            **branch,
        ),
        "goal": Goal.objects.create(year=TODAY.year, wanted="FIVE", what=f"{side.mark}措施", **branch),
        **of,
        "score": score,
        "survey": survey,
        "paper": SurveyPaper.objects.create(
            survey=survey, sheets=3, counts={"WHOLE": {"GOOD": 3}}, name=f"{side.mark}问卷.jpg", content_type="image/jpeg", size=1,
            sha256="0" * 64, file=_photo(side), added_on=TODAY,
        ),
        "extra": Extra.objects.create(
            kind="BONUS", code="CITY", points=2, what="市级表彰", text=f"{side.mark}文号", added_on=TODAY, **of
        ),
        "evidence": Evidence.objects.create(
            score=score, name=f"{side.mark}佐证.jpg", content_type="image/jpeg", size=1, sha256="0" * 64, file=_photo(side),
            added_at=timezone.now(),
        ),
        "objection": Objection.objects.create(
            text=f"{side.mark}异议", raised_by=f"{side.mark}职工", received_on=TODAY, **of
        ),
    }  # fmt: skip


def _honoured(city: City, side: Side, member: int) -> dict[str, Model]:
    """Who is proposed and was honoured; a 示范点 that was named today, with whoever came and learns from it."""
    mark, of_branch = side.mark, {"party_organization": city[side.branch]}
    held = Commendation.objects.create(
        name=f"{mark}表彰",
        node=city[side.committee],
        year=TODAY.year,
        propose_until=date(2026, 12, 31),
        document=f"{mark}文号",
    )
    whom: dict[str, Any] = of_branch | {"member_id": member, "name": f"{mark}党员"}
    site = Site.objects.create(
        name=f"{mark}示范点", level="CITY", theme=f"{mark}特色", cultivated_since=LONG_AGO, named_on=TODAY,
        expires_on=date(2029, 11, 24), recheck=f"{mark}复核", withdrawn_why=f"{mark}撤销", **of_branch,
    )  # fmt: skip
    proposal = Proposal.objects.create(
        commendation=held, award="MEMBER", why=f"{mark}事迹", branch=city[side.branch], **whom
    )
    return {
        "commendation": held,
        "quota": Quota.objects.create(commendation=held, award="MEMBER", node=city[side.committee], number=3),
        "proposal": proposal,
        "awardobjection": AwardObjection.objects.create(
            proposal=proposal, text=f"{mark}异议", raised_by=f"{mark}职工", received_on=TODAY
        ),
        "honour": Honour.objects.create(
            title=f"{mark}称号", level="CITY", given_by=f"{mark}工委", awarded_on=LONG_AGO, withdrawn_why=f"{mark}撤销", **whom
        ),
        "site": site,
        "sitevisit": SiteVisit.objects.create(site=site, visited_on=LONG_AGO, visitors=f"{mark}参观团", people=9),
        "pair": Pair.objects.create(site=site, tasks=f"{mark}帮带", since=LONG_AGO, **of_branch),
    }  # fmt: skip


def _any_row(model: type[Model], city: City, side: Side, rows: dict[str, Any]) -> Model:
    """A row of any model that belongs to the unit or the branch of a side, marked wherever it can be; a period goes on."""
    said: dict[str, Any] = {}
    for one in [one for one in model._meta.concrete_fields if not (one.has_default() or one.primary_key)]:
        if one.related_model is Organization:
            said[one.name] = Organization.objects.get(pk=rows["unit"])
        elif one.related_model is PartyOrganization:
            said[one.name] = city[side.branch]
        elif one.null and (one.is_relation or isinstance(one, PeriodDateField)):
            continue
        elif getattr(one, "personal", False):
            said[one.name] = side.phone
        elif one.choices:
            said[one.name] = one.flatchoices[0][0]
        elif isinstance(one, DateField):
            said[one.name] = LONG_AGO
        elif isinstance(one, CharField | TextField):
            said[one.name] = f"{side.mark}{one.verbose_name}"[: one.max_length]
        else:
            said[one.name] = 1
    return model._default_manager.create(**said)


BETWEEN = Side("邻区", "CZ121", "CZ1111", "stranger", "stranger", "", "13933334444", "")


def add_between(world: World) -> dict[str, Any]:
    """What the district, the street, the branch and the instructor here may see and none of them may change: units of the
    other district that their branch covers and their instructor looks after, the district's own node and its own target,
    another district's zone and jurisdiction. Ids by name, the other side's where nothing lies between.
    """
    city, covered = world.city, _units_between(world.city)
    about = _about(city, BETWEEN, unit=covered["unit"], gap=covered["gap"])
    of_both = {"instructor_id": world.here["guide"], "organization": covered["unit"]}
    held = ActivityRecord.objects.create(
        party_organization=city["CZ1112"], kind="OTHER", held_on=LONG_AGO, submitted_on=LONG_AGO, status="ACCEPTED"
    )
    rows = {
        **covered,
        **_from_above(city, BETWEEN.mark, "CZ1", held),
        **{name: row for name, row in about.items() if name not in ("venue", "use")},
        "branch": city["CZ11"],
        "target": Target.objects.create(node=city["CZ11"], year=TODAY.year, indicator="T1", value=91),
        "zone": Zone.objects.create(code="Z2", kind="park", name="临江园区", region_id="990103001000"),
        "jurisdiction": Jurisdiction.objects.get(committee=city["CZ12"]),
        "assignment": Assignment.objects.create(since=LONG_AGO, **of_both),
        "visit": Visit.objects.create(visited_on=LONG_AGO, done="走访", **of_both),
    }
    refresh(None, on=TODAY)
    return world.there | {name: row.pk for name, row in rows.items()}


def _units_between(city: City) -> dict[str, Model]:
    """Two units that look like one, managed over there and covered from here."""
    told = {"managed_by": BETWEEN.committee, "contact_phone": BETWEEN.phone, "no_code_reason": "测试"}
    unit, gap = (city.organization(f"{BETWEEN.mark}{name}", staff=128, **told) for name in ("电子厂", "食品厂"))
    return {"unit": unit, "gap": gap, "coverage": city.cover(unit, "CZ1111"), "second": city.cover(gap, "CZ1112")}


def _furnish(city: City, side: Side) -> dict[str, Model]:
    rows = _units(city, side)
    rows |= _about(city, side, **rows) | _team(city, side) | _guided(city, side, rows["unit"])
    rows |= _office(city, side) | _life(city, side, **rows) | _money(city, side) | _dues(city, side, **rows)
    return rows | _kept(city, side, **rows)


def _units(city: City, side: Side) -> dict[str, Model]:
    """A covered unit with its member, and one that should have a Party organization and has none."""
    unit = city.organization(
        f"{side.mark}电子有限公司",
        managed_by=side.committee,
        staff=128,
        contact_phone=side.phone,
        no_code_reason="测试",
    )
    number = {"id_number": side.id_number, "id_digest": blind_index(side.id_number), "id_note": ""}
    return {
        "unit": unit,
        "gap": city.organization(f"{side.mark}食品厂", managed_by=side.committee, staff=204),
        "branch": city[side.branch],
        "member": city.member(f"{side.mark}党员", of=side.branch, at=unit, phone=side.phone, **number),
        "coverage": city.cover(unit, side.branch),
    }


def _about(city: City, side: Side, *, unit: Model, gap: Model, **_: Model) -> dict[str, Model]:
    """What the small tables hold of the units, and where their branch meets."""
    mark, of_unit = side.mark, {"organization": unit}
    venue = Venue.objects.create(name=f"{mark}中心", kind=Venue.Kind.values[0], managed_by=city[side.committee])
    return {
        "mass": MassOrganization.objects.create(kind="UNION", head=f"{mark}主席", founded_on=LONG_AGO, **of_unit),
        "democracy": Democracy.objects.create(kind="TALK", held_on=LONG_AGO, note=f"{mark}约谈", **of_unit),
        "owner": OwnerRecord.objects.create(name=f"{mark}出资人", phone=side.phone, recorded_on=LONG_AGO, **of_unit),
        "liaison": Liaison.objects.create(
            name=f"{mark}联络员", phone=side.phone, appointed_by=city[side.committee], since=LONG_AGO, organization=gap
        ),
        "venue": venue,
        "use": VenueUse.objects.create(venue=venue, party_organization=city[side.branch], since=LONG_AGO),
    }


def _team(city: City, side: Side) -> dict[str, Model]:
    """Who runs the branch."""
    of_branch = {"party_organization": city[side.branch]}
    return {
        "post": Post.objects.create(
            post="DEPUTY", name=f"{side.mark}副书记", source="SENT", since=LONG_AGO, **of_branch
        ),
        "partygroup": PartyGroup.objects.create(name=f"{side.mark}党小组", since=LONG_AGO, **of_branch),
        "term": Term.objects.create(  # over a month ago; nobody has put the next election off
            elected_on=date(2023, 10, 25),
            ends_on=date(2026, 10, 25),
            result=f"{side.mark}选举结果",
            extension_reason=f"{side.mark}延期",
            **of_branch,
        ),
    }


def _guided(city: City, side: Side, unit: Model) -> dict[str, Model]:
    """An instructor sent to the unit, and what he did there."""
    guide = Instructor.objects.create(
        name=f"{side.mark}指导员", user=city.people.get(side.instructor), source="OFFICE", phone=side.phone,
        sent_by=city[side.committee], since=LONG_AGO,
    )  # fmt: skip
    of_both = {"instructor": guide, "organization": unit}
    return {
        "guide": guide,
        "assignment": Assignment.objects.create(since=LONG_AGO, **of_both),
        "visit": Visit.objects.create(visited_on=LONG_AGO, done=f"{side.mark}走访", **of_both),
    }


def _life(city: City, side: Side, *, member: Model, venue: Model, **_: Model) -> dict[str, Model]:
    """What the branch held, plans and did."""
    of_branch: dict[str, Any] = {"party_organization": city[side.branch]}
    record = ActivityRecord.objects.create(
        kind="THEME_DAY", held_on=LONG_AGO, submitted_on=LONG_AGO, status="SUBMITTED", topic=f"{side.mark}学习",
        content=f"{side.mark}记录", **of_branch,
    )  # fmt: skip
    appraisal = Appraisal.objects.create(year=TODAY.year, excess_reason=f"{side.mark}原因", **of_branch)
    return {
        "record": record,
        "appraisal": appraisal,
        "grade": AppraisalGrade.objects.create(appraisal=appraisal, member=member, grade="QUALIFIED"),
        "training": Training.objects.create(member=member, course=f"{side.mark}课程", held_on=LONG_AGO, hours=8),
        "topic": RecordTopic.objects.create(record=record, topic="LAW"),
        "attendance": Attendance.objects.create(record=record, member=member, present=False, reason="EMPLOYER"),
        "decision": Decision.objects.create(record=record, text=f"{side.mark}决议"),
        "attachment": Attachment.objects.create(
            record=record, name=f"{side.mark}照片.jpg", content_type="image/jpeg", size=1, sha256="0" * 64, file=_photo(side)
        ),
        "review": Review.objects.create(
            record=record, by=city.people[side.official], at=timezone.now(), verdict="RETURNED", reason=f"{side.mark}补充"
        ),
        "obligation": Obligation.objects.create(
            month=TODAY.replace(day=1), kind="ANY", begins_on=TODAY.replace(day=1), ends_on=TODAY, due_on=TODAY,
            why="每月一次", **of_branch,
        ),
        "plan": Plan.objects.create(
            kind="LECTURE", planned_on=TODAY, starts_at=time(9), ends_at=time(10), topic=f"{side.mark}党课", venue=venue,
            **of_branch,
        ),
        "contribution": Contribution.objects.create(
            kind="RIGHTS", done_on=LONG_AGO, what=f"{side.mark}办实事", **of_branch
        ),
    }  # fmt: skip


def _money(city: City, side: Side) -> dict[str, Model]:
    """The ledger of the branch, with one line, and closed; what it asked for, what came in, what it was spent on."""
    branch, by, now = city[side.branch], city.people[side.official], timezone.now()
    of_branch: dict[str, Any] = {"party_organization": branch}
    of_book: dict[str, Any] = of_branch | {"book": "FUND", "number": 1, "balance": 5}
    refund = Refund.objects.create(
        first_month=LONG_AGO, last_month=LONG_AGO, paid_total=5, rate=100, amount=5, purpose=f"{side.mark}用途",
        state="APPROVED", state_on=LONG_AGO, payer=city[side.committee], **of_branch,
    )  # fmt: skip
    step = {"refund": refund, "by": by, "node": city[side.committee], "at": now, "paid_total": 5, "amount": 5}
    spending = Spending.objects.create(use="LIFE", purpose=f"{side.mark}事项", asked=5, asked_on=LONG_AGO, **of_branch)
    return {
        "entry": Entry.objects.create(
            day=LONG_AGO, kind="PUBLIC", amount=5, text=f"{side.mark}拨款", entered_at=now, **of_book
        ),
        "closing": Closing.objects.create(through=LONG_AGO, closed_at=now, **of_book),
        "refund": refund,
        "refundmonth": RefundMonth.objects.create(refund=refund, month=LONG_AGO, **of_branch),
        "refundstep": RefundStep.objects.create(step="LIST", **step),
        "income": Income.objects.create(
            source="PUBLIC", amount=5, received_on=LONG_AGO, giver=f"{side.mark}财政", paper=f"{side.mark}文件", **of_branch
        ),
        "spending": spending,
        "voucher": Voucher.objects.create(
            spending=spending, name=f"{side.mark}发票.jpg", content_type="image/jpeg", size=1, sha256="0" * 64,
            file=_photo(side), added_at=now, **of_branch,
        ),
        "publication": Publication.objects.create(
            year=LONG_AGO.year, figures={"after": "5.00"}, published_by=by, published_at=now, **of_branch
        ),
    }  # fmt: skip


def _dues(city: City, side: Side, *, member: Model, **_: Model) -> dict[str, Model]:
    """What is due of the member: some was paid, and went up."""
    branch, month, now = city[side.branch], TODAY.replace(day=1), timezone.now()
    of_member: dict[str, Any] = {"member": member, "party_organization": branch}
    of_book: dict[str, Any] = {"party_organization": branch, "book": "DUES", "day": LONG_AGO, "entered_at": now}
    entry = Entry.objects.create(number=1, kind="COLLECTED", amount=50, balance=50, text="收缴", **of_book)
    sent = Entry.objects.create(number=2, kind="SENT_UP", amount=-20, balance=30, text="上缴", **of_book)
    due = Due.objects.create(month=month, amount=75, paid=50, **of_member)
    assessed = Assessment(
        since=LONG_AGO.replace(year=TODAY.year), payer="WAGE", base=5000, monthly=75, entered_at=now, **of_member
    )
    assessed.save()
    return {
        "assessment": assessed,
        "relief": Relief.objects.create(
            kind="EXEMPT", since=month, last=month, reason=side.phone, studied_on=LONG_AGO, **of_member
        ),
        "due": due,
        "arrears": Arrears.objects.create(first_month=month, months=7, run=7, owed=25, **of_member),
        "payment": Payment.objects.create(entry=entry, due=due, amount=50, paid_on=LONG_AGO, **of_member),
        "handup": HandUp.objects.create(
            from_node=branch, to_node=city[side.committee], first_month=month, last_month=month, amount=20, sent_on=LONG_AGO,
            sent_entry=sent, note=f"{side.mark}上缴",
        ),
    }  # fmt: skip


def _from_above(city: City, mark: str, committee: str, record: Model) -> dict[str, Model]:
    """What a committee gives to the branches below it."""
    of_committee: dict[str, Any] = {"committee": city[committee]}
    return {
        "campaign": Campaign.objects.create(name=f"{mark}主题实践", since=LONG_AGO, **of_committee),
        "experience": Experience.objects.create(
            record=record, title=f"{mark}经验", why="可以推广", outline=f"{mark}做法", published_by=city.user("city"),
            published_on=LONG_AGO, **of_committee,
        ),
    }  # fmt: skip


def _kept(city: City, side: Side, *, member: Model, record: Model, **_: Model) -> dict[str, Model]:
    """What the branch enters once and keeps."""
    of_branch: dict[str, Any] = {"party_organization": city[side.branch]}
    of_year = of_branch | {"year": TODAY.year}
    return {
        **_from_above(city, side.mark, side.committee, record),
        "pledge": Pledge.objects.create(signed_with=city[side.committee], signed_on=LONG_AGO, **of_year),
        "pledgeitem": PledgeItem.objects.create(what=f"{side.mark}事项", due_on=LONG_AGO, **of_year),
        "rolemodelpost": RoleModelPost.objects.create(
            kind="AREA", name=f"{side.mark}责任区", member=member, since=LONG_AGO, **of_branch
        ),
        "dutytarget": DutyTarget.objects.create(duty=f"{side.mark}岗位", target="目标", member=member, **of_year),
        "regulation": Regulation.objects.create(
            group="LIFE", title=f"{side.mark}制度", adopted_on=LONG_AGO, document=f"{side.mark}制度.pdf",
            content_type="application/pdf", file=_document(side), **of_branch,
        ),
    }  # fmt: skip


def _office(city: City, side: Side) -> dict[str, Model]:
    """What the place's official did, and what holds for the place."""
    committee, official = city[side.committee], city.people[side.official]
    return {
        "book": StreetBook.objects.create(
            worklist="party-organization", committee=committee, handed_out_at=timezone.now(), handed_out_by=official, rows=2
        ),
        "act": BulkAct.objects.create(
            title=f"{side.mark}批量修改", reason="核查", done_at=timezone.now(), done_by=official, path=committee.path
        ),
        "target": Target.objects.create(node=committee, year=TODAY.year, indicator="T1", value=90),
        "appointment": city.people[side.appointed].appointments.get(),
        "request": AccountRequest.objects.create(
            account=city.people["auditor" if side.mark == THERE else "security"], act="reset", reason="遗忘",
            asked_by=city.people["sysadmin"], asked_at=timezone.now(),
        ),
        "accounts": AccountBatch.objects.create(node=committee, asked_by=official, asked_at=timezone.now()),
        "batch": ImportBatch.objects.create(
            source="market", file_name=f"{side.mark}名单.xlsx", sha256="0" * 64, as_of=LONG_AGO, created_by=official,
            node_id=committee.pk, path=committee.path,
        ),
        "job": Job.objects.create(kind="core.seal", created_by=official, status=Job.Status.DONE),
    }  # fmt: skip
