"""The link of dues in the header."""

from accounts.permissions import Permission as P
from core.pages import NavigationEntry, navigation

navigation.add(NavigationEntry("dues", "党费", "dues", P.DUES_VIEW, order=55, also=r"/dues/|/branch/\d+/(dues|funds)/"))
