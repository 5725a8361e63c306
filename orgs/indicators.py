"""The figures of coverage: targets T1–T5 of the Opinion, rates R1–R7 of rules §7, and members without coverage.

Every condition is over `OrganizationFacts`.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from django.db.models import Q

from core.indicators import Indicator, declare, measures, share
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

# of what several figures are a share
COUNTED_UNITS = counts("counted", "纳入统计单位", COUNTED)
LEGAL_UNITS = counts("units", "法人单位", UNIT)
KNOWN_SIZE = COUNTED_UNITS.part("known_size", "人数已知的单位", ~Q(band=SizeBand.UNKNOWN))
ALL_NODES = nodes("party_organizations", "党组织")

# what several figures have in common: the Opinion asks for all; data to look into; what the rules of branches forbid
aimed = partial(share, group=COVERAGE, clause="意见二-1", target=Decimal(100))
doubtful = partial(share, group=QUALITY, clause="意见三-2", more_is_better=False)
amiss = partial(share, clause="支部工作条例", more_is_better=False)

measures.add(
    counts("organizations", "登记单位"),
    counts("branch_offices", "分支机构", Q(branch_office=True)),
    counts("staff", "职工", COUNTED, sums="staff"),
    counts("formal", "正式党员", COUNTED, sums="formal"),
    counts("probationary", "预备党员", COUNTED, sums="probationary"),
    COUNTED_UNITS.part("uncovered", "无覆盖", Q(form="")),
    COUNTED_UNITS.part("instructor", "有指导员", Q(instructor=True)),
    COUNTED_UNITS.part("union", "有工会", Q(union=True)),
    COUNTED_UNITS.part("youth", "有团组织", Q(youth=True)),
    COUNTED_UNITS.part("women", "有妇联", Q(women=True)),
)

SHOULD = aimed(
    code="SHOULD",
    name="应建党组织已建率",
    basis="应建党组织：正式党员 %(org.formal_min_to_found)s 名以上，或人数达到组建标准（新经济组织职工 %(econ.org_headcount)s 名、"
    "新社会组织从业人员或会员 %(social.org_headcount)s 名以上），或由国有（集体）单位改制而来。已建："
    + BUILT_FORMS
    + "。"
    + ON_PAPER
    + WITHOUT_BRANCHES,
    of=counts("should", "应建党组织", Q(should=True)),
    part=("should_built", "应建已建", BUILT),
)
T1 = aimed(
    code="T1",
    group=MEMBERS,
    name="%(econ.member_headcount)s 人以上新经济组织有党员",
    basis="职工 %(econ.member_headcount)s 名以上、经营正常的新经济组织中，有正式或预备党员的。" + WITHOUT_BRANCHES,
    of=counts("economic_50", "职工 %(econ.member_headcount)s 名以上的新经济组织", COUNTED & ECONOMIC & MIDDLE_UP),
    part=("economic_50_member", "其中有党员", MEMBER),
)
T2 = aimed(
    code="T2",
    name="%(econ.org_headcount)s 人以上新经济组织有党组织",
    basis="职工 %(econ.org_headcount)s 名以上、经营正常的新经济组织中，已建党组织的。" + WITHOUT_BRANCHES,
    of=counts("economic_100", "职工 %(econ.org_headcount)s 名以上的新经济组织", COUNTED & ECONOMIC & LARGE),
    part=("economic_100_built", "其中有党组织", BUILT),
)
T3 = aimed(
    code="T3",
    group=MEMBERS,
    name="%(social.member_headcount)s 人以上新社会组织有党员",
    basis="从业人员（社会团体按会员）%(social.member_headcount)s 名以上、正常的新社会组织中，有正式或预备党员的。"
    + WITHOUT_BRANCHES,
    of=counts("social_20", "%(social.member_headcount)s 名以上的新社会组织", COUNTED & SOCIAL & MIDDLE_UP),
    part=("social_20_member", "其中有党员", MEMBER),
)
T4 = aimed(
    code="T4",
    name="%(social.org_headcount)s 人以上新社会组织有党组织",
    basis="从业人员（社会团体按会员）%(social.org_headcount)s 名以上、正常的新社会组织中，已建党组织的。"
    + WITHOUT_BRANCHES,
    of=counts("social_50", "%(social.org_headcount)s 名以上的新社会组织", COUNTED & SOCIAL & LARGE),
    part=("social_50_built", "其中有党组织", BUILT),
)
T5 = aimed(
    code="T5",
    name="改制单位有党组织",
    basis="事业单位或国有（集体）企业改制而来、经营正常的，必须同步组建党的组织。" + WITHOUT_BRANCHES,
    of=counts("restructured", "改制而来的两新组织", COUNTED & RESTRUCTURED),
    part=("restructured_built", "其中有党组织", BUILT),
)
R1 = share(
    code="R1",
    group=COVERAGE,
    name="组织覆盖率",
    clause="统计口径 R1",
    basis="正常的法人单位（不含个体工商户）中，有" + BUILT_FORMS + "。" + ON_PAPER,
    of=LEGAL_UNITS,
    part=("units_built", "其中已建党组织", BUILT),
)
R2 = share(
    code="R2",
    group=COVERAGE,
    name="单独组建率",
    clause="统计口径 R2",
    basis="正常的法人单位中，单独组建党组织的。",
    of=LEGAL_UNITS,
    part=("units_single", "其中单独组建", Q(form=Coverage.Form.SINGLE)),
)
R3 = aimed(
    code="R3",
    name="应建已建率（正式党员 %(org.formal_min_to_found)s 名以上）",
    clause="意见二-1；统计口径 R3",
    basis="正式党员 %(org.formal_min_to_found)s 名以上的法人单位中，已建党组织的。只数正式党员。",
    of=counts("ready", "正式党员 %(org.formal_min_to_found)s 名以上", UNIT & READY),
    part=("ready_built", "其中已建党组织", BUILT),
)
R4 = share(
    code="R4",
    group=WORK,
    name="工作覆盖率",
    clause="意见二-1；统计口径 R4",
    basis="法人单位中，已建党组织，或 %(work.evidence_months)s 个月内有指导员走访、联络员联系、群团组织开展党的工作记录的。"
    "功能型党组织计入。",
    of=LEGAL_UNITS,
    part=("units_worked", "其中有工作覆盖", Q(work_covered=True)),
)
R5 = share(
    code="R5",
    group=COVERAGE,
    name="规模以上覆盖率",
    clause="统计口径 R5",
    basis="职工 %(econ.org_headcount)s 名以上的新经济组织、%(social.org_headcount)s 名以上的新社会组织（法人单位）中，已建党组织的。",
    of=counts("large_units", "规模以上法人单位", UNIT & LARGE),
    part=("large_units_built", "其中已建党组织", BUILT),
)
R6 = share(
    code="R6",
    group=MEMBERS,
    name="有党员率",
    clause="统计口径 R6",
    basis="职工 %(econ.member_headcount)s 名以上的新经济组织、%(social.member_headcount)s 名以上的新社会组织（法人单位）中，有党员的。",
    of=counts("member_units", "应有党员的法人单位", UNIT & MIDDLE_UP),
    part=("member_units_with", "其中有党员", MEMBER),
)
R7 = share(
    code="R7",
    group=INSTRUCTORS,
    name="指导员派驻率",
    clause="意见二-1；统计口径 R7",
    basis="未建党组织的法人单位中，有在任指导员的。派驻即计入，是否按期走访见“派驻走访”。",
    of=counts("open_units", "未建党组织的法人单位", UNIT & ~BUILT),
    part=("open_units_instructed", "其中有指导员", Q(instructor=True)),
)
MEMBERS_COVERED = aimed(
    code="MC",
    name="有党员单位组织覆盖率",
    clause="意见一",
    basis="有正式或预备党员的两新组织中，已有党的组织覆盖的：有党员的地方就有党的组织覆盖。",
    of=counts("with_member", "有党员的单位", COUNTED & MEMBER),
    part=("with_member_built", "其中有组织覆盖", BUILT),
)
MASS = share(
    code="MASS",
    group=WORK,
    name="未建党组织的单位有群团组织",
    clause="意见二-1",
    basis="未建党组织的法人单位中，有工会、团组织或妇联的。登记即计入，是否通过它们开展党的工作见“工作覆盖率”。",
    of=R7.denominator,
    part=("open_units_mass", "其中有群团组织", Q(union=True) | Q(youth=True) | Q(women=True)),
)
LIAISON = share(
    code="LIAISON",
    group=WORK,
    name="未建党组织的单位有联络员",
    clause="意见二-1",
    basis="未建党组织的法人单位中，有在任联络员的。登记即计入，是否联系见“工作覆盖率”。",
    of=R7.denominator,
    part=("open_units_liaison", "其中有联络员", Q(liaison=True)),
)
UNION = share(
    code="UNION",
    group=WORK,
    name="已建党组织的单位有工会",
    clause="意见二-3",
    basis="已建党组织的法人单位中，有工会的：党建带工建。登记即计入。",
    of=R1.numerator,
    part=("units_built_union", "其中有工会", Q(union=True)),
)
VENUE = share(
    code="VENUE",
    group=LIFE,
    name="已建党组织的单位有活动场所",
    clause="意见三-3",
    basis="已建党组织的两新组织中，覆盖它的党组织登记了自有场所，或使用党群服务中心的。登记即计入，是否在那里活动不在此列。",
    of=counts("built", "已建党组织的单位", COUNTED & BUILT),
    part=("built_venue", "其中有活动场所", Q(venue=True)),
)

ALONE = share(
    code="ALONE",
    group=COVERAGE,
    name="应单独组建未单独组建",
    clause="意见二-1；统计口径 R3",
    basis="正式党员 %(org.formal_min_to_found)s 名以上、已建党组织的法人单位中，由联合、挂靠、区域等方式覆盖，没有单独组建的。",
    of=R3.numerator,
    part=("ready_not_alone", "其中没有单独组建", ~Q(form=Coverage.Form.SINGLE)),
    more_is_better=False,
)
FORMS = tuple(
    share(
        code=f"C_{form.name}",
        group=COVERAGE,
        name=f"覆盖形式：{form.label}",
        clause="意见二-1",
        basis=f"有党组织覆盖的两新组织中，覆盖形式是{form.label}的。",
        of=COUNTED_UNITS.part("covered", "有覆盖的单位", ~Q(form="")),
        part=(form.name.lower(), form.label, Q(form=form.value)),
    )
    for form in Coverage.Form
)
KINDS = tuple(
    share(
        code=f"K_{kind.name}",
        group=COVERAGE,
        name=f"党组织类型：{kind.label}",
        clause="支部工作条例",
        basis=f"未撤销的党组织（不含部门）中，类型是{kind.label}的。",
        of=ALL_NODES,
        part=(f"nodes_{kind.name.lower()}", kind.label, Q(kind=kind.value)),
    )
    for kind in PartyOrganization.Kind
    if kind != PartyOrganization.Kind.DEPARTMENT
)
TERM = amiss(
    code="TERM",
    group=COVERAGE,
    name="届满未换届",
    basis="登记了届满日期的党组织中，已过届满日期的。",
    of=nodes("nodes_with_term", "登记了届满日期的党组织", Q(term_ends_on__isnull=False)),
    part=("nodes_over", "其中已届满", Q(over=True)),
)
ENDING = amiss(
    code="ENDING",
    group=COVERAGE,
    name="%(org.term_alert_days)s 天内届满",
    basis="登记了届满日期的党组织中，今天起 %(org.term_alert_days)s 天内届满的；已经届满的另见“届满未换届”。",
    of=TERM.denominator,
    part=("nodes_ending", "其中 %(org.term_alert_days)s 天内届满", Q(ending=True)),
)
NO_TERM = amiss(
    code="NO_TERM",
    group=QUALITY,
    name="届满日期未登记",
    basis="未撤销的党组织（不含部门）中，没有登记届满日期的。",
    of=ALL_NODES,
    part=("nodes_without_term", "其中没有登记届满日期", Q(term_ends_on__isnull=True)),
)
UNKNOWN_SIZE = doubtful(
    code="U",
    name="人数不明",
    basis="纳入统计的单位中，没有职工（社会团体为会员）人数的，无法判断是否达标。",
    of=COUNTED_UNITS,
    part=("unknown_size", "其中人数不明", Q(band=SizeBand.UNKNOWN)),
)
STALE = doubtful(
    code="STALE",
    name="人数超过 %(survey.valid_months)s 个月未更新",
    basis="人数已知、纳入统计的单位中，人数是 %(survey.valid_months)s 个月以前的。",
    of=KNOWN_SIZE,
    part=("stale_size", "其中人数过期", Q(stale=True)),
)
DISPUTED = doubtful(
    code="DISPUTED",
    name="达标线上人数不一致",
    basis="人数已知、纳入统计的单位中，另一来源 %(survey.valid_months)s 个月内的人数在达标线的另一边的。",
    of=KNOWN_SIZE,
    part=("disputed_size", "其中不一致", Q(disputed=True)),
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

declare(SHOULD, R1, R2, R3, R5, T2, T4, T5, MEMBERS_COVERED, ALONE, *FORMS, *KINDS, TERM, ENDING)
declare(T1, T3, R6, R4, MASS, LIAISON, UNION, R7, VENUE, UNKNOWN_SIZE, STALE, DISPUTED, UNDECIDED, NO_TERM)
