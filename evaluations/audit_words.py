"""Actions on rubrics, in Chinese."""

from core.audit_words import name_actions, name_risks

name_actions(
    {
        "evaluations.rubric_add": "生成默认评分办法",
        "evaluations.rubric_copy": "复制评分办法",
        "evaluations.rubric_discard": "删除评分办法草稿",
        "evaluations.rubric_edit": "修改评分办法",
        "evaluations.rubric_publish": "发布评分办法",
    }
)
name_risks({"发布评分办法": ("evaluations.rubric_publish",)})
