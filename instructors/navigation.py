"""Links of instructors' work in the header."""

from accounts.permissions import Permission as P
from core.pages import NavigationEntry, navigation

navigation.add(
    NavigationEntry("visits", "走访", "visits", P.VISITS_LOG, order=30),
    NavigationEntry("overdue", "派驻走访", "visits_overdue", P.FIGURES_VIEW, order=60),
)
