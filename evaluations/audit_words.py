"""Actions on rubrics and rounds, in Chinese."""

from core.audit_words import name_actions, name_risks

name_actions(
    {
        "awards.amend": "修改申报",
        "awards.apply": "申报表彰",
        "awards.decide": "审定推荐",
        "awards.forward": "推荐申报的",
        "awards.give_back": "退回申报",
        "awards.honour": "表彰",
        "awards.publish": "公示推荐",
        "awards.withdraw": "撤回推荐",
        "evaluations.answer": "答复异议",
        "evaluations.department": "审定评定",
        "evaluations.evidence_add": "上传佐证",
        "evaluations.evidence_remove": "删除佐证",
        "evaluations.extra_add": "登记加减分、一票否决",
        "evaluations.extra_remove": "删除加减分、一票否决",
        "evaluations.exempt": "登记不评分的党员",
        "evaluations.meeting": "登记支部党员大会评定",
        "evaluations.object": "登记异议",
        "evaluations.round_discard": "删除评定批次",
        "evaluations.round_edit": "修改评定批次",
        "evaluations.round_finalise": "确定评定结果",
        "evaluations.round_open": "开始评定",
        "evaluations.round_prepare": "建立评定批次",
        "evaluations.round_publish": "公示评定结果",
        "evaluations.self": "提交自评",
        "evaluations.self_save": "保存自评",
        "evaluations.street": "街道复核评定",
        "evaluations.survey_close": "结束满意度测评",
        "evaluations.survey_issue": "发放满意度测评答卷码",
        "evaluations.survey_open": "开始满意度测评",
        "evaluations.survey_paper": "录入纸质满意度问卷",
        "evaluations.survey_paper_remove": "删除纸质满意度问卷",
        "evaluations.survey_put_off": "推迟满意度测评截止日期",
        "evaluations.survey_withdraw": "收回没有用的答卷码",
        "evaluations.rubric_add": "生成默认评分办法",
        "evaluations.rubric_copy": "复制评分办法",
        "evaluations.rubric_discard": "删除评分办法草稿",
        "evaluations.rubric_edit": "修改评分办法",
        "evaluations.rubric_publish": "发布评分办法",
    }
)
name_risks(
    {
        "发布评分办法": ("evaluations.rubric_publish",),
        "评选审定和表彰": ("awards.decide", "awards.publish", "awards.honour"),
        "评定公示和结果": ("evaluations.round_publish", "evaluations.answer", "evaluations.round_finalise"),
    }
)
