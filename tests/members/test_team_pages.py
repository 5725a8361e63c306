"""The pages of who runs a branch: taking a post with an account, passing it on, what the record pages and lists say."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import AuditEntry
from members.models import PartyGroup, Post, Term
from members.services import nodes
from members.services.posts import posts
from orgs.facts import refresh
from orgs.models import Appointment, PartyOrganization
from tests.people import LONG_AGO, PASSWORD, TODAY, City, account


@pytest.fixture
def phone(city: City) -> Any:
    return account("zhao", PASSWORD, name="赵敏")


@pytest.fixture
def street(city: City) -> Client:
    return city.client("street")


def add(client: Client, city: City, **values: Any) -> Any:
    typed = {"party_organization": city["CZ1111"].pk, "post": "SECRETARY", "source": "STAFF", "since": "2026-11-01"}
    return client.post("/admin/members/post/add/", typed | values, follow=True)


def team(client: Client, city: City, code: str = "CZ1111") -> str:
    page = client.get(f"/party/{city[code].pk}/").content.decode()
    return page[page.index('id="panel-team"') :].split("</section>")[0]


def test_a_clerk_registers_a_secretary_with_the_account(city: City, street: Client, phone: Any) -> None:
    member = city.member("赵敏")
    page = add(street, city, member=member.pk, account="zhao").content.decode()
    post = Post.objects.get()
    assert (post.name, post.user, post.member) == ("赵敏", phone, member), page
    [given] = phone.appointments.all()
    assert (given.role, given.node, given.appointed_by) == ("SECRETARY", city["CZ1111"], city.user("street"))
    form = street.get(f"/admin/members/post/{post.pk}/change/").content.decode()
    assert 'value="zhao"' in form
    said = city.client("security").get("/appointments/").content.decode()
    assert "赵敏" in said, "the security administrator sees it"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"account": "nobody", "name": "赵敏"}, "没有这个登录名"),
        ({"account": "street", "name": "赵敏"}, "不能给自己授权"),
        ({"account": "auditor", "name": "赵敏"}, "三种管理职责须由不同的人担任"),
        ({"name": ""}, "请选择党员，或填写姓名"),
        ({"post": "MEMBER", "name": "赵敏", "account": "zhao"}, "只有书记、副书记的职务带有账号"),
    ],
)
def test_what_cannot_be_stands_at_the_form(
    city: City, street: Client, phone: Any, typed: dict[str, str], why: str
) -> None:
    assert why in add(street, city, **typed).content.decode()
    assert not Post.objects.exists()
    assert not phone.appointments.exists()


def test_nobody_else_writes_posts_of_the_branch(city: City) -> None:
    for username in ("stranger", "secretary", "leader", "instructor", "security"):
        add(city.client(username), city, name="赵敏")
        assert not Post.objects.exists(), username


def test_a_post_is_passed_on_by_its_page(city: City, street: Client, phone: Any) -> None:
    today = timezone.localdate()
    told: dict[str, Any] = {"by": city.user("street"), "on": TODAY, "since": LONG_AGO, "source": "STAFF"}
    old = posts.add(party_organization=city["CZ1111"], post="SECRETARY", name="老书记", **told)
    url = f"/posts/{old.pk}/pass-on/"
    assert f'href="{url}"' in team(street, city)
    said = street.post(url, {"name": "赵敏", "source": "SENT", "account": "zhao", "since": LONG_AGO.isoformat()})
    assert "接任日期须在这一天之后" in said.content.decode()
    done = street.post(
        url, {"name": "赵敏", "source": "SENT", "account": "zhao", "since": today.isoformat()}, follow=True
    )
    assert f"赵敏自 {today} 起接任书记，老书记同日卸任" in done.content.decode()
    assert list(Post.objects.order_by("pk").values_list("name", "until")) == [("老书记", today), ("赵敏", None)]
    assert Appointment.objects.filter(user=phone, node=city["CZ1111"]).exists()
    assert street.get(url).status_code == 404, "it is over"
    assert AuditEntry.objects.filter(action="posts.take", label="书记 赵敏").exists()


def test_an_account_is_taken_from_a_post_by_clearing_it(city: City, street: Client, phone: Any) -> None:
    add(street, city, name="赵敏", account="zhao")
    post = Post.objects.get()
    form = {"name": "赵敏", "source": "STAFF", "since": "2026-11-01", "account": ""}
    street.post(f"/admin/members/post/{post.pk}/change/", form, follow=True)
    post.refresh_from_db()
    assert post.user is None
    assert not phone.appointments.on(timezone.localdate()).exists()


def test_the_record_page_says_who_runs_it(city: City, street: Client) -> None:
    unit = city.organization("澄州明川电子有限公司")
    city.cover(unit, "CZ1111")
    member, of_branch = city.member("钱进"), {"party_organization": city["CZ1111"]}
    Post.objects.create(post="MEMBER", name="孙勤", source="STAFF", since=LONG_AGO, **of_branch)
    Post.objects.create(post="SECRETARY", member=member, name="钱进", source="MANAGEMENT", since=LONG_AGO, **of_branch)
    Term.objects.create(elected_on=LONG_AGO, ends_on=TODAY, entitled=10, present=9, **of_branch)
    PartyGroup.objects.create(name="第一党小组", head=member, since=LONG_AGO, **of_branch)
    nodes.restate(None, by=None, on=TODAY)
    refresh(None, on=TODAY)
    shown = team(street, city)
    assert shown.index("钱进") < shown.index("孙勤"), "the secretary first"
    for words in ("本单位管理层", "2020-01-01 换届", "应到会 10 人，实到会 9 人", "第一党小组", "组长 钱进", "接任"):
        assert words in shown, words
    assert "接任" not in team(city.client("leader"), city)
    of_unit = street.get(f"/organizations/{unit.pk}/").content.decode()
    assert "党组织班子" in of_unit
    assert "本单位管理层" in of_unit


def test_the_team_takes_a_constant_number_of_queries(city: City, street: Client) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            street.get(f"/party/{city['CZ1111'].pk}/")
        return len(queries)

    def more(number: int) -> None:
        for _ in range(number):
            member = city.member()
            of_branch = {"party_organization": city["CZ1111"], "since": LONG_AGO}
            Post.objects.create(post="MEMBER", member=member, name=member.name, source="STAFF", **of_branch)
            PartyGroup.objects.create(name=f"{member.name}小组", head=member, **of_branch)

    more(1)
    street.get(f"/party/{city['CZ1111'].pk}/")
    few = counted()
    more(9)
    assert counted() == few


def test_lists_find_posts_by_branch_and_by_name(city: City, street: Client) -> None:
    for code, name in (("CZ1111", "钱进"), ("CZ1112", "孙勤")):
        Post.objects.create(post="SECRETARY", name=name, source="SENT", since=LONG_AGO, party_organization=city[code])
    Post.objects.create(
        post="DEPUTY", name="周全", source="SENT", since=LONG_AGO, until=LONG_AGO, party_organization=city["CZ1111"]
    )
    for asked, found in (
        ("q=孙", {"孙勤"}),
        ("q=明川", {"钱进"}),
        ("q=CZ1112", {"孙勤"}),
        ("ended=on&q=明川", {"钱进", "周全"}),
    ):
        page = street.get(f"/admin/members/post/?{asked}").content.decode()
        assert {name for name in ("钱进", "孙勤", "周全") if name in page} == found, asked


def test_a_worklist_says_who_answers_for_the_committee(city: City) -> None:
    PartyOrganization.objects.filter(code="CZ111").update(secretary_name="周书记")
    city.organization(staff=128)
    refresh(None, on=TODAY)
    assert "管理党组织书记 周书记" in city.client("city").get("/worklists/party-organization/").content.decode()
