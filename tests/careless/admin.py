"""A stock admin, and a table with services that know nothing of organizations."""

from django.contrib import admin

from core.admin import TableAdmin
from tests.careless.models import Note, Sheet

admin.site.register(Note, admin.ModelAdmin)


@admin.register(Sheet)
class SheetAdmin(TableAdmin):
    """Without locks and facts."""

    shown = ("organization", "name")
