"""What the rules ask of every branch once a year: what its activities are about, and two kinds of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from activities.models import ActivityRecord, Kind, RecordTopic
from core.registries import Registry
from orgs.subjects import number_of

Topic = RecordTopic.Topic


@dataclass(frozen=True)
class Ask:
    """One of them: records about a topic answer it, or those of a kind."""

    code: str
    name: str
    clause: str
    topic: RecordTopic.Topic | None = None
    kind: Kind | None = None

    @property
    def records(self) -> Q:
        return Q(topics__topic=self.topic) if self.topic else Q(kind=self.kind)

    def answers(self, on: date) -> QuerySet[ActivityRecord]:
        """The records of a year up to a day that answer it."""
        return ActivityRecord.objects.filed().filter(self.records, held_on__range=(date(on.year, 1, 1), on))

    def answered(self, on: date) -> Coalesce:
        """How many do, of the Party organization of the outer query."""
        return number_of(self.answers(on), "party_organization")


asks = Registry(
    Ask("policy", "方针政策学习", "意见二-4", topic=Topic.POLICY),
    Ask("law", "法制宣传教育", "意见二-4", topic=Topic.LAW),
    Ask("culture", "先进文化建设", "意见二-3", topic=Topic.CULTURE),
    Ask("management", "与管理层沟通", "意见二-5", topic=Topic.MANAGEMENT),
    Ask("democracy", "民主管理", "意见二-3", topic=Topic.DEMOCRACY),
    Ask("masses", "党建带工建团建", "意见二-3", topic=Topic.MASSES),
    Ask("care", "关心关爱活动", "意见二-3", topic=Topic.CARE),
    Ask("talk", "谈心谈话", "支部工作条例", kind=Kind.TALK),
    Ask("appraisal", "民主评议党员", "支部工作条例", kind=Kind.APPRAISAL),
)


def latest_answer(on: date) -> date:
    """By when a branch that has not answered an ask this year has to."""
    return date(on.year, 12, 31)
