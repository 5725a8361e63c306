"""What the street reviews: records by the day until which each is to be reviewed, and what stands beside one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, DateField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, TruncMonth

from accounts.models import User
from accounts.permissions import Permission as P
from accounts.roles import SECRETARY
from activities.models import ActivityRecord, Obligation, Review
from activities.models.months import locked_months
from activities.models.records import RecordQuerySet
from activities.queries.checks import checked
from activities.queries.people import not_seen
from activities.rules.checks import NAMES, Finding, Level, fine, named
from activities.rules.likeness import marked
from core.parameters import values_on
from core.scope import Scope

Status = ActivityRecord.Status
ABSENT_MONTHS = 3  # A12


@dataclass(frozen=True)
class Checked:
    """One automatic check of a record: `level` is empty where nothing is wrong."""

    code: str
    name: str
    level: str
    sentence: str


# a day, since a database compares days with locked months by a hash, and times one by one
MONTH_HELD = Cast(TruncMonth("held_on"), DateField())


def not_locked(records: RecordQuerySet) -> RecordQuerySet:
    """Without what still waits in a month that is locked: nobody can say anything of it any more."""
    return records.alias(month_held=MONTH_HELD).exclude(status=Status.SUBMITTED, month_held__in=locked_months())


def to_review(scope: Scope) -> RecordQuerySet:
    """Those of `reviewable` that wait, asked for by what an index holds: there are tens of thousands of them."""
    waiting = ActivityRecord.objects.changeable(scope, P.ACTIVITIES_REVIEW).waiting()
    return waiting.alias(month_held=MONTH_HELD).exclude(month_held__in=locked_months())


def reviewable(scope: Scope, *, on: date) -> RecordQuerySet:
    """Records that were handed in, with the day until which each is to be reviewed."""
    days = timedelta(days=int(values_on(on)["life.review_days"]))
    found = not_locked(ActivityRecord.objects.changeable(scope, P.ACTIVITIES_REVIEW).filed())
    return found.annotate(review_by=Cast(F("submitted_on") + Value(days), DateField()))


def with_returns(rows: RecordQuerySet) -> RecordQuerySet:
    """Records with how often each was returned, with their branches and whoever entered them for it."""
    found = Review.objects.filter(record=OuterRef("pk"), verdict=Review.Verdict.RETURNED).order_by().values("record")
    returns = Coalesce(Subquery(found.annotate(number=Count("pk")).values("number")), 0)
    return rows.annotate(returns=returns).select_related("party_organization", "entered_by")


def others(rows: QuerySet[ActivityRecord], user: User, *, on: date) -> QuerySet[ActivityRecord]:
    """Records that were filed by others, so that the user may review them: of no branch for which the user files, or did
    on the day on which the record came or later."""
    filed_then = ~Q(until__lt=OuterRef("submitted_on"))
    served = user.appointments.filter(
        filed_then, role=SECRETARY.code, node=OuterRef("party_organization"), since__lte=on
    )
    return rows.exclude(pk__in=rows.filter(Q(entered_by=user) | Exists(served)).order_by().values("pk"))


def neighbours(rows: QuerySet[ActivityRecord], record: ActivityRecord) -> tuple[int | None, int | None]:
    """The records before and after one in the order of the queue, whether it still stands there or not."""
    day = record.submitted_on
    later = Q(submitted_on__gt=day) | Q(submitted_on=day, pk__gt=record.pk)
    earlier = Q(submitted_on__lt=day) | Q(submitted_on=day, pk__lt=record.pk)
    before = rows.filter(earlier).order_by("-submitted_on", "-pk").values_list("pk", flat=True).first()
    return before, rows.filter(later).order_by("submitted_on", "pk").values_list("pk", flat=True).first()


def checks_of(record: ActivityRecord, scope: Scope, *, on: date) -> list[Checked]:
    """All automatic checks of a record, in their order, each with its sentence, also where nothing is wrong."""
    found: dict[str, list[Finding]] = {}
    for one in (
        *checked([record], scope, on=on)[record.pk],
        *_unsettled(record, on),
        *_long_absent(record, scope),
        *_not_done(record, on),
    ):
        found.setdefault(one.code, []).append(one)
    filed_on = record.submitted_on or on
    facts = {
        "expected": record.expected,
        "present": record.present,
        "absent": record.expected - record.present,
        "share": record.present * 100 // record.expected if record.expected else 0,
        "days": (filed_on - record.held_on).days if record.held_on else 0,
        "similarity": record.similarity,
        "signs": len(record.content),
    }
    return [
        Checked(
            code,
            name,
            next((one.level.value for one in found.get(code, ())), ""),
            "；".join(one.sentence for one in found.get(code, ())) or fine(code, facts),
        )
        for code, name in NAMES.items()
    ]


def verdicts_of(record: ActivityRecord) -> list[Review]:
    """What the street said of a record, the newest first; a 更正说明 stands in its minutes."""
    reviews = [one for one in record.reviews.all() if one.verdict != Review.Verdict.NOTE]
    return sorted(reviews, key=lambda one: one.pk, reverse=True)


def alike_of(
    record: ActivityRecord, scope: Scope
) -> tuple[ActivityRecord | None, list[tuple[str, bool]], list[tuple[str, bool]]]:
    """The most alike record, where the scope may see it, and both texts with what they share."""
    rows = ActivityRecord.objects.within(scope).select_related("party_organization")
    other = rows.filter(pk=record.alike_id).first() if record.alike_id else None
    if other is None:
        return None, [], []
    return other, list(marked(record.content, other.content)), list(marked(other.content, record.content))


def _unsettled(record: ActivityRecord, on: date) -> Iterator[Finding]:
    """A7: what is due of the branch in the month of the record and still missing."""
    if record.held_on is None:
        return
    rows = Obligation.objects.filter(
        party_organization=record.party_organization_id, month=record.held_on.replace(day=1)
    )
    missing = [row for row in rows.open().order_by("due_on", "kind") if row.due_on < on]
    if missing:
        names = "、".join(row.get_kind_display() for row in missing)
        yield Finding("A7", Level.TASK, f"{record.held_on:%Y-%m} 还有 {len(missing)} 项没有上报：{names}")


def _long_absent(record: ActivityRecord, scope: Scope) -> Iterator[Finding]:
    """A12: absent members whom the records of three months miss."""
    if record.held_on is None:
        return
    missed = not_seen(scope, months=ABSENT_MONTHS, on=record.held_on)
    absent = [row.member_id for row in record.attendances.all() if not row.present]
    if absent and (names := [member.name for member in missed.filter(pk__in=absent)]):
        yield Finding("A12", Level.TASK, f"{named(names)}已 {ABSENT_MONTHS} 个月没有参加活动，请安排谈心谈话")


def _not_done(record: ActivityRecord, on: date) -> Iterator[Finding]:
    """A13: decisions whose day is over and that nobody said were carried out."""
    late = [row for row in record.decisions.all() if row.due_on and row.due_on < on and not row.done_on]
    if late:
        yield Finding("A13", Level.TASK, f"有 {len(late)} 项决议已过完成时限，还没有落实")
