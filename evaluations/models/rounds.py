"""评定批次: who is evaluated of which time, and until when each stage is taken (rules §15). Once a round is final, nothing of it
changes, nor of what is in it: the database refuses."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from core.days import DeadlineField, EventDateField, PeriodDateField
from core.fields import person
from core.scope import Scope
from evaluations.rules.facts import Span
from evaluations.rules.rounds import LABELS
from orgs.models import PartyOrganization
from orgs.models.party import FromAboveQuerySet


class RoundQuerySet(FromAboveQuerySet):
    def told(self, scope: Scope) -> Self:
        """Those that a scope sees, and whose results, once they are final, it may read as numbers."""
        final = self.filter(state=Round.State.FINAL).reached_by(scope.having("evaluations.results"))
        return self.filter(Q(pk__in=self.within(scope).values("pk")) | Q(pk__in=final.values("pk"))).as_narrowed()


def deadline(stage: str) -> str:
    """The column of a round that says until when a stage is taken."""
    return f"{stage.lower()}_until"


class Round(models.Model):
    """A year or half a year of which branches, or members, below a node are evaluated."""

    class Subject(models.TextChoices):
        BRANCH = "BRANCH", "党支部"
        MEMBER = "MEMBER", "党员"

    class State(models.TextChoices):
        PREPARED = "PREPARED", "准备中"
        OPEN = "OPEN", "评定中"
        NOTICE = "NOTICE", "公示中"
        FINAL = "FINAL", "已确定"

    name = models.CharField("名称", max_length=60)
    subject = models.CharField("评定对象", max_length=6, choices=Subject, default=Subject.BRANCH)
    node = models.ForeignKey(PartyOrganization, models.PROTECT, related_name="rounds", verbose_name="组织评定的党组织")
    first_day = PeriodDateField("评定期间第一天")
    last_day = PeriodDateField("评定期间最后一天")
    self_until = DeadlineField("自评截止日期")
    street_until = DeadlineField("街道复核截止日期")
    department_until = DeadlineField("组织部门审定截止日期")
    state = models.CharField("状态", max_length=8, choices=State, default=State.PREPARED)
    opened_on = EventDateField("开始日期", null=True, blank=True)
    notice_on = EventDateField("公示日期", null=True, blank=True)
    notice_until = DeadlineField("公示截止日期", null=True, blank=True)
    final_on = EventDateField("确定日期", null=True, blank=True)
    final_by = person("确定人")

    objects = RoundQuerySet.as_manager()
    view_permission = "evaluations.view"
    change_permission = "evaluations.decide"
    scope_path = "node__path"
    given_from_above = True

    class Meta:
        verbose_name = "评定批次"
        verbose_name_plural = "评定批次"
        constraints = [
            models.UniqueConstraint(
                fields=["node", "subject", "first_day", "last_day"],
                name="round_once",
                violation_error_message="这一期间已有同类评定批次",
            ),
            models.CheckConstraint(
                condition=Q(
                    last_day__gt=F("first_day"), self_until__gt=F("last_day"), street_until__gt=F("self_until"),
                    department_until__gt=F("street_until"),
                ),
                name="round_timetable",
                violation_error_message="自评、街道复核、组织部门审定的截止日期依次向后，都在评定期间以后",
            ),
            models.CheckConstraint(
                condition=Q(state="PREPARED", opened_on=None, notice_on=None, notice_until=None, final_on=None)
                | Q(state="OPEN", opened_on__isnull=False, notice_on=None, notice_until=None, final_on=None)
                | Q(state="NOTICE", opened_on__isnull=False, notice_until__gt=F("notice_on"), final_on=None)
                | Q(state="FINAL", opened_on__isnull=False, final_on__gt=F("notice_until"), final_by__isnull=False),
                name="round_days",
                violation_error_message="状态与日期不符",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def span(self) -> Span:
        return Span(self.first_day, self.last_day)

    @property
    def until(self) -> dict[str, date]:
        """By stage: the last day on which it is taken."""
        return {stage: getattr(self, deadline(stage)) for stage in LABELS}

    @property
    def of_members(self) -> bool:
        return self.subject == self.Subject.MEMBER

    @property
    def public(self) -> bool:
        """Whether name and unit of whoever reached five goods may be told."""
        return self.state in (self.State.NOTICE, self.State.FINAL)

    @property
    def final(self) -> bool:
        return self.state == self.State.FINAL
