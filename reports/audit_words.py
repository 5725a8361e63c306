"""Actions of the reports, in Chinese."""

from core.audit_words import name_actions, name_keys

name_actions({"targets.set": "设置目标", "months.close": "关账"})
name_keys({"figures": "冻结数据行数", "units": "冻结名单新增行数"})
