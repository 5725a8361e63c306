"""Actions of instructors' work beside those of its tables, in Chinese."""

from core.audit_words import name_actions

name_actions(
    {
        "instructors.hand_over": "随党组织合并转移",
        "instructors.move_along": "随合并重复登记转移",
        "instructors.reopen_assignment": "恢复派驻",
    }
)
