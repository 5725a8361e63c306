"""Steps of a worker: branches with a year of records and what reading and filing take among so many (`life`), branches
whose secretaries sign in (`secretaries`), and what came of what they sent (`arrived`)."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from datetime import time as time_of_day
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from activities.models import ActivityRecord, Attachment, Attendance, Obligation
from activities.queries.branches import seats
from activities.queries.checks import checked
from activities.queries.home import duties
from activities.queries.lists import unreported
from activities.queries.months import months_of_records
from activities.queries.reviews import reviewable, with_returns
from activities.services import months, obligations, records
from bench.timing import measure, seconds
from core import files as kept_files
from core.models import AuditEntry
from core.months import YearMonth
from core.numbering import reserve_ids
from core.rows import analyze, insert_rows
from members.models import Member
from orgs.access import scope_for
from orgs.facts import refresh
from orgs.models import Appointment, PartyOrganization
from orgs.models.party import step_of

MONTHS, ROLL, PAGE = 12, 4, 50
TEXT = (
    "支部书记领学原文，党员结合岗位谈了体会，讨论了年底安全检查的分工，由技术组牵头整理隐患清单，第{0}项按期完成。" * 2
)


def life(number: str) -> dict[str, float]:
    """So many branches, each with a member roll, a record a month and its duties; then seconds and queries of each act."""
    today = timezone.localdate()
    branches = some_branches(int(number), today)
    year_of_records(branches, today)
    refresh(None, on=today)
    district = scope_for(User.objects.get(username="district"), on=today)
    secretary = scope_for(User.objects.get(username="secretary"), on=today)
    branch, numbers = PartyOrganization.objects.get(pk=branches[0]), count()
    found: dict[str, float] = {}
    measured = partial(measure, found)

    def submit() -> None:
        records.submit(
            by=None, party_organization=branch, kind="LECTURE", draft_key=uuid4(), on=today,
            seats=seats(branch, kind="LECTURE", day=today),
            values={"held_on": today, "starts_at": _NINE, "ends_at": _TEN, "place": "活动室", "host": "书记",
                    "lecturer": "书记", "topic": "党课", "content": TEXT.format(next(numbers))},
        )  # fmt: skip

    waiting = with_returns(reviewable(district, on=today)).waiting().order_by("submitted_on", "pk")
    measured("queue", lambda: list(waiting[:PAGE]))
    measured("checks", lambda: checked(waiting[:PAGE], district, on=today))
    measured("todo", lambda: duties(branch, secretary, on=today))
    measured("missing", lambda: list(unreported(district, on=today)[:PAGE]))
    measured("month", lambda: months_of_records(district, on=today))
    measured("submit", submit)
    measured("again", lambda: obligations.lay_out(on=today), 2)
    last = YearMonth.of(today).plus(-1)
    found["close"] = seconds(lambda: months.close_month(by=None, month=last, at=timezone.now(), on=today))
    with transaction.atomic():
        Obligation.objects.filter(month__gte=YearMonth.of(today).first_day).delete()
        found["lay_out"] = seconds(lambda: obligations.lay_out(on=today))
        transaction.set_rollback(True)
    return found


def secretaries(number: str) -> dict[str, Any]:
    """So many branches of twelve members, each with its duties and a secretary who signs in; their names."""
    today = timezone.localdate()
    branches = some_branches(int(number), today, roll=12)
    password = User.objects.get(username="secretary").password
    told: dict[str, Any] = {"password": password, "password_changed_at": timezone.now(), "must_change_password": False}
    people = [User.objects.create(username=f"branch{key}", name="书记", **told) for key in branches]
    for person, branch in zip(people, branches, strict=True):
        Appointment.objects.create(user=person, role="SECRETARY", node_id=branch, since=date(2020, 1, 1))
    obligations.lay_out(on=today)
    refresh(None, on=today)
    return {"names": [person.username for person in people]}


def arrived(path: str) -> dict[str, Any]:
    """Of what secretaries sent and were told that it is handed in: what is there once and whole, and what is left over."""
    sent = {UUID(key): told for key, told in json.loads(Path(path).read_text()).items()}
    rows = {row.draft_key: row for row in ActivityRecord.objects.filter(draft_key__in=sent)}
    entries = Counter(AuditEntry.objects.filter(action=records.SUBMIT).values_list("object_id", flat=True))
    of_branches = ActivityRecord.objects.filter(
        party_organization__in=[row.party_organization_id for row in rows.values()]
    )
    lost = [key for key, told in sent.items() if not (row := rows.get(key)) or not _whole(row, told)]
    files = set(Attachment.objects.values_list("file", flat=True))
    kept = {f"attachments/{path.name}" for path in (Path(settings.DATA_DIR) / "attachments").iterdir()}
    unreadable = sum(kept_files.content(name).read(2) != b"\xff\xd8" for name in files & kept)
    return {
        "lost": len(lost),
        "double": sum(entries[str(row.pk)] > 1 for row in rows.values()),
        "unasked": of_branches.exclude(draft_key__in=sent).count(),
        "files_lost": len(files - kept) + unreadable,
        "files_left_over": len(kept - files),
    }


def _whole(row: ActivityRecord, told: dict[str, Any]) -> bool:
    photos = sorted(row.attachments.values_list("sha256", flat=True))
    there = (row.topic, row.content, row.attendances.filter(present=True).count(), row.attendances.count(), photos)
    return row.status == "SUBMITTED" and there == (told["topic"], told["content"], 11, 12, sorted(told["photos"]))


def some_branches(number: int, today: date, *, roll: int = ROLL) -> list[int]:
    """Below the streets in turn, the first below that of the account."""
    streets = list(PartyOrganization.objects.filter(code__regex=r"^CZ001\d{6}$").order_by("code"))
    keys = reserve_ids(PartyOrganization, number)
    rows = []
    for place, key in enumerate(keys):
        above = streets[place % len(streets)]
        rows.append([key, f"支部{key}", "branch", above.pk, above.path + step_of(key), f"B{key}", above.region_id])
    columns = ("id", "name", "kind", "parent_id", "path", "code", "region_id")
    insert_rows(PartyOrganization, columns, rows, {"established_on": date(2015, 1, 1)})
    said = {"since": date(2016, 1, 1), "status": "FORMAL", "id_note": "测试"}
    insert_rows(
        Member, ("name", "party_organization_id"), ((f"党员{n}", key) for key in keys for n in range(roll)), said
    )
    return keys


def year_of_records(branches: list[int], today: date) -> None:
    """A record a month and branch, those of this month waiting for the street."""
    rolls: dict[int, list[int]] = {}
    for branch, member in Member.objects.values_list("party_organization", "pk"):
        rolls.setdefault(branch, []).append(member)
    for back in range(MONTHS - 1, -1, -1):
        month = YearMonth.of(today).plus(-back)
        held_on = min(month.first_day + timedelta(days=9), today)
        keys = reserve_ids(ActivityRecord, len(branches))
        told = ((key, branch, uuid4().hex, TEXT.format(key)) for key, branch in zip(keys, branches, strict=True))
        same = {
            "kind": "THEME_DAY", "held_on": held_on, "submitted_on": held_on, "topic": "学习", "place": "活动室", "host": "书记",
            "status": "ACCEPTED" if back else "SUBMITTED", "starts_at": "09:00:00", "ends_at": "10:00:00",
        }  # fmt: skip
        insert_rows(ActivityRecord, ("id", "party_organization_id", "draft_key", "content"), told, same)
        sat = ((key, one) for key, branch in zip(keys, branches, strict=True) for one in rolls[branch])
        insert_rows(Attendance, ("record_id", "member_id"), sat)
        obligations.lay_out(on=held_on)
    for model in (PartyOrganization, Member, ActivityRecord, Attendance, Obligation):
        analyze(model)


_NINE, _TEN = time_of_day(9), time_of_day(10)
