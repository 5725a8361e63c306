"""/lessons/: all lessons of the scope."""

from accounts.permissions import Permission as P
from core.listing import Column, ListPage, Order
from orgs.admin.people import UNIT
from orgs.filters import OfOrganizationFilters
from tests.careful.models import Lesson


class LessonList(ListPage):
    """The newest first."""

    title, unit, empty = "党课", "次", "还没有登记党课。"
    permission, export_permission = P.REGISTRY_VIEW, P.REGISTRY_EXPORT
    rows = Lesson.objects.select_related("organization")
    filters = OfOrganizationFilters
    columns = (UNIT, Column("主题", "topic"), Column("日期", "held_on", kind="date", order="newest"))
    orders = (Order("newest", ("-held_on", "-pk")),)
