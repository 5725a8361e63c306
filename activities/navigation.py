"""Links of organization life in the header."""

from accounts.permissions import Permission as P
from core.pages import NavigationEntry, navigation

navigation.add(
    NavigationEntry("branch", "本支部", "branch", P.BRANCH_WORK, order=5, also="/party/"),
    NavigationEntry("reviews", "审核", "reviews", P.ACTIVITIES_REVIEW, order=45),
    NavigationEntry("records", "活动记录", "records", P.ACTIVITIES_VIEW, order=50),
)
