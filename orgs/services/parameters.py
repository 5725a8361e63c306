"""Dating a new value of a parameter (rules §9). Values are never changed in place: a later date overrules."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from core import writing
from core.jobs import enqueue
from core.models import Parameter
from core.parameters import parameters
from core.refusals import Refusal


@transaction.atomic
def set_parameter(*, by: User, code: str, value: int | float, valid_from: date, note: str, on: date) -> Parameter:
    """Let a parameter have a value from a day on, today or later; `note` is the paper it rests on.

    A second value for the same day takes the place of the first. What hangs on it is counted anew in the background:
    at once for today, in the night for later days.
    """
    definition = parameters[code]
    if valid_from < on:
        raise Refusal(f"生效日期 {valid_from} 已经过去；已发生的统计按当时的参数，请填写今天或以后的日期")
    if value < 0:
        raise Refusal(f"“{definition.name}”不能小于 0")
    row = Parameter.objects.filter(key=code, valid_from=valid_from).first()
    trail: Any = {"by": by, "action": "parameters.set", "path": "", "reason": note}
    if row:
        writing.change(record=row, values={"value": value, "note": note, "set_by": by}, **trail)
    else:
        row = Parameter(key=code, valid_from=valid_from, value=value, note=note, set_by=by)
        writing.add(record=row, **trail)
    if valid_from == on:
        enqueue(kind="orgs.recount", arguments={}, by=by)
    return row
