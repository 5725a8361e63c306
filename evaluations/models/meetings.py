"""支部党员大会评定: which of its members a branch has as five goods, by its meeting (rules §15)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.days import EventDateField
from core.fields import person
from core.scope import ScopedQuerySet
from evaluations.models.rounds import Round
from orgs.models import PartyOrganization


class Meeting(models.Model):
    """The meeting of a branch in a round of members: who could vote, who came, who agreed. Whom it chose stands with each member;
    it is carried by more than half of those with a vote."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="meetings", verbose_name="评定批次")
    party_organization = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="evaluation_meetings", verbose_name="党支部"
    )
    held_on = EventDateField("支部党员大会日期")
    expected = models.PositiveSmallIntegerField("有表决权的党员")
    present = models.PositiveSmallIntegerField("到会的有表决权党员")
    agreed = models.PositiveSmallIntegerField("赞成")
    excess_reason = models.CharField("超过名额的原因", max_length=200, blank=True)
    entered_by = person("登记人")
    entered_on = EventDateField("登记日期")

    objects = ScopedQuerySet.as_manager()
    view_permission = "evaluations.view"
    change_permission = "evaluations.score"
    scope_path = "party_organization__path"

    class Meta:
        verbose_name = "支部党员大会评定"
        verbose_name_plural = "支部党员大会评定"
        constraints = [
            models.UniqueConstraint(
                fields=["round", "party_organization"],
                name="meeting_once",
                violation_error_message="这个支部已登记支部党员大会评定",
            ),
            models.CheckConstraint(
                condition=Q(present__lte=F("expected"), agreed__lte=F("present"), expected__lt=F("agreed") * 2),
                name="meeting_carried",
                violation_error_message="赞成人数须超过有表决权党员的半数，到会人数不超过有表决权的党员",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_organization} {self.held_on} 支部党员大会评定"
