"""Actions on dues and on the books, in Chinese."""

from core.audit_words import name_actions, name_risks

name_actions(
    {
        "dues.approve_relief": "批准党费减免",
        "dues.assess": "核定党费",
        "dues.assess_list": "按名单核定党费",
        "dues.close": "结账",
        "dues.confirm_hand_up": "确认收到上缴党费",
        "dues.hand_up": "上缴党费",
        "dues.post": "登记台账",
        "dues.propose_relief": "提出党费减免",
        "dues.reject_relief": "不批准党费减免",
        "dues.return_hand_up": "退回上缴党费",
    }
)
name_risks({"党费减免": ("dues.approve_relief",), "结账": ("dues.close",)})
