"""党课: what was taught in an organization, and until when the next one is due; 专题学习: what a Party organization held."""

from __future__ import annotations

from django.db import models

from core.days import DeadlineField, EventDateField
from core.fields import EncryptedTextField
from core.scope import ScopedQuerySet
from orgs.models import Organization, OrganizationRow, PartyOrganization


class Lesson(OrganizationRow):
    """A lesson in an organization."""

    class Kind(models.TextChoices):
        """How it was held."""

        HALL = "HALL", "集中授课"
        ONLINE = "ONLINE", "线上"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="lessons", verbose_name="两新组织")
    topic = models.CharField("主题", max_length=60)
    kind = models.CharField("方式", max_length=6, choices=Kind)
    held_on = EventDateField("日期")
    due_on = DeadlineField("下次时限", null=True, blank=True)
    phone = EncryptedTextField("联系电话", blank=True)

    reveal_permission = "registry.change"

    class Meta:
        verbose_name = "党课"
        verbose_name_plural = "党课"

    def __str__(self) -> str:
        return self.topic


class Study(models.Model):
    """A study session of a Party organization."""

    party_organization = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="+", verbose_name="党组织")
    topic = models.CharField("主题", max_length=60)
    held_on = EventDateField("日期")
    online = models.BooleanField("线上", default=False)

    objects = ScopedQuerySet.as_manager()
    view_permission, change_permission = "registry.view", "coverage.change"
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "专题学习"
        verbose_name_plural = "专题学习"

    def __str__(self) -> str:
        return self.topic
