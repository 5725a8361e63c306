"""Actions of the reports, in Chinese."""

from core.audit_words import name_actions, name_keys, name_risks, name_values
from core.indicators import indicators
from reports.worklists import worklists

name_actions(
    {
        "books.issue": "发出一街一簿",
        "books.return": "交回一街一簿",
        "gaps.answer": "填报原因和计划",
        "months.close": "关账（签发）",
        "months.take": "月末取数",
        "targets.set": "设置目标",
    }
)
name_keys(
    {
        "planned_by": "完成时限",
        "planned_form": "方式（措施）",
        "reason": "原因",
        "responsible": "责任人",
    }
)
name_values("reports.target", {"indicator": lambda code: indicators[code].name if code in indicators else code})
name_values("reports.streetbook", {"worklist": lambda code: worklists[code].title if code in worklists else code})
name_risks({"关账": ("months.close",), "参数、管理权限": ("targets.set",)})
