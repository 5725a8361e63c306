"""每周提醒: one mail a week to whoever runs a branch in which something waits. It names no person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.conf import settings
from django.core import mail
from django.db.models import Count, QuerySet

from accounts.models import User
from accounts.permissions import Permission as P
from accounts.roles import ROLES
from activities.models import ActivityRecord, Obligation
from core import writing
from orgs.models import Appointment, PartyOrganization

WEEK = timedelta(days=7)
REMINDED = [role.code for role in ROLES.values() if P.BRANCH_WORK in role.permissions]


def remind(*, on: date) -> list[mail.EmailMessage]:
    """The mails of a day, to be sent once this is committed: each person gets one in seven days at most. A constant number of
    queries."""
    due = _counted(Obligation.objects.open().fileable().filter(begins_on__lte=on, due_on__lte=on + WEEK))
    back = _counted(ActivityRecord.objects.filter(status=ActivityRecord.Status.RETURNED))
    waiting: dict[User, list[str]] = {}
    for user, branch in _who(on, due.keys() | back.keys()):
        parts = [f"应办事项 {due[branch.pk]} 项"] if branch.pk in due else []
        parts += [f"被退回的记录 {back[branch.pk]} 份"] if branch.pk in back else []
        waiting.setdefault(user, []).append(f"{branch}：{'，'.join(parts)}。")
    writing.derive(User.objects.filter(pk__in=[user.pk for user in waiting]), reminded_on=on)
    return [_mail(user, lines) for user, lines in waiting.items()]


def _counted(rows: QuerySet) -> dict[int, int]:
    return dict(rows.order_by().values_list("party_organization").annotate(Count("pk")))


def _who(on: date, branches: set[int]) -> Iterator[tuple[User, PartyOrganization]]:
    """Who runs one of the branches, has a mail address and was not reminded within a week."""
    held = Appointment.objects.on(on).filter(role__in=REMINDED, user__is_active=True).exclude(user__email="")
    for one in held.exclude(user__reminded_on__gt=on - WEEK).select_related("user", "node").order_by("pk"):
        if one.node_id in branches:
            yield one.user, one.node


def _mail(user: User, lines: list[str]) -> mail.EmailMessage:
    body = [
        f"{user.name}同志：",
        "",
        "一周内到期或已逾期的有：",
        *lines,
        "",
        "请登录系统，在“本支部”办理。每周提醒一次。",
    ]
    return mail.EmailMessage(f"{settings.MAIL_SUBJECT}：本周待办", "\n".join(body), to=[user.email])
