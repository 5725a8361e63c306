"""What a new award has to bring along is named where it is forgotten."""

from __future__ import annotations

from evaluations.admin import WHOM
from evaluations.choices import Award
from evaluations.queries.awards import CHECKS, SITE
from evaluations.rules.awards import CRITERIA
from tests.test_pages_hold import HAN


def test_every_award_says_what_for_what_is_looked_up_and_whom_it_names() -> None:
    assert CRITERIA.keys() == {*Award}
    assert all(HAN.search(one) for some in CRITERIA.values() for one in some)
    assert CHECKS.keys() == {*Award, SITE}
    assert WHOM.keys() == {*Award}
