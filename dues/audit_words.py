"""Actions on dues, in Chinese."""

from core.audit_words import name_actions, name_risks

name_actions({"dues.close": "结账", "dues.post": "登记台账"})
name_risks({"结账": ("dues.close",)})
