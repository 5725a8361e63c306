"""What clerks do, at random: services called with days from two years back to one year ahead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from core.importing import services as importing
from core.models import ImportBatch
from instructors import services as instructors
from instructors.models import Assignment, Instructor
from members.models import Member
from members.services import members
from orgs.models import (
    Appointment,
    Coverage,
    Democracy,
    Liaison,
    MassOrganization,
    Organization,
    OwnerRecord,
    PartyOrganization,
    Venue,
    VenueUse,
)
from orgs.models.party import MANAGING_KINDS
from orgs.services import (
    appointments,
    bulk,
    coverage,
    duplicates,
    endings,
    organizations,
    parameters,
    party,
    people,
    venues,
)
from reports.services import gaps
from tests.acts_life import file_life, month_by_month, review, team
from tests.lists import Road, credit_code, firm
from tests.stage import Stage

SIZES = (0, 10, 20, 49, 50, 51, 99, 100, 128)
FORMS = ("JOINT", "ATTACHED", "AREA", "INDUSTRY", "CHAIN", "FUNCTIONAL", "SINGLE")
CATEGORIES = ("E1", "E4", "E6", "SO1", "SO2", "SO4", "")
COVERAGES = ("统一社会信用代码", "单位名称", "党组织编码", "形式", "起始日期")
ROSTER = (
    "姓名",
    "公民身份号码",
    "党组织编码",
    "工作单位统一社会信用代码",
    "党员状态",
    "入党日期",
    "转正日期",
    "转入日期",
    "到岗日期",
)


Act = Callable[[Stage], Any]


def _register(s: Stage) -> Any:
    values = {
        "name": f"澄州{s.pick.random()}公司",
        "credit_code": credit_code(s.pick.randint(1, 99_999_999)),
        "region": s.one(s.city["CZ111"].region.__class__),
        "registered_on": s.end(),
    }
    own = s.one(PartyOrganization.objects.standing().filter(kind__in=MANAGING_KINDS))  # the clerk's
    return organizations.register(values=values, own_committee=own, staff=s.pick.choice(SIZES), **s.told)


def _change(s: Stage) -> Any:
    unit = s.unit
    name = s.pick.choice(("registered_on", "inspected_on", "restructured_on"))
    values = {name: s.day()} | ({"restructured_from": "国营厂"} if name == "restructured_on" else {})
    return organizations.change(organization=unit, values=values, version=unit.version, **s.told)


def _count(s: Stage) -> Any:
    kind = s.pick.choice(("staff", "membership"))
    number = s.pick.choice(SIZES)
    return organizations.count_headcount(organization=s.unit, kind=kind, number=number, counted_on=s.day(), **s.told)


def _bulk(s: Stage) -> Any:
    status = s.pick.choice(("NORMAL", "NORMAL", "SUSPENDED", "STRUCK_OFF", "MOVED_OUT"))
    change = s.pick.choice(
        (
            lambda: bulk.to_status(status, status_on=s.day(), end_coverages=s.pick.random() < 0.5),
            lambda: bulk.to_category(s.pick.choice(CATEGORIES), note="依据"),
            lambda: bulk.to_committee(s.committee, since=s.day()),
        )
    )
    ids = {s.unit.pk for _ in range(s.pick.randint(1, 4))}
    return bulk.apply(change=change(), organization_ids=ids, reason="调整", **s.told)


def _cover(s: Stage) -> Any:
    how = {"party_organization": s.node, "form": s.pick.choice(FORMS), "since": s.day()}
    if s.pick.random() < 0.3:
        return coverage.cover_many(organization_ids={s.unit.pk, s.unit.pk}, **how, **s.told)
    return coverage.cover(organization=s.unit, primary=s.pick.random() < 0.85, **how, **s.told)


def _recover(s: Stage) -> Any:
    row = s.one(Coverage)
    return s.pick.choice(
        (
            lambda: coverage.change_form(coverage=row, form=s.pick.choice(FORMS), since=s.end(), **s.told),
            lambda: coverage.hand_over(coverage=row, to=s.node, since=s.end(), **s.told),
            lambda: coverage.begin_on(coverage=row, since=s.day(), **s.told),
            lambda: coverage.end(coverage=row, until=s.end(), reason="终止", **s.told),
            lambda: coverage.end(coverage=row, until=s.end(), reason="终止", **s.told),
        )
    )()


def _tree(s: Stage) -> Any:
    node, end = s.node, s.end()
    return s.pick.choice(
        (
            lambda: party.move(party_organization=node, to=s.committee, since=end, **s.told),
            lambda: party.change(party_organization=node, values={"established_on": end}, **s.told),
            lambda: endings.merge(party_organization=node, into=s.node, dissolved_on=end, reason="合并", **s.told),
            lambda: endings.dissolve(
                party_organization=node, dissolved_on=end, reason="撤销", end_coverages=True, **s.told
            ),
        )
    )()


def _establish(s: Stage) -> Any:
    kind = s.pick.choice(("branch", "joint_branch", "working_committee", "provisional_branch"))
    code = f"N{PartyOrganization.objects.count()}"
    return party.establish(
        name=f"党组织{code}", kind=kind, parent=s.committee, code=code, established_on=s.end(), **s.told
    )


def _duplicates(s: Stage) -> Any:
    if s.pick.random() < 0.4:
        return duplicates.unmerge(
            dropped=s.one(Organization.objects.exclude(merged_into=None)), reason="弄错", **s.told
        )
    keep, drop = s.unit, s.one(Organization.objects.filter(merged_into=None))
    return duplicates.merge(keep=keep, drop=drop, reason="同一单位", **s.told)


def _people(s: Stage) -> Any:
    unit, day = s.unit, s.day()
    kind, worked = s.pick.choice(MassOrganization.Kind.values), {"party_work_on": s.end(), "party_work": "讲座"}
    return s.pick.choice(
        (
            lambda: people.mass_organizations.add(organization=unit, kind=kind, founded_on=day, **worked, **s.told),
            lambda: people.mass_organizations.change(row=s.one(MassOrganization), **worked, **s.told),
            lambda: people.mass_organizations.end(row=s.one(MassOrganization), day=day, **s.told),
            lambda: people.liaisons.add(
                organization=unit, name="何某", appointed_by=s.node, since=day, contacted_on=s.end(), **s.told
            ),
            lambda: people.liaisons.change(row=s.one(Liaison), contacted_on=day, **s.told),
            lambda: people.liaisons.end(row=s.one(Liaison), day=day, **s.told),
            lambda: people.owners.add(organization=unit, name="何某", recorded_on=day, opinion_on=s.end(), **s.told),
            lambda: people.owners.change(row=s.one(OwnerRecord), opinion_on=day, **s.told),
            lambda: people.democracy.add(organization=unit, kind="TALK", held_on=day, **s.told),
            lambda: people.democracy.change(row=s.one(Democracy), held_on=day, **s.told),
        )
    )()


def _venues(s: Stage) -> Any:
    day = s.day()
    return s.pick.choice(
        (
            lambda: venues.venues.add(managed_by=s.node, name="中心", kind=s.pick.choice(Venue.Kind.values), **s.told),
            lambda: venues.venues.change(
                row=s.one(Venue), kind=s.pick.choice(Venue.Kind.values), managed_by=s.node, **s.told
            ),
            lambda: venues.uses.add(venue=s.one(Venue), party_organization=s.node, since=day, **s.told),
            lambda: venues.uses.add(venue=s.one(Venue), party_organization=s.node, since=day, **s.told),
            lambda: venues.uses.end(row=s.one(VenueUse), day=day, **s.told),
            lambda: venues.venues.end(row=s.one(Venue), day=day, **s.told),
        )
    )()


def _enroll(s: Stage) -> Any:
    values = {"name": f"党员{s.pick.random()}", "id_note": "测试", "joined_on": s.end(), "formal_on": s.end()}
    status = s.pick.choice(("FORMAL", "FORMAL", "PROBATIONARY"))
    work = {"organization": s.pick.choice((s.unit, None)), "organization_since": s.end()}
    return members.register(party_organization=s.node, values=values, status=status, since=s.day(), **work, **s.told)


def _member(s: Stage) -> Any:
    member, day = s.one(Member), s.day()
    status, joined = s.pick.choice(Member.Status.values), {s.pick.choice(("joined_on", "formal_on", "born_on")): day}
    return s.pick.choice(
        (
            lambda: members.change(member=member, values=joined, version=member.version, **s.told),
            lambda: members.move_to(member=member, party_organization=s.node, since=day, **s.told),
            lambda: members.set_employer(member=member, organization=s.unit, since=day, **s.told),
            lambda: members.set_employer(member=member, organization=s.unit, since=day, **s.told),
            lambda: members.set_employer(member=member, organization=None, since=None, **s.told),
            lambda: members.set_status(member=member, status=status, status_on=day, **s.told),
            lambda: gaps.employ_member(member=member, unit=s.unit, since=day, party_organization=s.node, **s.told),
        )
    )()


def _guides(s: Stage) -> Any:
    day, guide = s.day(), Instructor.objects.order_by("pk").last()
    values = {"name": "吴某", "source": "OFFICE"}
    return s.pick.choice(
        (
            lambda: instructors.instructors.add(sent_by=s.node, since=day, **values, **s.told),
            lambda: instructors.assignments.add(instructor=s.one(Instructor), organization=s.unit, since=day, **s.told),
            lambda: instructors.assignments.add(
                instructor=guide or s.one(Instructor), organization=s.unit, since=day, **s.told
            ),
            lambda: instructors.assignments.end(row=s.one(Assignment), day=day, **s.told),
            lambda: instructors.instructors.end(row=s.one(Instructor), day=day, **s.told),
            lambda: instructors.instructors.change(row=s.one(Instructor), since=day, **s.told),
            lambda: _visit(s, s.one(Assignment)),
        )
    )()


def _visit(s: Stage, row: Assignment) -> Any:
    who = {"instructor": row.instructor, "organization": row.organization}
    return instructors.log_visit(visited_on=s.day(), done="走访", **who, **s.told)


def office(s: Stage) -> Any:
    duty: dict[str, Any] = {"role": "SECRETARY", "node": s.node, "since": s.day(), "until": s.end()}
    security = {"by": s.city.user("security"), "on": s.today}
    given = Appointment.objects.filter(role="SECRETARY")
    return s.pick.choice(
        (
            lambda: appointments.appoint(user=s.city.user("secretary"), **duty, **security),
            lambda: appointments.end_appointment(appointment=s.one(given), until=s.day(), reason="调离", **security),
            lambda: parameters.set_parameter(
                code=s.pick.choice(("econ.org_headcount", "org.formal_min_to_found", "work.evidence_months")),
                value=s.pick.choice((2, 3, 6, 50)), valid_from=s.day(), note="依据", **s.told,
            ),
        )
    )()  # fmt: skip


def _gap(s: Stage) -> Any:
    units = [s.unit]
    branch = gaps.NewBranch(f"支部{s.pick.random()}", "provisional_branch", s.committee, s.day())
    return s.pick.choice(
        (
            lambda: gaps.found_branch(units=units, branch=branch, **s.told),
            lambda: gaps.cover_units(units=units, node=s.node, form="AREA", since=s.day(), **s.told),
        )
    )()


def _import(s: Stage) -> Any:
    """A list of the past or of today, with days of any kind in its cells."""
    road = Road(s.folder, s.told["by"], min(s.day(), s.today), s.today)
    number = s.pick.randint(1, 30)
    unit = s.one(Organization.objects.exclude(credit_code=None))
    covered = {
        "统一社会信用代码": unit.credit_code,
        "党组织编码": s.node.code,
        "形式": "挂靠",
        "起始日期": s.day().isoformat(),
    }
    enrolled = {
        "姓名": "李某", "公民身份号码": s.pick.choice(("11010519491231002X", "360426199101010071")), "党组织编码": s.node.code,
        "工作单位统一社会信用代码": unit.credit_code, "党员状态": s.pick.choice(("正式党员", "去世")), "入党日期": s.day().isoformat(),
        "转正日期": s.day().isoformat(), "转入日期": s.day().isoformat(), "到岗日期": s.day().isoformat(),
    }  # fmt: skip
    lists: Sequence[tuple[str, dict[str, Any], tuple[str, ...] | None]] = (
        (
            "market",
            firm(
                number,
                从业人数=s.pick.choice(SIZES),
                成立日期=s.day().isoformat(),
                经营状态=s.pick.choice(("存续", "注销")),
            ),
            None,
        ),
        ("coverage", covered, COVERAGES),
        ("members", enrolled, ROSTER),
    )
    source, row, columns = s.pick.choice(lists)
    return road.send([row], source, **({"columns": columns} if columns else {}))


def _undo(s: Stage) -> Any:
    batch = s.one(ImportBatch.objects.filter(undone_at=None).exclude(applied_at=None))
    return importing.undo(batch, **s.told)


ACTS: Sequence[tuple[Act, int]] = (
    (_register, 3), (_change, 3), (_count, 4), (_bulk, 6), (_cover, 8), (_recover, 8), (_tree, 4), (_establish, 3),
    (_duplicates, 3), (_people, 8), (_venues, 6), (_enroll, 5), (_member, 9), (_guides, 7), (office, 2), (_gap, 2),
    (_import, 3), (_undo, 1), (file_life, 8), (review, 5), (month_by_month, 6), (team, 6),
)  # fmt: skip
