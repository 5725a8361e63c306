"""Every permission of the product, with what it allows in Chinese. Roles are made of them; nobody gets one directly."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One thing that somebody may do; the label is printed on the role page."""

    label: str

    def __new__(cls, code: str, label: str) -> Permission:
        """Keep the Chinese sentence beside the code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    REGISTRY_VIEW = "registry.view", "查看两新组织、覆盖关系和党组织"
    REGISTRY_CHANGE = "registry.change", "登记、修改、合并两新组织"
    REGISTRY_IMPORT = "registry.import", "导入和撤销名单"
    REGISTRY_EXPORT = "registry.export", "导出名单和一街一簿"
    COVERAGE_CHANGE = "coverage.change", "建立、调整、终止覆盖关系"
    TREE_CHANGE = "tree.change", "设置、调整、合并、撤销党组织"
    MEMBERS_VIEW = "members.view", "查看党员名册（证件号码、电话遮盖）"
    MEMBERS_CHANGE = "members.change", "登记和修改党员"
    MEMBERS_IMPORT = "members.import", "导入党员名册"
    MEMBERS_REVEAL = "members.reveal", "说明原因后查看证件号码、电话"
    MEMBERS_EXPORT = "members.export", "说明原因后导出党员名册"
    VISITS_VIEW = "visits.view", "查看指导员、派驻和走访"
    VISITS_CHANGE = "visits.change", "登记指导员、派驻"
    VISITS_LOG = "visits.log", "登记走访"
    ACTIVITIES_VIEW = "activities.view", "查看活动记录和应办事项"
    ACTIVITIES_FILE = "activities.file", "填报活动记录、计划和作用发挥"
    ACTIVITIES_REVIEW = "activities.review", "审核活动记录"
    DUES_VIEW = "dues.view", "查看党费收缴和活动经费"
    DUES_COLLECT = "dues.collect", "核定、收缴党费，登记经费收支，说明原因后查看收入基数"
    DUES_APPLY = "dues.apply", "申请返还党费，提出使用经费，年度公开"
    DUES_REVIEW = "dues.review", "审核返还和困难减免，确认上缴"
    DUES_APPROVE = "dues.approve", "审批、拨付返还党费和补助（县级以上）"
    EVALUATIONS_VIEW = "evaluations.view", "查看评分办法和五个好评定"
    EVALUATIONS_RESULTS = "evaluations.results", "查看确定的评定结果：数量、分布和变化"
    EVALUATIONS_SCORE = "evaluations.score", "为本支部自评、上传佐证"
    EVALUATIONS_REVIEW = "evaluations.review", "复核自评，登记加减分、一票否决和异议"
    EVALUATIONS_DECIDE = "evaluations.decide", "组织评定，审定、公示，答复异议，确定结果"
    EVALUATIONS_RUBRICS = "evaluations.rubrics", "制定、发布评分办法（市级）"
    FIGURES_VIEW = "figures.view", "查看看板和指标"
    MONTHS_CLOSE = "months.close", "关账并冻结月度数据"
    PARAMETERS_CHANGE = "parameters.change", "设置参数和目标"
    ACCOUNTS_CHANGE = "accounts.change", "开设、停用账号，重置口令"
    ACCOUNTS_CONFIRM = "accounts.confirm", "确认对管理员账号的重置、启用、停用"
    CODES_ISSUE = "codes.issue", "为本辖区的书记、党费管理员、指导员重置口令、撤销信任的手机"
    APPOINTMENTS_CHANGE = "appointments.change", "用户授权"
    SYSTEM_WATCH = "system.watch", "查看运行状况：磁盘、备份、后台程序和失败的任务"
    AUDIT_VIEW = "audit.view", "查看审计记录"
    BRANCH_WORK = "branch.work", "办理本支部事务"
