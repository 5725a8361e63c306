"""Actions on members, in Chinese."""

from core.audit_words import name_actions, name_keys, name_risks, name_values

name_actions(
    {
        "accounts.batch_ask": "批量申请账号",
        "accounts.batch_answer": "办理账号批量申请",
        "members.change": "修改党员信息",
        "members.group": "调整党小组",
        "members.employer": "调整工作单位",
        "members.hand_over": "随党组织合并转移",
        "members.move": "调整所在党组织",
        "members.register": "登记党员",
        "members.status": "调整党员状态",
        "members.taken": "登记了重复的证件号码（已拒绝）",
        "party.keep": "书记、届满日期随任职和换届改变",
    }
)
name_keys({"id_digest": "证件号码摘要"})
name_values(
    "members.wantedaccount",
    {"source": lambda code: {"post": "任职", "treasurer": "缺党费管理员", "instructor": "党建指导员"}.get(code, code)},
)
name_risks({"查重被拒绝": ("members.taken",)})
