"""单位未准假: which organizations kept their people from coming, for the owner's record and for whoever visits there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import DateField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast

from activities.models import Attendance
from core.parameters import values_on
from core.scope import Scope
from orgs.models import Organization


def leave_refused(organization: Any) -> QuerySet[Attendance]:
    """Absences of which an organization was the reason, by where the member worked then; the newest first."""
    rows = Attendance.objects.filed().filter(reason=Attendance.Reason.EMPLOYER, member__organization=organization)
    rows = rows.filter(member__organization_since__lte=F("record__held_on"))
    return rows.order_by("-record__held_on", "-record")


def to_be_spoken_to(scope: Scope, *, on: date) -> QuerySet[Organization]:
    """Organizations that nobody has visited since they last gave no leave, with the day until which somebody should."""
    newest = leave_refused(OuterRef("pk")).values("record__held_on")[:1]
    days = timedelta(days=int(values_on(on)["life.leave_days"]))
    rows = Organization.objects.within(scope).standing().annotate(refused_on=Subquery(newest))
    rows = rows.filter(Q(facts__visited_on=None) | Q(facts__visited_on__lt=F("refused_on")), refused_on__isnull=False)
    return rows.annotate(speak_by=Cast(F("refused_on") + Value(days), DateField())).order_by("speak_by", "pk")
