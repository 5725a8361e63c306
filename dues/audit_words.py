"""Actions on dues and on the books, in Chinese."""

from core.audit_words import name_actions, name_risks

name_actions(
    {
        "dues.approve_relief": "批准党费减免",
        "dues.ask_spending": "申请使用经费",
        "dues.assess": "核定党费",
        "dues.assess_list": "按名单核定党费",
        "dues.attach": "上传凭证",
        "dues.book_income": "确认经费收入",
        "dues.close": "结账",
        "dues.confirm_hand_up": "确认收到上缴党费",
        "dues.detach": "删除凭证",
        "dues.discuss_spending": "确认经费使用的讨论",
        "dues.drop_income": "退回经费收入",
        "dues.enter_income": "登记经费收入",
        "dues.hand_up": "上缴党费",
        "dues.post": "登记台账",
        "dues.propose_relief": "提出党费减免",
        "dues.publish": "公开年度经费收支",
        "dues.refund_apply": "申请返还",
        "dues.refund_approve": "审批返还",
        "dues.refund_list": "生成返还清单",
        "dues.refund_pay": "拨付返还",
        "dues.refund_receive": "确认返还到账",
        "dues.refund_reject": "不予返还",
        "dues.refund_return": "退回返还申请",
        "dues.refund_review": "审核返还",
        "dues.refund_withdraw": "撤回返还申请",
        "dues.reject_relief": "不批准党费减免",
        "dues.return_hand_up": "退回上缴党费",
        "dues.return_spending": "退回经费使用",
        "dues.spend": "列支经费",
    }
)
name_risks(
    {
        "党费减免": ("dues.approve_relief",),
        "结账": ("dues.close",),
        "审批、拨付返还": ("dues.refund_approve", "dues.refund_pay"),
    }
)
