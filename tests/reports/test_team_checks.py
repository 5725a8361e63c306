"""Checks of who runs a branch: holders who may not hold the post any more, committees too small, too large or missing."""

from __future__ import annotations

from typing import Any

import pytest

from core.parameters import values_on
from members.models import Member, Post
from reports.checks import Look, checks
from tests.people import LONG_AGO, TODAY, City

pytestmark = pytest.mark.django_db


def post(city: City, kind: str = "SECRETARY", *, of: str = "CZ1111", **told: Any) -> Post:
    member = told.pop("member", None)
    values = {"source": "STAFF", "since": LONG_AGO, "member": member, "name": member.name if member else "外来"} | told
    return Post.objects.create(party_organization=city[of], post=kind, **values)


def found(city: City, code: str, who: str = "city") -> list[Any]:
    check = checks[code]
    return list(check.of(Look(city.scope(who), TODAY, values_on(TODAY))).order_by("pk"))


@pytest.mark.parametrize(
    ("member", "told", "why"),
    [
        ({}, {}, ""),
        ({"of": "CZ1112"}, {}, "组织关系已转到其他党组织"),
        ({"of": "CZ1112"}, {"source": "SENT"}, ""),
        ({"of": "CZ1112", "status": "PROBATIONARY"}, {"source": "SENT"}, "现在是“预备党员”"),
        ({"status": "TRANSFERRED"}, {}, "现在是“已转出”"),
        ({"status": "TRANSFERRED"}, {"until": TODAY}, ""),
        ({}, {"of": "CZ111"}, ""),
        ({"of": "CZ121"}, {"of": "CZ111"}, "组织关系已转到其他党组织"),
        (None, {}, ""),
    ],
    ids=["own", "left", "sent", "probationary", "gone", "over", "of a branch below", "of elsewhere", "a name alone"],
)
def test_a_post_is_looked_into_when_its_holder_may_not_hold_it(
    city: City, member: dict[str, Any] | None, told: dict[str, Any], why: str
) -> None:
    row = post(city, member=None if member is None else city.member(**member), **told)
    assert found(city, "posts") == ([row] if why else [])
    assert found(city, "posts", "stranger") == []
    if why:
        assert why in city.client("street").get("/checks/posts/").content.decode()


@pytest.mark.parametrize(
    ("posts", "formal", "listed"),
    [
        (0, 0, False), (0, 7, False), (1, 6, False), (1, 7, True), (2, 7, True), (3, 7, False), (3, 3, False), (7, 9, False),
        (8, 9, True),
    ],
)  # fmt: skip
def test_a_committee_has_three_to_seven_and_is_there_where_seven_are_formal(
    city: City, posts: int, formal: int, listed: bool
) -> None:
    """The first two posts are secretary and deputy: they alone are no committee."""
    for number in range(posts):
        kind = ("SECRETARY", "DEPUTY", "ORGANIZATION")[min(number, 2)]
        post(city, kind, name=f"班子{number}")
    for _ in range(formal):
        city.member()
    assert [row.code for row in found(city, "committee-size")] == (["CZ1111"] if listed else [])


def test_a_committee_of_two_is_too_small_and_who_holds_two_posts_counts_once(city: City) -> None:
    for kind in ("SECRETARY", "ORGANIZATION"):
        post(city, kind, name="甲")
    post(city, "PUBLICITY", name="乙")
    [row] = found(city, "committee-size")
    assert (row.size, row.committee) == (2, True)
    page = city.client("street").get("/checks/committee-size/").content.decode()
    assert city["CZ1111"].name in page
    assert city.client("leader").get("/checks/committee-size/").status_code == 403


def test_members_named_by_posts_stay_out_of_the_leaders_overview(city: City) -> None:
    post(
        city,
        member=Member.objects.create(
            name="甲", party_organization=city["CZ1112"], status="FORMAL", since=LONG_AGO, id_note="测试"
        ),
    )
    assert "任职人员已不符合条件" not in city.client("leader").get("/checks/").content.decode()
    assert "任职人员已不符合条件" in city.client("street").get("/checks/").content.decode()
