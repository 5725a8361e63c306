"""What is known of a survey: who could answer, how many did, and what came of it once it is closed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from django.db.models import Sum

from evaluations.models import Survey
from evaluations.rules.surveys import Counts, Line, lines
from members.models import Member
from orgs.models import Coverage, PartyOrganization


def people_of(branch: PartyOrganization, *, on: date) -> tuple[int, int]:
    """Members on the roll, and employees of the units that it covers, as far as they are registered. Two queries."""
    covered = Coverage.objects.on(on).filter(primary=True, party_organization=branch)
    staff = covered.order_by().aggregate(staff_=Sum("organization__staff"))["staff_"]
    return Member.objects.on_the_roll().filter(party_organization=branch).count(), staff or 0


def came(survey: Survey) -> tuple[int, int]:
    """How many answered online, and on paper. Two queries."""
    online = survey.tickets.filter(used=True).count() if survey.running else survey.online
    return online or 0, survey.papers.aggregate(sheets_=Sum("sheets"))["sheets_"] or 0


def sums_of(survey: Survey) -> Counts:
    """What came online; for the eyes of nobody before it is closed."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for question, grade, number in survey.sums.values_list("question", "grade", "number"):
        found[question][grade] = number
    return found


def lines_of(survey: Survey) -> Iterator[Line]:
    """All answers that count, online and on paper, where they were enough."""
    if survey.counted is not None:
        yield from lines(sums_of(survey), *survey.papers.values_list("counts", flat=True))
