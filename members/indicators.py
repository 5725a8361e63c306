"""Figures of members, of secretaries, and those of Party organizations that depend on how many they have."""

from __future__ import annotations

from functools import partial

from django.db.models import F, Q, QuerySet

from core.indicators import Measure, declare, measures, share
from core.registries import Registry
from members.models import Member, Post
from members.models.members import PROBATIONARY
from orgs.facts import Day
from orgs.indicators import COVERAGE, MEMBERS, amiss
from orgs.models.party import BRANCH_KINDS
from orgs.subjects import NodeFact, NodeSubject, nodes

member_facts: Registry[NodeFact] = (
    Registry()
)  # what the apps above know of every member; `OuterRef("pk")` is the member


def with_facts(rows: QuerySet[Member], day: Day) -> QuerySet[Member]:
    """Members with what the conditions of `ROLL` read."""
    return rows.alias(**{fact.code: fact.value(day) for fact in member_facts})


ROLL = NodeSubject(
    "members",
    "党员",
    "名",
    frozenset({"region_code"}),
    model=Member,
    rows=lambda day: with_facts(Member.objects.on_the_roll(), day),
    node="party_organization",
    organization="organization",
    personal=frozenset(
        {
            "name",
            "sex",
            "born_on",
            "ethnicity",
            "education",
            "job",
            "joined_on",
            "formal_on",
            "grade",
            "months_behind",
            "due_over",
            "due_now",
        }
    ),
)
members = partial(Measure, ROLL)
POSTS = NodeSubject(
    "secretaries",
    "书记",
    "名",
    frozenset({"region_code"}),
    model=Post,
    rows=lambda day: Post.objects.on(day.on).filter(post=Post.Kind.SECRETARY),
    node="party_organization",
)

BRANCH = Q(kind__in=[kind.value for kind in BRANCH_KINDS])
EMPLOYED = Q(organization__facts__has_org=True)

measures.add(members("members_formal", "正式党员", Q(status=Member.Status.FORMAL)))

NO_FORMAL = amiss(
    code="NO_FORMAL",
    group=COVERAGE,
    name="没有正式党员的党支部",
    basis="党支部、联合党支部、临时党支部中，没有正式党员的。",
    of=nodes("branches", "党支部", BRANCH),
    part=("branches_empty", "其中没有正式党员", Q(formal=0)),
)
FEW_FORMAL = amiss(
    code="FEW_FORMAL",
    group=COVERAGE,
    name="正式党员不足 %(org.formal_min_to_found)s 名的党支部",
    basis="党支部、联合党支部、临时党支部中，正式党员不足 %(org.formal_min_to_found)s 名的，没有正式党员的在内。",
    of=NO_FORMAL.denominator,
    part=("branches_small", "其中正式党员不足 %(org.formal_min_to_found)s 名", Q(formal__lt=F("formal_min"))),
)
RESTING = amiss(
    code="RESTING",
    group=COVERAGE,
    name="由没有正式党员的党组织覆盖的单位",
    basis="已建党组织的两新组织中，覆盖它的党组织没有正式党员的；名单是这些党组织和各自覆盖的单位数。",
    of=nodes("units_resting", "已建党组织的单位", sums="units"),
    part=("units_resting_on_none", "其中覆盖的党组织没有正式党员", Q(formal=0)),
)
ELSEWHERE = share(
    code="ELSEWHERE",
    group=MEMBERS,
    name="组织关系不在单位党组织的党员",
    clause="意见二-2",
    basis="工作单位已建党组织的党员中，组织关系在其他党组织的；名单是这些党员所在的党组织。",
    of=members("members_employed", "工作单位已建党组织的党员", EMPLOYED),
    part=(
        "members_elsewhere",
        "其中组织关系不在单位党组织",
        ~Q(party_organization=F("organization__facts__covered_by")),
    ),
    more_is_better=False,
)
PROBATIONARY_SHARE = share(
    code="PROBATION",
    group=MEMBERS,
    name="预备党员占党员",
    clause="意见二-2",
    basis="名册上的党员中，预备党员（延长预备期的在内）。",
    of=members("members", "党员"),
    part=("members_probationary", "预备党员", Q(status__in=PROBATIONARY)),
)
SECRETARY = share(
    code="SECRETARY",
    group=COVERAGE,
    name="党支部有书记",
    clause="意见二-5",
    basis="党支部、联合党支部、临时党支部中，登记了在任书记的。",
    of=NO_FORMAL.denominator,
    part=("branches_led", "其中有书记", ~Q(secretary_name="")),
)
IN_OFFICE = Measure(POSTS, "secretaries", "在任书记")
SECRETARIES = tuple(
    share(
        code=f"S_{source.name}",
        group=COVERAGE,
        name=f"书记来源：{source.label}",
        clause="意见二-5",
        basis=f"登记在“班子职务”中的在任书记中，来源是{source.label}的。",
        of=IN_OFFICE,
        part=(f"secretaries_{source.name.lower()}", source.label, Q(source=source.value)),
    )
    for source in Post.Source
)

declare(NO_FORMAL, FEW_FORMAL, RESTING, ELSEWHERE, PROBATIONARY_SHARE, SECRETARY, *SECRETARIES)
