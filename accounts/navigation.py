"""Links to accounts in the header."""

from accounts.permissions import Permission
from core.pages import NavigationEntry, navigation

navigation.add(NavigationEntry("accounts", "账号", "accounts", Permission.ACCOUNTS_CHANGE, order=910))
navigation.add(
    NavigationEntry("account_requests", "账号办理确认", "account_requests", Permission.ACCOUNTS_CONFIRM, order=930)
)
