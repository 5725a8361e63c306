"""Ways in the header to the pages of this app."""

from accounts.permissions import Permission
from core.pages import NavigationEntry, navigation

navigation.add(
    NavigationEntry("worklists", "清单", "worklists", Permission.FIGURES_VIEW, 30),
)
