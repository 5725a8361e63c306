"""A street asks for accounts of its branches at once, the security administrator confirms and prints; nobody else sees a code."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils import timezone

from accounts.models import User
from core.models import AuditEntry
from core.refusals import Refusal
from instructors.models import Instructor
from members.models import AccountBatch, Post, WantedAccount
from members.services.account_batches import Asked, answer, ask
from members.services.wanted import sources
from orgs.models import Appointment
from tests.people import LONG_AGO, PASSWORD, TODAY, City, account

NOW = timezone.make_aware(datetime(2026, 11, 24, 9))


@pytest.fixture
def serving(city: City) -> dict[str, str]:
    """A secretary and an instructor without an account, and a branch without treasurer: the codes of their lines."""
    city.member(of="CZ1112")
    branch = {"party_organization": city["CZ1112"], "since": LONG_AGO, "source": "STAFF"}
    post = Post.objects.create(post="SECRETARY", name="沈书记", **branch)
    Post.objects.create(post="ORGANIZATION", name="卫组织", **branch)
    guide = Instructor.objects.create(name="褚指导", source="OFFICE", sent_by=city["CZ111"], since=LONG_AGO)
    return {
        "secretary": f"post:{post.pk}",
        "treasurer": f"treasurer:{city['CZ1112'].pk}",
        "instructor": f"instructor:{guide.pk}",
    }


def asked(city: City, *lines: Asked, by: str = "street") -> AccountBatch:
    return ask(by=city.user(by), scope=city.scope(by), asked=lines, at=NOW, on=TODAY)


def all_three(city: City, serving: dict[str, str]) -> AccountBatch:
    lines = (Asked(serving["secretary"], ""), Asked(serving["treasurer"], "卫组织"), Asked(serving["instructor"], ""))
    return asked(city, *lines)


def confirmed(city: City, batch: AccountBatch, *, by: str = "security", but: str = "", reason: str = "") -> list:
    chosen = batch.wanted.exclude(name=but).values_list("pk", flat=True)
    return answer(by=city.user(by), batch=batch, chosen=list(chosen), reason=reason, at=NOW, on=TODAY)


def test_who_serves_without_an_account_is_listed_where_he_serves(city: City, serving: dict[str, str]) -> None:
    """Of their own place alone; who has an account, or was asked for, is not."""

    def listed(username: str) -> set[str]:
        scope = city.scope(username)
        return {one.code for source in sources for one in source.worded(source.open(scope, TODAY), TODAY)}

    assert listed("street") == listed("city") == set(serving.values())
    assert listed("stranger") == listed("secretary") == set()
    asked(city, Asked(serving["secretary"], ""))
    assert listed("street") == set(serving.values()) - {serving["secretary"]}


def test_one_confirmation_opens_appoints_and_links(city: City, serving: dict[str, str]) -> None:
    slips = confirmed(city, all_three(city, serving))
    assert [(slip.wanted.name, slip.wanted.state) for slip in slips] == [
        ("沈书记", "GIVEN"), ("卫组织", "GIVEN"), ("褚指导", "GIVEN"),
    ]  # fmt: skip
    assert all(slip.user.check_password(slip.code) and slip.user.must_change_password for slip in slips)
    given = Appointment.objects.filter(user__in=[slip.user for slip in slips]).order_by("pk")
    assert [(one.role, one.node.code) for one in given] == [
        ("SECRETARY", "CZ1112"), ("TREASURER", "CZ1112"), ("INSTRUCTOR", "CZ111"),
    ]  # fmt: skip
    assert all(one.appointed_by == city.user("security") and one.since == TODAY for one in given)
    assert Post.objects.get(name="沈书记").user == slips[0].user
    assert Instructor.objects.get(name="褚指导").user == slips[2].user
    codes = [slip.code for slip in slips]
    assert not any(code in str(entry.changes) for entry in AuditEntry.objects.all() for code in codes)


def test_who_is_not_chosen_has_a_reason_and_may_be_asked_for_again(city: City, serving: dict[str, str]) -> None:
    batch = all_three(city, serving)
    with pytest.raises(Refusal, match="有 1 人没有勾选，请写明未同意的原因"):
        confirmed(city, batch, but="褚指导")
    assert len(confirmed(city, batch, but="褚指导", reason="不在岗")) == 2
    assert WantedAccount.objects.get(name="褚指导").state == "REFUSED"
    assert asked(city, Asked(serving["instructor"], ""))


@pytest.mark.parametrize("by", ["street", "district", "city", "sysadmin", "auditor", "leader"])
def test_nobody_but_the_security_administrator_confirms(city: City, serving: dict[str, str], by: str) -> None:
    batch = all_three(city, serving)
    with pytest.raises(Refusal, match="安全管理员确认"):
        confirmed(city, batch, by=by)
    assert not User.objects.filter(name="沈书记").exists()


def test_a_batch_is_answered_once(city: City, serving: dict[str, str]) -> None:
    batch = all_three(city, serving)
    confirmed(city, batch)
    with pytest.raises(Refusal, match="已经办理"):
        confirmed(city, batch)


@pytest.mark.parametrize(
    ("who", "name", "login", "why"),
    [
        ("treasurer", "", "", "请填写党费管理员的姓名"),
        ("treasurer", "沈书记", "", "不能兼任党费管理员"),
        ("treasurer", "沈　书记（代）", "", "不能兼任党费管理员"),
        ("secretary", "", "nobody", "没有登录名为“nobody”"),
        ("secretary", "", "stranger", "没有登录名为“stranger”、姓名为“沈书记”的启用账号"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    city: City, serving: dict[str, str], who: str, name: str, login: str, why: str
) -> None:
    with pytest.raises(Refusal, match=why):
        asked(city, Asked(serving[who], name, login))
    assert not AccountBatch.objects.exists()


def test_a_stranger_asks_for_nobody_here(city: City, serving: dict[str, str]) -> None:
    with pytest.raises(Refusal, match="不归您管理"):
        asked(city, Asked(serving["secretary"], ""), by="stranger")


def test_an_account_that_somebody_has_is_used(city: City, serving: dict[str, str]) -> None:
    has = account("shen", PASSWORD, name="沈书记", must_change_password=False)
    [slip] = confirmed(city, asked(city, Asked(serving["secretary"], "", "shen")))
    assert (slip.user, slip.code) == (has, "")
    has.refresh_from_db()
    assert has.check_password(PASSWORD)
    assert [one.role for one in has.appointments.all()] == ["SECRETARY"]


def test_the_road_on_the_pages(city: City, serving: dict[str, str]) -> None:
    """The street ticks and names, is told what is missing with all it typed; the slips show each code once."""
    street, security = city.client("street"), city.client("security")
    typed = {"row": [serving["secretary"], serving["treasurer"]], f"login:{serving['treasurer']}": "wei"}
    page = street.post("/people/wanted/", typed).content.decode()
    assert "请填写党费管理员的姓名" in page
    assert 'value="wei"' in page
    assert page.count("checked") == 2
    page = street.post("/people/wanted/", {**typed, f"login:{serving['treasurer']}": "", f"name:{serving['treasurer']}": "卫组织"}, follow=True)  # fmt: skip
    assert "待安全管理员确认" in page.content.decode()
    batch = AccountBatch.objects.get()
    address = f"/accounts/batches/{batch.pk}/"
    assert street.get(address).status_code == 403
    rows = [str(key) for key in batch.wanted.values_list("pk", flat=True)]
    slips = security.post(address, {"row": rows}).content.decode()
    assert slips.count("一次性口令：<code>") == 2
    assert "一次性口令：<code>" not in security.get(address).content.decode()
