"""Instructors without an account, of whom a street may ask for one with its secretaries (`members.services.wanted`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import QuerySet

from accounts.models import User
from accounts.permissions import Permission as P
from accounts.roles import INSTRUCTOR
from core.scope import Scope
from instructors.models import Instructor
from instructors.services import instructors
from members.services.wanted import Wanted, WantedSource, sources
from orgs.models.party import BRANCH_KINDS


def _serving(scope: Scope, on: date) -> QuerySet[Instructor]:
    place = scope.having(P.CODES_ISSUE).path_filter("sent_by__path")
    rows = Instructor.objects.on(on).filter(place, user=None, sent_by__dissolved_on=None)
    return rows.exclude(sent_by__kind__in=BRANCH_KINDS).select_related("sent_by")


def _told(rows: Iterable[Instructor], on: date) -> Iterator[Wanted]:
    for one in rows:
        yield Wanted("instructor", one.pk, INSTRUCTOR.code, one.sent_by, one.name)


def _link(*, key: int, user: User, by: User, on: date) -> None:
    row = Instructor.objects.select_related("sent_by").get(pk=key)
    instructors.write(row=row, values={"user": user}, by=by, on=on, reason="账号批量申请")


sources.add(WantedSource("instructor", _serving, _told, _link))
