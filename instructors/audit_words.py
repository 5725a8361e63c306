"""Actions of instructors' work, in Chinese."""

from core.audit_words import name_actions

name_actions(
    {
        "instructors.assign": "派驻指导员",
        "instructors.change": "修改指导员信息",
        "instructors.end": "终止指导员工作",
        "instructors.end_assignment": "终止派驻",
        "instructors.hand_over": "随党组织合并转移",
        "instructors.move_along": "随合并重复登记转移",
        "instructors.reopen_assignment": "恢复派驻",
        "instructors.select": "选派指导员",
        "instructors.visit": "登记走访",
    }
)
