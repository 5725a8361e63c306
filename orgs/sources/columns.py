"""The columns of lists of organizations: their names in the lists of all authorities, and how their cells are read.

A field that is named like a column of the organization holds that column's value.
"""

from __future__ import annotations

from core.cells import Cell, CellProblem, read_count, read_currency, read_yes_no
from core.importing.readers import amount, code_text, day, text
from core.sources import Read, Run, SourceField, always
from orgs.rules import words
from orgs.rules.credit_code import check_credit_code, normalise_code
from orgs.sources.areas import Areas


def read_code(cell: Cell) -> str | None:
    """A credit code as the register writes it; raises its problem."""
    if not (code := normalise_code(cell)):
        return None
    if problem := check_credit_code(code):
        raise CellProblem(problem)
    return code


def area(run: Run) -> Read:
    return Areas().read


NAME = SourceField(
    "name", "名称",
    ("企业名称", "单位名称", "纳税人名称", "社会组织名称", "机构名称", "组织名称", "市场主体名称", "企业（机构）名称", "学校名称",
     "律师事务所名称", "律所名称", "单位全称", "企业全称", "字号名称"),
    always(text(200)), vital=True,
)  # fmt: skip
CODE = SourceField(
    "credit_code", "统一社会信用代码",
    ("信用代码", "社会信用代码", "纳税人识别号", "统一代码", "统一社会信用代码（纳税人识别号）", "社会信用代码（纳税人识别号）",
     "统一社会信用代码/注册号"),
    always(read_code), vital=True,
)  # fmt: skip
OLD_NUMBER = SourceField(
    "old_number",
    "原注册号",
    ("注册号", "工商注册号", "营业执照注册号", "登记证号", "原登记证号", "执业许可证号"),
    always(code_text(20)),
)
STAFF = SourceField(
    "staff", "职工（从业人员）数",
    ("从业人数", "从业人员数", "从业人员", "职工人数", "职工数", "职工总数", "从业人员数量", "在职职工数", "员工人数", "参保人数",
     "年末从业人数", "从业人员期末人数"),
    always(read_count),
)  # fmt: skip
MEMBERSHIP = SourceField("membership", "会员数", ("会员总数", "会员人数", "单位会员数", "会员数量"), always(read_count))
TYPE = SourceField(
    "company_type", "登记类型",
    ("企业类型", "市场主体类型", "主体类型", "企业（机构）类型", "社会组织类别", "社会组织类型", "类型", "登记注册类型", "经济类型",
     "机构类型", "组织类型"),
    always(words.company_type),
)  # fmt: skip
INDUSTRY_CODE = SourceField(
    "industry_code", "行业代码", ("行业小类", "行业小类代码", "国民经济行业代码"), always(words.industry)
)
INDUSTRY_SECTION = SourceField(
    "industry_section", "行业", ("行业门类", "所属行业", "行业类别", "行业名称", "行业分类"), always(words.industry)
)
CONTROL = SourceField("control", "控股情况", ("企业控股情况", "控股类型"), always(words.control))
CAPITAL = SourceField(
    "capital", "注册资本（万元）",
    ("注册资本", "注册资金", "注册资金（万元）", "开办资金", "开办资金（万元）", "出资额（万元）", "原始基金数额（万元）"),
    always(amount),
)  # fmt: skip
CURRENCY = SourceField("currency", "币种", ("注册资本币种", "货币种类"), always(read_currency))
REGISTERED_ON = SourceField(
    "registered_on", "成立日期", ("成立时间", "成立登记日期", "登记日期", "注册日期", "设立日期", "批准设立日期"), day
)
LEGAL = SourceField(
    "legal_representative", "法定代表人",
    ("法定代表人（负责人）", "法人代表", "法人", "负责人", "经营者", "法定代表人姓名", "法定代表人或负责人", "校长", "主任"),
    always(text(60)),
)  # fmt: skip
PHONE = SourceField(
    "contact_phone", "联系电话", ("联系方式", "电话", "办公电话", "固定电话", "手机"), always(code_text(50))
)
ADDRESS = SourceField(
    "address", "地址", ("住所", "经营场所", "经营地址", "注册地址", "办公地址", "住所地"), always(text(250))
)
REGISTRAR = SourceField("registrar", "登记机关", ("登记管理机关", "发证机关", "审批机关", "主管机关"), always(text(80)))
AREA = SourceField(
    "region_id", "所在区划",
    ("所属街道", "所属乡镇街道", "所属区划", "所属辖区", "街道", "乡镇街道", "街道（乡镇）", "镇街", "所属镇街", "活动地域", "行政区划",
     "所在区县", "属地"),
    area,
)  # fmt: skip
STATUS = SourceField(
    "status", "经营状态", ("登记状态", "企业状态", "存续状态", "状态", "经营状况", "运行状态"), always(words.status)
)
AUTHORITY = SourceField("authority", "业务主管单位", ("主管单位", "行业主管部门", "业务主管部门"), always(text(80)))
INSPECTED_ON = SourceField(
    "inspected_on", "最近年检（年报）日期", ("年检日期", "年报日期", "最近年检日期", "最近年报日期"), day
)

IDENTITY = (NAME, CODE, OLD_NUMBER)
REGISTERED = (
    *IDENTITY, TYPE, INDUSTRY_CODE, INDUSTRY_SECTION, CONTROL, CAPITAL, CURRENCY, REGISTERED_ON, LEGAL, PHONE, ADDRESS,
    REGISTRAR, AREA, STATUS, AUTHORITY, INSPECTED_ON, STAFF,
)  # fmt: skip

SURVEYED = (
    SourceField("survey_members", "党员数", ("党员总数", "党员人数", "党员总人数"), always(read_count)),
    SourceField("survey_formal", "正式党员数", ("其中：正式党员数", "正式党员", "其中正式党员"), always(read_count)),
    SourceField(
        "survey_has_party_organization", "是否建立党组织", ("有无党组织", "是否建党组织", "是否已建党组织"),
        always(read_yes_no),
    ),
    SourceField("survey_form", "党组织形式", ("组建形式", "建立形式", "党组织组建形式"), always(text(20))),
    SourceField("survey_branch", "党组织名称", ("党支部名称",), always(text(120))),
    SourceField("survey_secretary", "党组织书记", ("书记姓名", "党支部书记", "书记"), always(text(60))),
    SourceField("survey_union", "是否建立工会", ("工会（有/无）", "有无工会", "工会"), always(read_yes_no)),
    SourceField("survey_youth", "是否建立团组织", ("共青团（有/无）", "有无团组织", "团组织"), always(read_yes_no)),
    SourceField("survey_women", "是否建立妇联组织", ("妇联（有/无）", "有无妇联组织", "妇联"), always(read_yes_no)),
    SourceField("survey_instructor", "党建指导员", ("派驻指导员", "指导员", "指导员姓名"), always(text(60))),
    SourceField(
        "survey_owner_member", "出资人是否党员", ("负责人是否党员", "出资人（负责人）是否党员"), always(read_yes_no)
    ),
)  # fmt: skip
