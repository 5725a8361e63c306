"""党课 in the back office."""

from django.contrib import admin

from orgs.admin.people import OrganizationTable
from tests.careful.models import Lesson


@admin.register(Lesson)
class LessonAdmin(OrganizationTable):
    """List, form, history, workbook both ways."""

    order, note = 85, "讲过什么党课，下次什么时候讲"
    shown = ("topic", "kind", "held_on", "due_on")
    more = ("phone",)
