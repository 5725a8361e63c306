"""An answer to a survey, by whoever holds a code: once, and without a trace of who gave which (rules §15).

Ticket and sums change in one transaction. Each of the two statements rewrites all tickets, or all sums, of the survey: what the
database notes of a row by itself (on PostgreSQL which transaction wrote it last, and where it lies) is the same for all of them.
There is no entry in the trail, since it would say when somebody answered, and in which order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.db.models import Case, F, Q, Value, When

from core.crypto import blind_index, blind_indexes
from core.locks import hold
from core.refusals import Refusal
from evaluations.models import Survey, SurveySum, SurveyTicket
from evaluations.rules.surveys import GRADES, QUESTIONS, typed


class UnknownCode(Refusal):
    """No survey has such a code, or it is over."""

    def __init__(self) -> None:
        super().__init__("没有这个答卷码，或测评已经结束；请核对字母和数字，不要写错、漏写")


def digest_of(code: str) -> str:
    return blind_index(_said(code))


def survey_of(code: str, *, on: date) -> Survey:
    """The survey that somebody may answer now by a code. Raises Refusal."""
    ticket = _ticket(code)
    return _open(ticket, on)


@transaction.atomic
def answer(*, code: str, grades: Mapping[str, str], on: date) -> None:
    """Add an answer to the sums and let its code be used. Raises Refusal for one that was."""
    if grades.keys() != QUESTIONS.keys() or not GRADES.keys() >= {*grades.values()}:
        raise Refusal("请每一项都选一个评价")
    hold(Survey, [_ticket(code).survey_id])  # who comes at the same time waits here
    ticket = _ticket(code)
    survey = _open(ticket, on)
    given = Q()
    for question, grade in grades.items():
        given |= Q(question=question, grade=grade)
    used = Case(When(digest=ticket.digest, then=True), default=F("used"))
    SurveyTicket.objects.filter(survey=survey).update(used=used)
    one_more = Case(When(given, then=Value(1)), default=Value(0))
    SurveySum.objects.filter(survey=survey).update(number=F("number") + one_more)


def _said(code: str) -> str:
    return f"survey:{typed(code)}"


def _ticket(code: str) -> SurveyTicket:
    """Also one that was handed out before the keys were changed."""
    found: SurveyTicket | None = SurveyTicket.objects.filter(digest__in=blind_indexes(_said(code))).first()
    if found is None:
        raise UnknownCode
    return found


def _open(ticket: SurveyTicket, on: date) -> Survey:
    rows = Survey.objects.running().filter(pk=ticket.survey_id, until__gte=on).select_related("evaluation")
    survey: Survey | None = rows.first()
    if survey is None:
        raise UnknownCode
    if ticket.used:
        raise Refusal("这个答卷码已经用过，每个答卷码只能答一次；如果是您刚才提交的，已经收到，不用再填")
    return survey
