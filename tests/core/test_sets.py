"""Ids as one value: found like a list of them, and as many as there are."""

from __future__ import annotations

from typing import Any

import pytest

from core.id_sets import among, ids_of
from core.models import Job

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("more", [0, 100_000])
def test_ids_are_found_as_from_a_list_whatever_their_number(more: int) -> None:
    one, _, other = (Job.objects.create(kind=str(number)) for number in range(3))
    asked = {other.pk, one.pk, *range(other.pk + 1, other.pk + 1 + more)}
    assert set(Job.objects.filter(pk__in=among(asked))) == {one, other}


def test_the_ids_of_rows_come_in_one_query(django_assert_num_queries: Any) -> None:
    made = {Job.objects.create(kind=str(number)).pk for number in range(3)}
    with django_assert_num_queries(2):
        assert ids_of(Job.objects.order_by("kind"), "pk") == made
        assert ids_of(Job.objects.filter(kind="none"), "pk") == frozenset()


def test_of_no_ids_nothing_is_found() -> None:
    Job.objects.create(kind="1")
    assert not Job.objects.filter(pk__in=among([])).exists()
