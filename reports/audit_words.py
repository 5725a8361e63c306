"""Actions of the reports, in Chinese."""

from core.audit_words import name_actions, name_keys

name_actions(
    {
        "books.return": "交回一街一簿",
        "gaps.answer": "填报未建原因和计划",
        "months.close": "关账",
        "targets.set": "设置目标",
    }
)
name_keys({"figures": "冻结数据行数", "units": "冻结名单新增行数"})
