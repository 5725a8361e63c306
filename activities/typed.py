"""What stands in the page of a record, as its form posts it: names with their texts. A draft keeps it so, good or not; a record
that is opened again, and a new one, are put into the same form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.forms import BaseFormSet
from django.utils.datastructures import MultiValueDict

from activities.forms import MOST_DECISIONS, DecisionForm, DecisionForms, RecordForm
from activities.models import ActivityRecord, Attendance, Experience, Plan
from activities.queries.appraisals import appraisal_of
from activities.queries.branches import expected, last_held, seats
from activities.rules.checks import Seat, Vote
from activities.services.records import STAMP
from activities.wording import appraisal_in_words
from core.pages import number
from members.models import PartyGroup
from orgs.models import PartyOrganization

Typed = MultiValueDict[str, str]
LISTS = ("topics", "came")
DECISIONS = "decisions"
ROWS = f"{DECISIONS}-TOTAL_FORMS"
_OF_A_PART = re.compile(
    rf"(reason|note)-\d+|{DECISIONS}-\d+-({'|'.join(DecisionForm.base_fields)})|{ROWS}|{STAMP}|came|roll"
)


@dataclass(frozen=True)
class Row:
    """A member on the list to tick."""

    seat: Seat
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class People:
    """The list to tick. `called`: they should come, and whoever does not has a reason; else only those who came are ticked."""

    called: bool
    rows: tuple[Row, ...]

    @property
    def roll(self) -> str:
        return ",".join(str(row.seat.member_id) for row in self.rows)

    @property
    def present(self) -> int:
        return sum(row.seat.present for row in self.rows)

    def seats(self) -> list[Seat]:
        """All of them where they should come, else those who came."""
        sat = [
            Seat(row.seat.member_id, row.seat.name, row.seat.present, reason=row.reason, note=row.note)
            for row in self.rows
        ]
        return sat if self.called else [seat for seat in sat if seat.present]


def kept(post: MultiValueDict[str, str]) -> Typed:
    """Of all that was posted, what belongs to a record."""
    names = [name for name in post if name in RecordForm.base_fields or _OF_A_PART.fullmatch(name)]
    return MultiValueDict({name: post.getlist(name) for name in names})


def of_record(record: ActivityRecord) -> Typed:
    """A record as it stands: its draft, else its columns and parts."""
    if record.typed:
        return MultiValueDict(record.typed)
    values: dict[str, Any] = {name: getattr(record, name) for name in RecordForm.base_fields if name != "topics"}
    values |= {
        "working_time": "yes" if record.working_time else "no",
        "venue": record.venue_id,
        "group": record.group_id,
    }
    values |= {"campaign": record.campaign_id, "adopted_from": record.adopted_from_id}
    sat = list(record.attendances.all())
    values["roll"] = ",".join(str(seat.member_id) for seat in sat)
    for seat in sat:
        values |= {f"reason-{seat.member_id}": seat.reason, f"note-{seat.member_id}": seat.note}
    decided = list(record.decisions.order_by("pk"))
    values[ROWS] = len(decided)
    for place, row in enumerate(decided):
        values |= {f"{DECISIONS}-{place}-{name}": getattr(row, name) for name in DecisionForm.base_fields}
    typed = texts(values)
    typed.setlist("topics", [row.topic for row in record.topics.all()])
    typed.setlist("came", [str(seat.member_id) for seat in sat if seat.present])
    return typed


def beginning(
    *, kind: str, on: date, day: date | None, group: PartyGroup | None, groups: Iterable[PartyGroup], plan: Plan | None
) -> Typed:
    """What a new record begins with: today, what was planned, the only group."""
    only = list(groups)
    values: dict[str, Any] = {"held_on": day, "group": (group or (only[0] if len(only) == 1 else None))}
    if plan and plan.planned_on <= on:
        values |= {name: getattr(plan, name) for name in ("starts_at", "ends_at", "topic", "place", "venue_id")}
        values |= {"held_on": plan.planned_on, "venue": values.pop("venue_id")}
    values["group"] = values["group"].pk if values["group"] else ""
    return texts(values)


def with_last(typed: Typed, party_organization: PartyOrganization, *, kind: str) -> Typed:
    """复制上月: place, host and recorder; never what was said."""
    filled = typed.copy()
    for name, value in last_held(party_organization, kind=kind).items():
        filled[name] = text_of(value)
    return filled


def with_appraisal(typed: Typed, party_organization: PartyOrganization, *, year: int) -> Typed:
    """What the appraisal of a year says already of its meeting."""
    filled, row = typed.copy(), appraisal_of(party_organization, year=year)
    if row and row.met_on:
        values = {"held_on": row.met_on, "topic": str(row), "content": appraisal_in_words(row)}
        for name, value in values.items():
            filled[name] = text_of(value)
    return filled


def with_experience(typed: Typed, learned: Experience) -> Typed:
    """借鉴: its topic and how it was done, to be written anew; the record is marked."""
    filled = typed.copy()
    filled["topic"], filled["content"], filled["adopted_from"] = learned.title, learned.outline, str(learned.pk)
    return filled


def texts(values: Mapping[str, Any]) -> Typed:
    return MultiValueDict({name: [text_of(value)] for name, value in values.items()})


def text_of(value: Any) -> str:
    """As the input of a form has it."""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return "" if value is None else str(value)


def initial_of(typed: Typed) -> dict[str, Any]:
    """What the fields of a page that is only shown begin with."""
    values = {
        name: typed.getlist(name) if name in LISTS else typed[name] for name in typed if name in RecordForm.base_fields
    }
    return {name: value for name, value in values.items() if value != ""}


def decisions_of(typed: Typed) -> BaseFormSet:
    """The decisions that were typed, and one more row."""
    rows = min(number(typed.get(ROWS)) or 0, MOST_DECISIONS)
    names = DecisionForm.base_fields
    decided = [{name: typed.get(f"{DECISIONS}-{place}-{name}", "") for name in names} for place in range(rows)]
    return DecisionForms(initial=[row for row in decided if any(row.values())], prefix=DECISIONS)


def decisions_sent(typed: Typed) -> BaseFormSet:
    """The decisions to be read: none of them is known already, each is what was typed."""
    sent = typed.copy()
    sent[f"{DECISIONS}-INITIAL_FORMS"] = "0"
    sent.setdefault(ROWS, "0")
    return DecisionForms(sent, prefix=DECISIONS)


def votes_of(decisions: BaseFormSet) -> list[Vote]:
    """The decisions of a whole form that say something."""
    decided = [form.cleaned_data for form in decisions if form.has_changed()]
    return [Vote(**row) for row in decided if any(value not in (None, "") for value in row.values())]


def people_of(
    typed: Typed, party_organization: PartyOrganization, *, kind: str, day: date, group: PartyGroup | None
) -> People:
    """The list to tick for a day: what was ticked of those whom the page had shown, and how anybody else begins."""
    called = expected(party_organization, kind=kind, day=day, group=group) is not None
    shown, came = set(typed.get("roll", "").split(",")), set(typed.getlist("came"))
    rows = []
    for seat in seats(party_organization, kind=kind, day=day, group=group):
        key = str(seat.member_id)
        if key in shown:
            reason = typed.get(f"reason-{key}", "")
            reason = reason if reason in Attendance.Reason.values else ""
            present = key in came
            rows.append(Row(_sat(seat, present), "" if present else reason, typed.get(f"note-{key}", "")[:60]))
        else:
            rows.append(Row(_sat(seat, seat.present and called), seat.reason if called else ""))
    return People(called, tuple(rows))


def _sat(seat: Seat, present: bool) -> Seat:
    return Seat(seat.member_id, seat.name, present, seat.votes)
