"""The figures of coverage: targets T1–T5 of the Opinion, rates R1–R7 of domain §5.2, and members without coverage.

Every condition is over `OrganizationFacts`.
"""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Q

from core.indicators import Indicator, declare, declare_measures
from orgs.models import Coverage
from orgs.models.facts import SizeBand
from orgs.models.organizations import Category, Sector
from orgs.subjects import counts

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
BUILT_FORMS = "单独、联合、挂靠、区域、行业、产业链覆盖的，功能型%(coverage.functional_counts)s"

declare_measures(
    [
        counts("organizations", "登记单位", Q()),
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
    ]
)  # fmt: skip

SHOULD = Indicator(
    code="SHOULD",
    name="应建党组织已建率",
    clause="意见二-1",
    basis="应建党组织：正式党员 %(org.formal_min_to_found)s 名以上，或人数达到组建标准（新经济组织职工 %(econ.org_headcount)s 名、"
    "新社会组织从业人员或会员 %(social.org_headcount)s 名以上），或由国有（集体）单位改制而来。已建："
    + BUILT_FORMS
    + "。"
    + WITHOUT_BRANCHES,
    denominator=counts("should", "应建党组织", Q(should=True)),
    numerator=counts("should_built", "应建已建", Q(should=True) & BUILT),
    target=Decimal(100),
)
T1 = Indicator(
    code="T1",
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
    name="%(econ.org_headcount)s 人以上新经济组织有党组织",
    clause="意见二-1",
    basis="职工 %(econ.org_headcount)s 名以上、经营正常的新经济组织中，已建党组织的。" + WITHOUT_BRANCHES,
    denominator=counts("economic_100", "职工 %(econ.org_headcount)s 名以上的新经济组织", COUNTED & ECONOMIC & LARGE),
    numerator=counts("economic_100_built", "其中有党组织", COUNTED & ECONOMIC & LARGE & BUILT),
    target=Decimal(100),
)
T3 = Indicator(
    code="T3",
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
    name="改制单位有党组织",
    clause="意见二-1",
    basis="事业单位或国有（集体）企业改制而来、经营正常的，必须同步组建党的组织。" + WITHOUT_BRANCHES,
    denominator=counts("restructured", "改制而来的两新组织", COUNTED & RESTRUCTURED),
    numerator=counts("restructured_built", "其中有党组织", COUNTED & RESTRUCTURED & BUILT),
    target=Decimal(100),
)
R1 = Indicator(
    code="R1",
    name="组织覆盖率",
    clause="统计口径 R1",
    basis="正常的法人单位（不含个体工商户）中，有" + BUILT_FORMS + "。",
    denominator=counts("units", "法人单位", UNIT),
    numerator=counts("units_built", "其中已建党组织", UNIT & BUILT),
)
R2 = Indicator(
    code="R2",
    name="单独组建率",
    clause="统计口径 R2",
    basis="正常的法人单位中，单独组建党组织的。",
    denominator=counts("units", "法人单位", UNIT),
    numerator=counts("units_single", "其中单独组建", UNIT & Q(form=Coverage.Form.SINGLE)),
)
R3 = Indicator(
    code="R3",
    name="应建已建率（正式党员 %(org.formal_min_to_found)s 名以上）",
    clause="意见二-1；统计口径 R3",
    basis="正式党员 %(org.formal_min_to_found)s 名以上的法人单位中，已建党组织的。只数正式党员。",
    denominator=counts("ready", "正式党员 %(org.formal_min_to_found)s 名以上", UNIT & READY),
    numerator=counts("ready_built", "其中已建党组织", UNIT & READY & BUILT),
    target=Decimal(100),
)
R4 = Indicator(
    code="R4",
    name="工作覆盖率",
    clause="意见二-1；统计口径 R4",
    basis="法人单位中，已建党组织，或 %(work.evidence_months)s 个月内有指导员走访、联络员联系、群团组织开展党的工作记录的。"
    "功能型党组织计入。",
    denominator=counts("units", "法人单位", UNIT),
    numerator=counts("units_worked", "其中有工作覆盖", UNIT & Q(work_covered=True)),
)
R5 = Indicator(
    code="R5",
    name="规模以上覆盖率",
    clause="统计口径 R5",
    basis="职工 %(econ.org_headcount)s 名以上的新经济组织、%(social.org_headcount)s 名以上的新社会组织（法人单位）中，已建党组织的。",
    denominator=counts("large_units", "规模以上法人单位", UNIT & LARGE),
    numerator=counts("large_units_built", "其中已建党组织", UNIT & LARGE & BUILT),
)
R6 = Indicator(
    code="R6",
    name="有党员率",
    clause="统计口径 R6",
    basis="职工 %(econ.member_headcount)s 名以上的新经济组织、%(social.member_headcount)s 名以上的新社会组织（法人单位）中，有党员的。",
    denominator=counts("member_units", "应有党员的法人单位", UNIT & MIDDLE_UP),
    numerator=counts("member_units_with", "其中有党员", UNIT & MIDDLE_UP & MEMBER),
)
R7 = Indicator(
    code="R7",
    name="指导员派驻率",
    clause="意见二-1；统计口径 R7",
    basis="未建党组织的法人单位中，有在任指导员的。",
    denominator=counts("open_units", "未建党组织的法人单位", UNIT & ~BUILT),
    numerator=counts("open_units_instructed", "其中有指导员", UNIT & ~BUILT & Q(instructor=True)),
)
MEMBERS_COVERED = Indicator(
    code="MC",
    name="有党员单位组织覆盖率",
    clause="意见一",
    basis="有正式或预备党员的两新组织中，已有党的组织覆盖的：有党员的地方就有党的组织覆盖。",
    denominator=counts("with_member", "有党员的单位", COUNTED & MEMBER),
    numerator=counts("with_member_built", "其中有组织覆盖", COUNTED & MEMBER & BUILT),
    target=Decimal(100),
)

declare(SHOULD, T1, T2, T3, T4, T5, R1, R2, R3, R4, R5, R6, R7, MEMBERS_COVERED)
