"""Posts and terms come in on the import road: they begin and pass on, roles go with them, and all of it can be taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.crypto import blind_index
from core.importing import services
from core.models import AuditEntry, ImportBatch
from members.models import Post, Term
from members.services.posts import posts
from members.services.terms import terms
from orgs.facts import differences
from orgs.models import PartyOrganization
from orgs.services import party
from tests.lists import Road
from tests.members.test_services import checked
from tests.people import LONG_AGO, PASSWORD, TODAY, City, account
from tests.workbooks import codes

POSTS = ("党组织编码", "党组织名称", "职务", "姓名", "身份证号", "来源", "任职日期")
TERMS = ("党组织编码", "换届日期", "届满日期", "应到会", "实到会", "选举结果", "批复文号")
NUMBER = checked("99010219851224001")
SINCE = date(2026, 3, 1)


@pytest.fixture
def road(city: City, tmp_path: Path) -> Road:
    return Road(tmp_path, city.user("city"), TODAY, TODAY)


def send(road: Road, *rows: dict[str, Any], source: str = "posts") -> ImportBatch:
    return road.send(rows, source, columns=POSTS if source == "posts" else TERMS)


def line(name: str = "赵敏", post: str = "书记", *, of: str = "CZ1112", **more: Any) -> dict[str, Any]:
    return {"党组织编码": of, "职务": post, "姓名": name, "来源": "本单位职工", "任职日期": SINCE.isoformat()} | more


def held(code: str = "CZ1112") -> list[tuple[Any, ...]]:
    rows = Post.objects.filter(party_organization__code=code).order_by("since", "pk")
    return list(rows.values_list("post", "name", "source", "since", "until"))


def said(city: City, code: str = "CZ1112") -> tuple[str, date | None]:
    node = PartyOrganization.objects.get(code=code)
    return node.secretary_name, node.term_ends_on


def undo(city: City, batch: ImportBatch) -> Any:
    return services.undo(batch, by=city.user("city"), on=TODAY)


def test_a_list_begins_posts_once(city: City, road: Road) -> None:
    rows = [line(), line("钱进", "副书记", 来源="管理层"), line("孙勤", "支委", 来源="选派"), line("周全", "支委")]
    batch = send(road, *rows)
    assert batch.counts["new"] == 4, codes(batch)
    assert held() == [
        ("SECRETARY", "赵敏", "STAFF", SINCE, None),
        ("DEPUTY", "钱进", "MANAGEMENT", SINCE, None),
        ("MEMBER", "孙勤", "SENT", SINCE, None),
        ("MEMBER", "周全", "STAFF", SINCE, None),
    ]
    assert said(city)[0] == "赵敏"
    assert differences(on=TODAY) == []
    entries = AuditEntry.objects.count()
    assert send(road, *rows).counts["unchanged"] == 4
    assert AuditEntry.objects.count() == entries


def test_a_member_is_known_by_the_number_and_bears_the_own_name(city: City, road: Road) -> None:
    member = city.member("钱进", of="CZ1111", id_number=NUMBER, id_digest=blind_index(NUMBER), id_note="")
    assert send(road, line("写错", 身份证号=NUMBER, 来源="上级选派")).counts["new"] == 1
    post = Post.objects.get()
    assert (post.member, post.name) == (member, "钱进")


def test_a_branch_is_known_by_its_name_too(city: City, road: Road) -> None:
    name = city["CZ1112"].name
    assert send(road, line(党组织编码="", 党组织名称=name)).counts["new"] == 1


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"党组织编码": "没有"}, "member_party_unknown"),
        ({"职务": "顾问"}, "unknown_post"),
        ({"职务": ""}, "post_missing"),
        ({"来源": "不详"}, "unknown_post_source"),
        ({"来源": ""}, "post_source_missing"),
        ({"身份证号": "123"}, "id_number_check"),
    ],
)
def test_what_cannot_be_a_post_stays_out_and_says_why(city: City, road: Road, row: dict[str, Any], code: str) -> None:
    batch = send(road, line(**row))
    assert (batch.counts["errors"], codes(batch)) == (1, {code})
    assert not Post.objects.exists()


def test_a_probationary_member_takes_no_post(city: City, road: Road) -> None:
    number = {"id_number": NUMBER, "id_digest": blind_index(NUMBER), "id_note": ""}
    city.member("钱进", of="CZ1112", status="PROBATIONARY", **number)
    assert codes(send(road, line("钱进", 身份证号=NUMBER))) == {"post_not_eligible"}


def test_two_secretaries_of_one_branch_stay_out(city: City, road: Road) -> None:
    assert send(road, line(), line("钱进")).counts["errors"] == 2


def test_lists_of_others_branches_stay_out(city: City, tmp_path: Path) -> None:
    road = Road(tmp_path, city.user("stranger"), TODAY, TODAY)
    assert codes(send(road, line())) == {"member_party_unknown"}


# --- passing on -------------------------------------------------------------------------------------------------------
def test_a_list_passes_the_post_on_with_the_role_and_all_of_it_can_be_taken_back(city: City, road: Road) -> None:
    phone = account("zhao", PASSWORD, name="赵敏")
    told: dict[str, Any] = {"by": city.user("street"), "on": TODAY, "source": "STAFF", "since": LONG_AGO}
    posts.add(party_organization=city["CZ1112"], post="SECRETARY", name="赵敏", user=phone, **told)
    batch = send(road, line("钱进", 来源="上级选派"))
    assert batch.counts["changed"] == 1, codes(batch)
    after = [("SECRETARY", "赵敏", "STAFF", LONG_AGO, SINCE), ("SECRETARY", "钱进", "SENT", SINCE, None)]
    assert (held(), said(city)[0]) == (after, "钱进")
    assert list(phone.appointments.values_list("until", flat=True)) == [TODAY]
    assert send(road, line("钱进", 来源="上级选派")).counts["unchanged"] == 1
    assert held() == after
    assert differences(on=TODAY) == []
    undo(city, batch)
    assert (held(), said(city)[0]) == ([("SECRETARY", "赵敏", "STAFF", LONG_AGO, None)], "赵敏")
    assert phone.appointments.on(TODAY).count() == 1
    assert differences(on=TODAY) == []


def test_nobody_follows_before_the_other_began(city: City, road: Road) -> None:
    send(road, line())
    assert codes(send(road, line("钱进"))) == {"post_too_early"}


def test_what_is_taken_back_leaves_the_secretary_that_was_said_before(city: City, road: Road) -> None:
    party.change(by=None, party_organization=city["CZ1112"], values={"secretary_name": "老书记"}, on=TODAY)
    batch = send(road, line())
    assert said(city)[0] == "赵敏"
    undo(city, batch)
    assert (held(), said(city)[0]) == ([], "老书记")
    assert differences(on=TODAY) == []


def test_a_list_of_the_tree_does_not_contradict_posts_and_terms(city: City, road: Road) -> None:
    send(road, line())
    node = city["CZ1112"]
    row = {
        "党组织编码": node.code,
        "党组织名称": node.name,
        "类型": "联合党支部",
        "上级党组织编码": "CZ111",
        "书记": "别人",
    }
    batch = road.send([row], "party_tree", columns=tuple(row))
    assert (batch.counts["conflicts"], said(city)[0]) == (1, "赵敏")


# --- terms ------------------------------------------------------------------------------------------------------------
def election(elected_on: str = "2025-03-01", *, of: str = "CZ1112", **more: Any) -> dict[str, Any]:
    return {"党组织编码": of, "换届日期": elected_on} | more


def test_a_list_of_elections_says_when_terms_end(city: City, road: Road) -> None:
    rows = [election(应到会=10, 实到会=8, 选举结果="书记赵敏"), election("2022-03-01"), election(of="CZ111")]
    batch = send(road, *rows, source="terms")
    assert batch.counts["new"] == 3, codes(batch)
    assert (said(city)[1], said(city, "CZ111")[1]) == (date(2028, 3, 1), date(2030, 3, 1))
    assert differences(on=TODAY) == []
    assert send(road, *rows, source="terms").counts["unchanged"] == 3
    assert send(road, election(届满日期="2028-01-31"), source="terms").counts["changed"] == 1
    assert said(city)[1] == date(2028, 1, 31)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"应到会": 10, "实到会": 7}, "election_too_few"),
        ({"应到会": 10, "实到会": 11}, "election_too_few"),
        ({"届满日期": "2024-01-01"}, "term_too_short"),
        ({"换届日期": ""}, "election_day_missing"),
        ({"党组织编码": "没有"}, "member_party_unknown"),
    ],
)
def test_what_cannot_be_an_election_stays_out(city: City, road: Road, row: dict[str, Any], code: str) -> None:
    assert codes(send(road, election() | row, source="terms")) == {code}
    assert not Term.objects.exists()


def test_elections_are_taken_back(city: City, road: Road) -> None:
    old = terms.add(by=None, party_organization=city["CZ1112"], elected_on=date(2022, 3, 1), on=TODAY)
    batch = send(road, election(), source="terms")
    assert said(city)[1] == date(2028, 3, 1)
    undo(city, batch)
    assert (list(Term.objects.all()), said(city)[1]) == ([old], date(2025, 3, 1))
