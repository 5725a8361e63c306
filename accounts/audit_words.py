"""Actions on accounts, in Chinese."""

from core.audit_words import name_actions, name_risks

name_actions(
    {
        "accounts.open": "开设账号",
        "accounts.ask": "申请办理管理员账号",
        "accounts.change": "修改账号",
        "accounts.close": "停用账号",
        "accounts.reopen": "启用账号",
        "accounts.reset": "重置口令",
        "accounts.password": "修改口令",
        "accounts.password_failed": "修改口令时现口令错误",
        "accounts.code_failed": "动态口令错误",
        "accounts.confirm": "确认办理管理员账号",
        "accounts.factor_change": "更换动态口令",
        "accounts.factor_add": "设置动态口令",
        "accounts.factor_reset": "重置动态口令",
        "accounts.refuse": "不同意办理管理员账号",
        "accounts.phone_trust": "信任手机",
        "accounts.phone_revoke": "撤销信任的手机",
        "accounts.sign_in": "登录",
        "accounts.sign_out": "退出",
        "accounts.sign_in_failed": "登录失败",
        "accounts.sign_in_locked": "登录锁定",
    }
)
name_risks(
    {
        "登录失败、锁定": (
            "accounts.sign_in_failed",
            "accounts.sign_in_locked",
            "accounts.code_failed",
            "accounts.password_failed",
        ),
        "重置口令、动态口令": ("accounts.reset", "accounts.factor_reset", "accounts.factor_change"),
        "开设、启用、停用账号": (
            "accounts.open",
            "accounts.reopen",
            "accounts.close",
            "accounts.ask",
            "accounts.confirm",
            "accounts.refuse",
        ),
    }
)
