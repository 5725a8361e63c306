"""The figures of coverage: targets T1–T5 of the Opinion, rates R1–R7 of rules §7, and members without coverage.

Every condition is over `OrganizationFacts`.
"""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Q

from core.indicators import Indicator, declare, measures
from orgs.models import Coverage
from orgs.models.facts import SizeBand
from orgs.models.organizations import Category, Sector
from orgs.models.party import PartyOrganization
from orgs.subjects import counts, nodes

# the Opinion's groups, in the order of /figures/
GROUPS = COVERAGE, MEMBERS, WORK, INSTRUCTORS, LIFE, MONEY, GOODS, QUALITY = (
    "组织覆盖", "党员", "工作覆盖", "指导员", "组织生活", "党费经费", "五个好", "数据质量",
)  # fmt: skip

COUNTED = Q(counted=True)
UNIT = Q(unit=True)
BUILT = Q(has_org=True)
MEMBER = ~Q(formal=0, probationary=0)
ECONOMIC = Q(category__in=[c.value for c in Category if c.sector == Sector.ECONOMIC])
SOCIAL = Q(category__in=[c.value for c in Category if c.sector == Sector.SOCIAL])
# what should be, each with the condition, implied by the rest, that the index of its worklist has
LARGE = Q(should=True, band=SizeBand.LARGE)
RESTRUCTURED = Q(should=True, restructured=True)
READY = Q(should=True, formal_ready=True)
MIDDLE_UP = Q(should_member=True)  # counted, and in one of the two upper bands

WITHOUT_BRANCHES = "分支机构由总机构统一计算，不计入。"
ON_PAPER = "登记了覆盖即计入；覆盖它的党组织没有正式党员的，另见“由没有正式党员的党组织覆盖的单位”。"
BUILT_FORMS = "单独、联合、挂靠、区域、行业、产业链覆盖的，功能型%(coverage.functional_counts)s"

measures.add(
    counts("organizations", "登记单位"),
    counts("counted", "纳入统计单位", COUNTED),
    counts("units", "法人单位", UNIT),
    counts("branch_offices", "分支机构", Q(branch_office=True)),
    counts("staff", "职工", COUNTED, sums="staff"),
    counts("formal", "正式党员", COUNTED, sums="formal"),
    counts("probationary", "预备党员", COUNTED, sums="probationary"),
    *(
        counts(form.name.lower(), form.label, COUNTED & Q(form=form.value))
        for form in Coverage.Form
    ),
    counts("uncovered", "无覆盖", COUNTED & Q(form="")),
    counts("instructor", "有指导员", COUNTED & Q(instructor=True)),
    counts("union", "有工会", COUNTED & Q(union=True)),
    counts("youth", "有团组织", COUNTED & Q(youth=True)),
    counts("women", "有妇联", COUNTED & Q(women=True)),
    counts("undecided", "待判定", Q(undecided=True)),
)  # fmt: skip

SHOULD = Indicator(
    code="SHOULD",
    group=COVERAGE,
    name="应建党组织已建率",
    clause="意见二-1",
    basis="应建党组织：正式党员 %(org.formal_min_to_found)s 名以上，或人数达到组建标准（新经济组织职工 %(econ.org_headcount)s 名、"
    "新社会组织从业人员或会员 %(social.org_headcount)s 名以上），或由国有（集体）单位改制而来。已建："
    + BUILT_FORMS
    + "。"
    + ON_PAPER
    + WITHOUT_BRANCHES,
    denominator=counts("should", "应建党组织", Q(should=True)),
    numerator=counts("should_built", "应建已建", Q(should=True) & BUILT),
    target=Decimal(100),
)
T1 = Indicator(
    code="T1",
    group=MEMBERS,
    name="%(econ.member_headcount)s 人以上新经济组织有党员",
    clause="意见二-1",
    basis="职工 %(econ.member_headcount)s 名以上、经营正常的新经济组织中，有正式或预备党员的。" + WITHOUT_BRANCHES,
    denominator=counts(
        "economic_50", "职工 %(econ.member_headcount)s 名以上的新经济组织", COUNTED & ECONOMIC & MIDDLE_UP
    ),
    numerator=counts("economic_50_member", "其中有党员", COUNTED & ECONOMIC & MIDDLE_UP & MEMBER),
    target=Decimal(100),
)
T2 = Indicator(
    code="T2",
    group=COVERAGE,
    name="%(econ.org_headcount)s 人以上新经济组织有党组织",
    clause="意见二-1",
    basis="职工 %(econ.org_headcount)s 名以上、经营正常的新经济组织中，已建党组织的。" + WITHOUT_BRANCHES,
    denominator=counts("economic_100", "职工 %(econ.org_headcount)s 名以上的新经济组织", COUNTED & ECONOMIC & LARGE),
    numerator=counts("economic_100_built", "其中有党组织", COUNTED & ECONOMIC & LARGE & BUILT),
    target=Decimal(100),
)
T3 = Indicator(
    code="T3",
    group=MEMBERS,
    name="%(social.member_headcount)s 人以上新社会组织有党员",
    clause="意见二-1",
    basis="从业人员（社会团体按会员）%(social.member_headcount)s 名以上、正常的新社会组织中，有正式或预备党员的。"
    + WITHOUT_BRANCHES,
    denominator=counts("social_20", "%(social.member_headcount)s 名以上的新社会组织", COUNTED & SOCIAL & MIDDLE_UP),
    numerator=counts("social_20_member", "其中有党员", COUNTED & SOCIAL & MIDDLE_UP & MEMBER),
    target=Decimal(100),
)
T4 = Indicator(
    code="T4",
    group=COVERAGE,
    name="%(social.org_headcount)s 人以上新社会组织有党组织",
    clause="意见二-1",
    basis="从业人员（社会团体按会员）%(social.org_headcount)s 名以上、正常的新社会组织中，已建党组织的。"
    + WITHOUT_BRANCHES,
    denominator=counts("social_50", "%(social.org_headcount)s 名以上的新社会组织", COUNTED & SOCIAL & LARGE),
    numerator=counts("social_50_built", "其中有党组织", COUNTED & SOCIAL & LARGE & BUILT),
    target=Decimal(100),
)
T5 = Indicator(
    code="T5",
    group=COVERAGE,
    name="改制单位有党组织",
    clause="意见二-1",
    basis="事业单位或国有（集体）企业改制而来、经营正常的，必须同步组建党的组织。" + WITHOUT_BRANCHES,
    denominator=counts("restructured", "改制而来的两新组织", COUNTED & RESTRUCTURED),
    numerator=counts("restructured_built", "其中有党组织", COUNTED & RESTRUCTURED & BUILT),
    target=Decimal(100),
)
R1 = Indicator(
    code="R1",
    group=COVERAGE,
    name="组织覆盖率",
    clause="统计口径 R1",
    basis="正常的法人单位（不含个体工商户）中，有" + BUILT_FORMS + "。" + ON_PAPER,
    denominator=counts("units", "法人单位", UNIT),
    numerator=counts("units_built", "其中已建党组织", UNIT & BUILT),
)
R2 = Indicator(
    code="R2",
    group=COVERAGE,
    name="单独组建率",
    clause="统计口径 R2",
    basis="正常的法人单位中，单独组建党组织的。",
    denominator=counts("units", "法人单位", UNIT),
    numerator=counts("units_single", "其中单独组建", UNIT & Q(form=Coverage.Form.SINGLE)),
)
R3 = Indicator(
    code="R3",
    group=COVERAGE,
    name="应建已建率（正式党员 %(org.formal_min_to_found)s 名以上）",
    clause="意见二-1；统计口径 R3",
    basis="正式党员 %(org.formal_min_to_found)s 名以上的法人单位中，已建党组织的。只数正式党员。",
    denominator=counts("ready", "正式党员 %(org.formal_min_to_found)s 名以上", UNIT & READY),
    numerator=counts("ready_built", "其中已建党组织", UNIT & READY & BUILT),
    target=Decimal(100),
)
R4 = Indicator(
    code="R4",
    group=WORK,
    name="工作覆盖率",
    clause="意见二-1；统计口径 R4",
    basis="法人单位中，已建党组织，或 %(work.evidence_months)s 个月内有指导员走访、联络员联系、群团组织开展党的工作记录的。"
    "功能型党组织计入。",
    denominator=counts("units", "法人单位", UNIT),
    numerator=counts("units_worked", "其中有工作覆盖", UNIT & Q(work_covered=True)),
)
R5 = Indicator(
    code="R5",
    group=COVERAGE,
    name="规模以上覆盖率",
    clause="统计口径 R5",
    basis="职工 %(econ.org_headcount)s 名以上的新经济组织、%(social.org_headcount)s 名以上的新社会组织（法人单位）中，已建党组织的。",
    denominator=counts("large_units", "规模以上法人单位", UNIT & LARGE),
    numerator=counts("large_units_built", "其中已建党组织", UNIT & LARGE & BUILT),
)
R6 = Indicator(
    code="R6",
    group=MEMBERS,
    name="有党员率",
    clause="统计口径 R6",
    basis="职工 %(econ.member_headcount)s 名以上的新经济组织、%(social.member_headcount)s 名以上的新社会组织（法人单位）中，有党员的。",
    denominator=counts("member_units", "应有党员的法人单位", UNIT & MIDDLE_UP),
    numerator=counts("member_units_with", "其中有党员", UNIT & MIDDLE_UP & MEMBER),
)
R7 = Indicator(
    code="R7",
    group=INSTRUCTORS,
    name="指导员派驻率",
    clause="意见二-1；统计口径 R7",
    basis="未建党组织的法人单位中，有在任指导员的。派驻即计入，是否按期走访见“派驻走访”。",
    denominator=counts("open_units", "未建党组织的法人单位", UNIT & ~BUILT),
    numerator=counts("open_units_instructed", "其中有指导员", UNIT & ~BUILT & Q(instructor=True)),
)
MEMBERS_COVERED = Indicator(
    code="MC",
    group=COVERAGE,
    name="有党员单位组织覆盖率",
    clause="意见一",
    basis="有正式或预备党员的两新组织中，已有党的组织覆盖的：有党员的地方就有党的组织覆盖。",
    denominator=counts("with_member", "有党员的单位", COUNTED & MEMBER),
    numerator=counts("with_member_built", "其中有组织覆盖", COUNTED & MEMBER & BUILT),
    target=Decimal(100),
)
MASS = Indicator(
    code="MASS",
    group=WORK,
    name="未建党组织的单位有群团组织",
    clause="意见二-1",
    basis="未建党组织的法人单位中，有工会、团组织或妇联的。登记即计入，是否通过它们开展党的工作见“工作覆盖率”。",
    denominator=R7.denominator,
    numerator=counts(
        "open_units_mass", "其中有群团组织", UNIT & ~BUILT & (Q(union=True) | Q(youth=True) | Q(women=True))
    ),
)
UNION = Indicator(
    code="UNION",
    group=WORK,
    name="已建党组织的单位有工会",
    clause="意见二-3",
    basis="已建党组织的法人单位中，有工会的：党建带工建。登记即计入。",
    denominator=R1.numerator,
    numerator=counts("units_built_union", "其中有工会", UNIT & BUILT & Q(union=True)),
)
VENUE = Indicator(
    code="VENUE",
    group=LIFE,
    name="已建党组织的单位有活动场所",
    clause="意见三-3",
    basis="已建党组织的两新组织中，覆盖它的党组织登记了自有场所，或使用党群服务中心的。登记即计入，是否在那里活动不在此列。",
    denominator=counts("built", "已建党组织的单位", COUNTED & BUILT),
    numerator=counts("built_venue", "其中有活动场所", COUNTED & BUILT & Q(venue=True)),
)

ALONE = Indicator(
    code="ALONE",
    group=COVERAGE,
    name="应单独组建未单独组建",
    clause="意见二-1；统计口径 R3",
    basis="正式党员 %(org.formal_min_to_found)s 名以上、已建党组织的法人单位中，由联合、挂靠、区域等方式覆盖，没有单独组建的。",
    denominator=R3.numerator,
    numerator=counts("ready_not_alone", "其中没有单独组建", UNIT & READY & BUILT & ~Q(form=Coverage.Form.SINGLE)),
    more_is_better=False,
)
COVERED = counts("covered", "有覆盖的单位", COUNTED & ~Q(form=""))
FORMS = tuple(
    Indicator(
        code=f"C_{form.name}",
        group=COVERAGE,
        name=f"覆盖形式：{form.label}",
        clause="意见二-1",
        basis=f"有党组织覆盖的两新组织中，覆盖形式是{form.label}的。",
        denominator=COVERED,
        numerator=counts(form.name.lower(), form.label, COUNTED & Q(form=form.value)),
    )
    for form in Coverage.Form
)
ALL_NODES = nodes("party_organizations", "党组织")
KINDS = tuple(
    Indicator(
        code=f"K_{kind.name}",
        group=COVERAGE,
        name=f"党组织类型：{kind.label}",
        clause="支部工作条例",
        basis=f"未撤销的党组织（不含部门）中，类型是{kind.label}的。",
        denominator=ALL_NODES,
        numerator=nodes(f"nodes_{kind.name.lower()}", kind.label, Q(kind=kind.value)),
    )
    for kind in PartyOrganization.Kind
    if kind != PartyOrganization.Kind.DEPARTMENT
)
TERM = Indicator(
    code="TERM",
    group=COVERAGE,
    name="届满未换届",
    clause="支部工作条例",
    basis="登记了届满日期的党组织中，已过届满日期的。",
    denominator=nodes("nodes_with_term", "登记了届满日期的党组织", Q(term_ends_on__isnull=False)),
    numerator=nodes("nodes_over", "其中已届满", Q(over=True)),
    more_is_better=False,
)
NO_TERM = Indicator(
    code="NO_TERM",
    group=QUALITY,
    name="届满日期未登记",
    clause="支部工作条例",
    basis="未撤销的党组织（不含部门）中，没有登记届满日期的。",
    denominator=ALL_NODES,
    numerator=nodes("nodes_without_term", "其中没有登记届满日期", Q(term_ends_on__isnull=True)),
    more_is_better=False,
)
UNKNOWN_SIZE = Indicator(
    code="U",
    group=QUALITY,
    name="人数不明",
    clause="意见三-2",
    basis="纳入统计的单位中，没有职工（社会团体为会员）人数的，无法判断是否达标。",
    denominator=counts("counted", "纳入统计单位", COUNTED),
    numerator=counts("unknown_size", "其中人数不明", COUNTED & Q(band=SizeBand.UNKNOWN)),
    more_is_better=False,
)
STALE = Indicator(
    code="STALE",
    group=QUALITY,
    name="人数超过 %(survey.valid_months)s 个月未更新",
    clause="意见三-2",
    basis="人数已知、纳入统计的单位中，人数是 %(survey.valid_months)s 个月以前的。",
    denominator=counts("known_size", "人数已知的单位", COUNTED & ~Q(band=SizeBand.UNKNOWN)),
    numerator=counts("stale_size", "其中人数过期", COUNTED & Q(stale=True)),
    more_is_better=False,
)
DISPUTED = Indicator(
    code="DISPUTED",
    group=QUALITY,
    name="达标线上人数不一致",
    clause="意见三-2",
    basis="人数已知、纳入统计的单位中，另一来源 %(survey.valid_months)s 个月内的人数在达标线的另一边的。",
    denominator=STALE.denominator,
    numerator=counts("disputed_size", "其中不一致", COUNTED & Q(disputed=True)),
    more_is_better=False,
)
UNDECIDED = Indicator(
    code="UNDECIDED",
    group=QUALITY,
    name="待判定",
    clause="意见三-2",
    basis="纳入统计的和待判定的单位中，类别或管理党组织无法判断的。",
    denominator=counts("counted_or_undecided", "纳入统计和待判定的单位", COUNTED | Q(undecided=True)),
    numerator=counts("undecided", "待判定", Q(undecided=True)),
    more_is_better=False,
)
AIMS = (R1, R4, MEMBERS_COVERED)  # 意见一: 党的组织覆盖、党的工作覆盖、有党员的地方就有党的组织

declare(SHOULD, R1, R2, R3, R5, T2, T4, T5, MEMBERS_COVERED, ALONE, *FORMS, *KINDS, TERM)
declare(T1, T3, R6, R4, MASS, UNION, R7, VENUE, UNKNOWN_SIZE, STALE, DISPUTED, UNDECIDED, NO_TERM)
