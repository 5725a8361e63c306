"""The condition of whoever sees everything stays true beside any other: Django drops an empty one from an OR."""

from __future__ import annotations

import pytest
from django.db.models import Q

from core.scope import Everything, Scope
from orgs.models import PartyOrganization
from tests.people import City

pytestmark = pytest.mark.django_db
NONE = Q(pk__in=[])
CASES = (
    (lambda all_: all_ | NONE, True), (lambda all_: NONE | all_, True), (lambda all_: all_ | all_, True),
    (lambda all_: all_ & NONE, False), (lambda all_: NONE & all_, False), (lambda all_: ~all_, False),
    (lambda all_: NONE & all_ | all_, True), (lambda all_: (NONE | all_) & NONE, False),
)  # fmt: skip


@pytest.mark.parametrize("place", range(len(CASES)))
def test_beside_another_condition(city: City, place: int) -> None:
    combined, everything = CASES[place]
    scope: Scope = city.scope("city")
    for condition in (scope.path_filter("path"), scope.below_filter("path"), Everything()):
        rows = PartyOrganization.objects.filter(combined(condition))
        assert rows.count() == (len(city.nodes) if everything else 0)
