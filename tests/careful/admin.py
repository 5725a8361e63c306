"""党课 and 专题学习 in the back office."""

from django.contrib import admin

from accounts.permissions import Permission as P
from core.admin import TableAdmin
from orgs.admin.people import OrganizationTable
from orgs.admin.places import PARTY
from orgs.services.tables import PartyRows
from tests.careful.models import Lesson, Study


@admin.register(Lesson)
class LessonAdmin(OrganizationTable):
    """List, form, history, workbook both ways."""

    order, note = 85, "讲过什么党课，下次什么时候讲"
    shown = ("topic", "kind", "held_on", "due_on")
    more = ("phone",)


@admin.register(Study)
class StudyAdmin(TableAdmin):
    """The same for rows of a Party organization."""

    services_class = PartyRows
    export_permission = P.REGISTRY_EXPORT
    group, order, note = "党组织", 95, "党组织开展的专题学习"
    whose = (PARTY,)
    shown = ("topic", "held_on", "online")
    fixed = ("party_organization",)
