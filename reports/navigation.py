"""Ways in the header to the pages of this app."""

from accounts.permissions import Permission
from core.due import may_have_due
from core.pages import NavigationEntry, navigation

navigation.add(
    NavigationEntry("due", "待办", "due", may_have_due, 10),
    NavigationEntry("dashboard", "看板", "dashboard", Permission.FIGURES_VIEW, 20),
    NavigationEntry("worklists", "清单", "worklists", Permission.FIGURES_VIEW, 30),
    NavigationEntry("checks", "核查", "checks", Permission.FIGURES_VIEW, 40),
)
