"""What an objection goes through, whatever it is raised against: taken down while that is public, answered once with a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.models import User
from core import writing
from core.refusals import Refusal
from evaluations.models import Raised
from members.rules.separation import Acted, Person

ENTER, ANSWER = "evaluations.object", "evaluations.answer"


def said(*, text: str, raised_by: str, raised_unit: str, received_on: date) -> dict[str, Any]:
    words = {"text": text.strip(), "raised_by": raised_by.strip(), "raised_unit": raised_unit.strip()}
    return {**words, "received_on": received_on}


def take_down(made: Raised, *, by: User, first: date | None, last: date | None, on: date) -> None:
    """Of what is public from a day to a day: as long as it is, and once."""
    if not (first and last and first <= made.received_on <= last):
        raise Refusal(f"收到日期须在公示期间（{first} 至 {last}），公示期满不再受理")
    same = {name: getattr(made, name) for name in (*made.about, "text", "raised_by", "received_on")}
    if type(made)._default_manager.filter(outcome="", **same).exists():
        raise Refusal("这件异议已登记，等待答复")
    writing.add(by=by, record=made, action=ENTER, on=on)


def raiser(row: Raised) -> Acted:
    return Acted("提出异议", Person(0, row.raised_by))


def answer_of(row: Raised, *, by: User, accepted: bool, text: str, on: date) -> dict[str, Any]:
    """What its answer says, for whoever may give it."""
    if row.outcome:
        raise Refusal(f"这件异议已于 {row.answered_on} 答复")
    if not text.strip():
        raise Refusal("答复请写明理由")
    outcome = Raised.Outcome.ACCEPTED if accepted else Raised.Outcome.REJECTED
    return {"outcome": outcome, "answer": text.strip(), "answered_by": by, "answered_on": on}
