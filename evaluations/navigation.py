"""The link of evaluations in the header."""

from accounts.permissions import Permission as P
from core.pages import NavigationEntry, navigation

navigation.add(NavigationEntry("evaluations", "评定", "rubrics", P.EVALUATIONS_VIEW, order=57))
