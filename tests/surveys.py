"""Builders of a survey: begun by the street in a round of the small Party tree, with codes, answers and paper."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from PIL import Image

from evaluations.models import Evaluation, Survey
from evaluations.rules.surveys import GRADES, QUESTIONS
from evaluations.services import answers, surveys
from tests.people import TODAY, City
from tests.rounds import of, opened

UNTIL = date(2026, 12, 7)
GOOD = dict.fromkeys(QUESTIONS, "GOOD")
POOR = dict.fromkeys(QUESTIONS, "POOR")


def staffed(city: City, staff: int = 40, members: int = 2) -> Evaluation:
    """The evaluation of a branch with so many employees and members, just opened."""
    city.cover(city.organization("明川电子", staff=staff), "CZ1111")
    for place in range(members):
        city.member(f"党员{place}")
    return of(opened(city), city["CZ1111"])


def begun(city: City, staff: int = 40, members: int = 2) -> Survey:
    evaluation = staffed(city, staff, members)
    return surveys.begin(by=city.user("street"), evaluation=evaluation, until=UNTIL, on=TODAY)


def again(survey: Survey) -> Survey:
    return Survey.objects.select_related("evaluation").get(pk=survey.pk)


def codes(city: City, survey: Survey, number: int) -> list[str]:
    told: Any = {"by": city.user("street"), "on": TODAY}
    return surveys.issue(survey=survey, number=number, seen=again(survey).slips, **told)


def say(code: str, grades: dict[str, str] = GOOD, on: date = TODAY) -> None:
    answers.answer(code=code, grades=grades, on=on)


def scan(shade: int = 0) -> bytes:
    out = io.BytesIO()
    Image.new("L", (40, 40), shade).save(out, "PNG")
    return out.getvalue()


def sheets(**whole: int) -> dict[str, dict[str, int]]:
    """Sheets on which every question has the same grades."""
    return {question: dict.fromkeys(GRADES, 0) | whole for question in QUESTIONS}


def paper(city: City, survey: Survey, shade: int = 0, **whole: int) -> Any:
    return surveys.enter_paper(
        by=city.user("street"), survey=survey, counts=sheets(**whole), data=scan(shade), name="问卷.png", on=TODAY
    )


def closed(city: City, survey: Survey, who: str = "street") -> Survey:
    return surveys.close(by=city.user(who), survey=survey, on=TODAY)
