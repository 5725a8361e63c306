"""Links of the registry in the header."""

from accounts.permissions import Permission as P
from core.pages import NavigationEntry, navigation

navigation.add(
    NavigationEntry(
        "organizations", "单位", "admin:orgs_organization_changelist", P.REGISTRY_VIEW, order=40, also="/organizations/"
    ),
    NavigationEntry("registry", "业务管理", "admin:index", P.REGISTRY_CHANGE, order=80),
    NavigationEntry("parameters", "参数", "parameters", P.PARAMETERS_CHANGE, order=90),
    NavigationEntry("people", "书记、指导员", "people", P.CODES_ISSUE, order=85),
    NavigationEntry("appointments", "用户授权", "appointments", P.APPOINTMENTS_CHANGE, order=920),
)
