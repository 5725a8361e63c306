"""Actions on the registry, in Chinese."""

from core.audit_words import name_actions, name_keys, name_risks, name_values
from orgs.sources.wording import WORDS, source_name

name_actions(
    {
        "appointments.give": "授权",
        "appointments.end": "终止授权",
        "appointments.move": "调整授权",
        "coverage.begin": "建立覆盖",
        "coverage.change": "调整覆盖",
        "coverage.end": "终止覆盖",
        "headcounts.count": "核定人数",
        "organizations.absorb": "合并重复登记（保留）",
        "organizations.category": "判定类别",
        "organizations.change": "修改单位",
        "organizations.former_manager": "记入管理沿革",
        "organizations.give_back": "随撤销合并转回",
        "organizations.headcount": "更新人数",
        "organizations.manager": "调整管理党组织",
        "organizations.merge": "合并重复登记（并入）",
        "organizations.move_along": "随合并重复登记转移",
        "organizations.register": "登记单位",
        "organizations.status": "调整状态",
        "organizations.taken": "登记了重复的统一社会信用代码（已拒绝）",
        "organizations.undo": "撤销批量修改",
        "organizations.unmerge": "撤销合并",
        "parameters.set": "设置参数",
        "party.change": "修改党组织",
        "party.dissolve": "撤销党组织",
        "party.establish": "设立党组织",
        "party.merge": "合并党组织",
        "party.move": "调整隶属",
        "regions.load": "导入行政区划",
    }
)
name_keys(
    {
        "appointment": "用户授权",
        "coverage": "覆盖关系",
        "coverages_ended": "终止的覆盖关系",
        "headcount": "人数记录",
        "venueuse": "使用的阵地",
    }
)
name_values("orgs.organization", WORDS)
name_values("orgs.headcount", {"source": source_name})
name_risks(
    {
        "授权": ("appointments.give", "appointments.end"),
        "撤销导入、合并": ("organizations.unmerge", "organizations.merge", "party.merge", "party.dissolve"),
        "查重被拒绝": ("organizations.taken",),
        "参数、管理权限": ("parameters.set", "jurisdictions.add", "jurisdictions.change"),
    }
)
