"""Models without scope, names, kinds of days, encryption."""

from django.db import models

from core.days import PeriodDateField
from core.scope import ScopedQuerySet
from orgs.models import Organization, PartyOrganization


class Note(models.Model):
    """Says nothing of itself."""

    organization = models.ForeignKey(Organization, models.CASCADE)
    node = models.ForeignKey(PartyOrganization, models.CASCADE)
    text = models.CharField(max_length=20)
    phone = models.CharField("联系电话", max_length=20)
    day = models.DateField()

    def __str__(self) -> str:
        return self.text


class Sheet(models.Model):
    """Has a scope and forgets who changes it; has both days of a period and is none."""

    organization = models.ForeignKey(Organization, models.CASCADE, verbose_name="单位")
    name = models.CharField("名称", max_length=20)
    since = PeriodDateField("起始")
    until = PeriodDateField("终止")

    objects = ScopedQuerySet.as_manager()
    view_permission = "registry.view"
    scope_path = "organization__managed_by__path"

    class Meta:
        verbose_name = verbose_name_plural = "单子"

    def __str__(self) -> str:
        return self.name
