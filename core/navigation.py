"""Links of the shared machinery in the header."""

from core.pages import NavigationEntry, navigation

navigation.add(NavigationEntry("audit", "审计记录", "audit", "audit.view", order=900))
navigation.add(NavigationEntry("status", "运行状况", "status", "system.watch", order=920))
navigation.add(NavigationEntry("imports", "导入名单", "imports", "registry.import", order=60))
