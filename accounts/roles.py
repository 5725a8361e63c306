"""Who may do what, in one file. A role is given at a node of the Party tree by an appointment and by nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.permissions import Permission as P


@dataclass(frozen=True)
class Role:
    """A duty. `sentence` is what the interface prints about it; `own` roles reach only what is assigned in person.
    `home` is the page where the day of its holder begins."""

    code: str
    name: str
    sentence: str
    permissions: frozenset[str]
    home: str
    own: bool = False
    branch_only: bool = False  # held at a branch, where no other role is held
    two_factor: bool = False  # must sign in with a one-time code
    trusted_phone: bool = False  # may continue on an own phone without the password
    administrator: bool = False  # one of the three separate administrative duties


DEPARTMENT = Role(
    "DEPARTMENT",
    "组织部门工作人员",
    "管理本级及以下的两新组织、党组织和覆盖关系，导入名单，查看党员名册，审核活动记录，审核、审批返还党费，制定评分办法，组织评定，查看看板，关账。",
    frozenset(
        {
            P.REGISTRY_VIEW, P.REGISTRY_CHANGE, P.REGISTRY_IMPORT, P.REGISTRY_EXPORT, P.COVERAGE_CHANGE, P.TREE_CHANGE,
            P.MEMBERS_VIEW, P.MEMBERS_CHANGE, P.MEMBERS_IMPORT, P.MEMBERS_REVEAL, P.MEMBERS_EXPORT, P.VISITS_VIEW,
            P.VISITS_CHANGE, P.FIGURES_VIEW, P.MONTHS_CLOSE, P.PARAMETERS_CHANGE, P.CODES_ISSUE,
            P.ACTIVITIES_VIEW, P.ACTIVITIES_FILE, P.ACTIVITIES_REVIEW, P.DUES_VIEW, P.DUES_REVIEW, P.DUES_APPROVE,
            P.EVALUATIONS_VIEW, P.EVALUATIONS_RESULTS, P.EVALUATIONS_REVIEW, P.EVALUATIONS_DECIDE, P.EVALUATIONS_RUBRICS,
        }
    ),
    home="/due/",
    two_factor=True,
)  # fmt: skip
STREET = Role(
    "STREET",
    "街道（乡镇）党建工作人员",
    "维护本街道的两新组织、党支部和覆盖关系，登记党员，派驻指导员，审核和代填活动记录，审核返还党费和困难减免，复核自评，填写一街一簿。",
    frozenset(
        {
            P.REGISTRY_VIEW, P.REGISTRY_CHANGE, P.REGISTRY_IMPORT, P.REGISTRY_EXPORT, P.COVERAGE_CHANGE,
            P.MEMBERS_VIEW, P.MEMBERS_CHANGE, P.VISITS_VIEW, P.VISITS_CHANGE, P.FIGURES_VIEW, P.CODES_ISSUE,
            P.ACTIVITIES_VIEW, P.ACTIVITIES_FILE, P.ACTIVITIES_REVIEW, P.DUES_VIEW, P.DUES_REVIEW,
            P.EVALUATIONS_VIEW, P.EVALUATIONS_RESULTS, P.EVALUATIONS_REVIEW,
        }
    ),
    home="/due/",
    two_factor=True,
)  # fmt: skip
SECRETARY = Role(
    "SECRETARY",
    "党支部书记",
    "办理本支部的事务，填报活动记录，申请返还党费，自评，查看本支部的党员和所覆盖的单位。",
    frozenset(
        {
            P.BRANCH_WORK, P.REGISTRY_VIEW, P.MEMBERS_VIEW, P.ACTIVITIES_VIEW, P.ACTIVITIES_FILE, P.DUES_VIEW,
            P.DUES_APPLY, P.EVALUATIONS_VIEW, P.EVALUATIONS_RESULTS, P.EVALUATIONS_SCORE,
        }
    ),
    home="/branch/",
    branch_only=True,
    trusted_phone=True,
)  # fmt: skip
TREASURER = Role(
    "TREASURER",
    "党费管理员",
    "核定、收缴本支部的党费，登记活动经费的收支，查看本支部的党员；申请和审批由他人办理。",
    frozenset({P.REGISTRY_VIEW, P.MEMBERS_VIEW, P.DUES_VIEW, P.DUES_COLLECT}),
    home="/dues/",
    branch_only=True,
    trusted_phone=True,
)
LEADER = Role(
    "LEADER",
    "领导",
    "查看看板、指标、单位名单、评定结果的汇总和指导员的派驻走访，不查看党员个人信息。",
    frozenset({P.FIGURES_VIEW, P.REGISTRY_VIEW, P.REGISTRY_EXPORT, P.VISITS_VIEW, P.EVALUATIONS_RESULTS}),
    home="/dashboard/",
)
INSTRUCTOR = Role(
    "INSTRUCTOR",
    "党建工作指导员",
    "查看派驻给本人的单位，登记走访。",
    frozenset({P.REGISTRY_VIEW, P.VISITS_VIEW, P.VISITS_LOG}),
    home="/visits/",
    own=True,
    trusted_phone=True,
)
SYSTEM = Role(
    "SYSTEM",
    "系统管理员",
    "开设、停用账号，重置口令；管理员的账号须由另一职责的管理员确认；查看运行状况；不查看业务数据，不能授权。",
    frozenset({P.ACCOUNTS_CHANGE, P.SYSTEM_WATCH}),
    home="/accounts/",
    two_factor=True,
    administrator=True,
)
SECURITY = Role(
    "SECURITY",
    "安全管理员",
    "给用户授权，不能授权给自己；确认对管理员账号的办理；不查看业务数据。",
    frozenset({P.APPOINTMENTS_CHANGE, P.ACCOUNTS_CONFIRM}),
    home="/appointments/",
    two_factor=True,
    administrator=True,
)
AUDIT = Role(
    "AUDIT",
    "审计管理员",
    "查看全部审计记录；确认对管理员账号的办理；不查看党员档案，不能修改业务数据。",
    frozenset({P.AUDIT_VIEW, P.ACCOUNTS_CONFIRM}),
    home="/audit/",
    two_factor=True,
    administrator=True,
)

ROLES: dict[str, Role] = {
    role.code: role for role in (DEPARTMENT, STREET, SECRETARY, TREASURER, LEADER, INSTRUCTOR, SYSTEM, SECURITY, AUDIT)
}
ADMINISTRATORS = tuple(role.code for role in ROLES.values() if role.administrator)
ROLE_CHOICES = [(role.code, role.name) for role in ROLES.values()]


def apart(one: Role, other: Role) -> bool:
    """Whether nobody holds both at a time: an administrator's duty stands beside no other role (rules §8, 权限分离)."""
    return one is not other and (one.administrator or other.administrator)
