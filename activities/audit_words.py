"""Actions of organization life beside those of its tables, in Chinese, and what a record's entry says of its parts."""

from core.audit_words import name_actions, name_keys, name_risks

name_actions(
    {
        "activities.accept": "审核通过活动记录",
        "activities.appraise": "登记民主评议",
        "activities.attach": "上传影像资料",
        "activities.carry_out": "落实决议",
        "activities.close_month": "填报月份关账",
        "activities.detach": "删除影像资料",
        "activities.discard": "删除活动记录草稿",
        "activities.draft": "填写活动记录",
        "activities.held_after_all": "撤回未开展说明",
        "activities.lock_month": "填报月份锁定",
        "activities.not_held": "说明未开展",
        "activities.note": "登记更正说明",
        "activities.obligations": "生成应办事项",
        "activities.publish": "公布典型经验",
        "activities.put_off": "填报月份推迟截止",
        "activities.reopen_month": "填报月份重新开放",
        "activities.send_back": "退回活动记录",
        "activities.submit": "提交活动记录",
        "activities.unpublish": "撤回典型经验",
        "activities.withdraw": "撤回活动记录",
    }
)
name_keys({"absent": "缺席", "came": "到会人数", "decisions": "决议", "grades": "评议等次", "topics": "活动内容"})
name_risks({"迟报、重新开放": ("activities.reopen_month", "activities.put_off")})
