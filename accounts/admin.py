"""The back office knows no groups: rights come from appointments alone."""

from django.contrib import admin
from django.contrib.auth.models import Group

admin.site.unregister(Group)
