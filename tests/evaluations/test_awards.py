"""评选表彰: within quotas, decided by another person, public, then honoured; and nobody's own."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.services.accounts import reset_password
from core.migrations._frozen_when import REFUSAL
from core.models import AuditEntry
from core.refusals import Refusal
from dues.models import Arrears
from evaluations.models import AwardObjection, Commendation, Honour, Proposal, Quota
from evaluations.services import awards
from evaluations.services.honours import honours
from tests.awards import AFTER, UNTIL, agreed, deputy, good_branch, good_member, held, propose, result, term
from tests.people import LONG_AGO, TODAY, City, account

pytestmark = pytest.mark.django_db


def decide(city: City, row: Proposal, by: str = "city", agreed: bool = True, **more: Any) -> Proposal:
    told: dict[str, Any] = {"text": "", "on": TODAY} | more
    return awards.decide(by=city.user(by), row=row, agreed=agreed, **told)


def test_a_branch_is_proposed_decided_public_and_honoured(city: City) -> None:
    good_branch(city)
    row = held(city, PARTY=1)
    proposal = propose(city, row)
    assert (proposal.name, proposal.proposed_by, proposal.state) == (
        city["CZ1111"].name,
        city.user("street"),
        "PROPOSED",
    )
    with pytest.raises(Refusal, match="1 项推荐没有审定"):
        awards.publish(by=city.user("city"), row=row, on=TODAY)
    agreed = decide(city, proposal)
    assert [one[0] for one in agreed.checks] == ["评定结果", "一票否决", "任期", "党费"], "what was looked at is kept"
    assert awards.publish(by=city.user("city"), row=row, on=TODAY).notice_until == date(2026, 12, 1)
    for day, document, sentence in ((date(2026, 12, 1), "市委 1 号", "公示到 2026-12-01 结束"), (AFTER, " ", "文号")):
        with pytest.raises(Refusal, match=sentence):
            awards.honour(by=city.user("city"), row=row, document=document, on=day)
    assert awards.honour(by=city.user("city"), row=row, document="市委 1 号", on=AFTER) == 1
    given = Honour.objects.get()
    assert (given.title, given.name, given.level) == ("五个好党组织", city["CZ1111"].name, "CITY")
    assert (given.given_by, given.document, given.awarded_on) == (city["CZ"].name, "市委 1 号", AFTER)
    assert given.proposal.state == "NAMED"
    with pytest.raises(Refusal, match="已于 2026-12-15 表彰"):
        awards.honour(by=city.user("city"), row=row, document="市委 2 号", on=AFTER)
    told = AuditEntry.objects.filter(action__startswith="awards.").order_by("pk").values_list("action", flat=True)
    assert [*told] == ["awards.decide", "awards.publish", "awards.honour", "awards.honour"]


QUOTAS: tuple[tuple[dict[str, int], str], ...] = (
    ({}, "没有“五个好党组织”的名额"),
    ({"MEMBER": 3}, "没有“五个好党组织”的名额"),
    ({"CZ12__PARTY": 3}, "没有“五个好党组织”的名额"),
    ({"PARTY": 0}, "名额是 0 个，没有分配名额"),
    ({"PARTY": 1}, "中共云溪区委两新工委的“五个好党组织”名额是 1 个，已推荐 1 个"),
    ({"PARTY": 5, "CZ111__PARTY": 1}, "中共云台街道工作委员会的“五个好党组织”名额是 1 个，已推荐 1 个"),
    ({"PARTY": 1, "CZ111__PARTY": 5}, "中共云溪区委两新工委的“五个好党组织”名额是 1 个，已推荐 1 个"),
    ({"PARTY": 2, "CZ111__PARTY": 2}, ""),
)  # fmt: skip


@pytest.mark.parametrize(("quotas", "sentence"), QUOTAS)
def test_every_quota_on_the_way_up_holds(city: City, quotas: dict[str, int], sentence: str) -> None:
    row = held(city, **quotas)
    if "没有" not in sentence:
        propose(city, row)
    second: dict[str, Any] = {"party_organization": city["CZ1112"]}
    if not sentence:
        assert propose(city, row, **second).pk
        return
    with pytest.raises(Refusal, match=sentence):
        propose(city, row, **second)


def test_what_was_refused_or_taken_back_frees_its_place(city: City) -> None:
    row = held(city, PARTY=1)
    first = propose(city, row)
    with pytest.raises(Refusal, match="写明原因"):
        awards.withdraw(by=city.user("street"), row=first, reason=" ", on=TODAY)
    awards.withdraw(by=city.user("street"), row=first, reason="另行推荐", on=TODAY)
    second = propose(city, row, party_organization=city["CZ1112"])
    with pytest.raises(Refusal, match="不同意请写明原因"):
        decide(city, second, agreed=False)
    decide(city, second, agreed=False, text="事迹不突出")
    third = propose(city, row)
    for gone in (first, second):
        with pytest.raises(Refusal, match="现在是"):
            decide(city, gone)
    with pytest.raises(Refusal, match="已推荐 1 个，名额不能少于 1"):
        awards.quotas.change(by=city.user("city"), row=row.quotas.get(), number=0, on=TODAY)
    assert third.open


def test_nobody_decides_what_he_proposed_nor_of_his_own(city: City) -> None:
    good_branch(city)
    row = held(city, PARTY=3, WORKER=3)
    by_city = propose(city, row, by="city")
    for who, sentence in (
        ("city", "推荐的是您本人"), ("district", "权限"), ("street", "权限"), ("secretary", "权限"), ("stranger", "权限"),
        ("leader", "权限"),
    ):  # fmt: skip
        with pytest.raises(Refusal, match=sentence):
            decide(city, by_city, who)
    for username, name in (("namesake", "陈市（市）"), ("second", "何市")):
        clerk = city.people[username] = account(username, None, name=name, must_change_password=False)
        clerk.appointments.create(role="DEPARTMENT", node=city["CZ"], since=LONG_AGO)
    with pytest.raises(Refusal, match="同名账号"):
        decide(city, by_city, "namesake")
    post = deputy(city, "何市")  # another clerk of the city holds a post at the branch
    with pytest.raises(Refusal, match="任职"):
        decide(city, by_city, "second")
    with pytest.raises(Refusal, match="被推荐的是您本人"):
        propose(city, row, "WORKER", by="second", name="何市")
    post.delete()
    assert decide(city, by_city, "second").decided_by == city.user("second")


def test_one_is_proposed_where_one_may_and_in_time(city: City) -> None:
    row = held(city, PARTY=3, MEMBER=3)
    for who in ("stranger", "secretary", "leader"):
        with pytest.raises(Refusal, match="权限"):
            propose(city, row, by=who)
    with pytest.raises(Refusal, match="推荐已于 2026-12-20 截止"):
        propose(city, row, on=date(2026, 12, 21))
    assert propose(city, row, on=UNTIL).pk
    member = city.member("外支部党员", of="CZ1112")
    with pytest.raises(Refusal, match="不在中共澄州明川电子有限公司支部委员会的名册上"):
        propose(city, row, "MEMBER", member=member)


WRONG: tuple[tuple[str, dict[str, str], str], ...] = (
    ("PARTY", {"member": "member"}, "五个好党员请选择党员"),
    ("MEMBER", {}, "五个好党员请选择党员"),
    ("INSTRUCTOR", {"unit": "unit"}, "五个好党员请选择党员"),
    ("OWNER", {}, "姓名（名称）请填写"),
    ("WORKER", {}, "姓名（名称）请填写"),
)


@pytest.mark.parametrize(("award", "whom", "sentence"), WRONG)
def test_an_award_says_for_whom_it_is(city: City, award: str, whom: dict[str, str], sentence: str) -> None:
    known = {"member": city.member("周党员"), "unit": city.organization("澄州明川电子有限公司")}
    with pytest.raises((Refusal, ValidationError), match=sentence):
        propose(city, held(city, **{award: 3}), award, **{name: known[key] for name, key in whom.items()})


def test_what_comes_up_while_it_is_public_stops_the_honour(city: City) -> None:
    member = good_member(city)
    row = held(city, MEMBER=1)
    proposal = decide(city, propose(city, row, "MEMBER", member=member))
    awards.publish(by=city.user("city"), row=row, on=TODAY)
    with pytest.raises(Refusal, match="已于 2026-11-24 公示，不能再推荐"):
        propose(city, row, party_organization=city["CZ1112"])
    told = {"party_organization": member.party_organization, "first_month": date(2026, 10, 1), "months": 1, "run": 1}
    Arrears.objects.create(member=member, owed=10, **told)
    with pytest.raises(Refusal, match=r"公示以后出现不符合的情况.*欠交"):
        awards.honour(by=city.user("city"), row=row, document="市委 1 号", on=AFTER)
    decide(city, proposal, agreed=False, text="欠交党费", on=AFTER)
    assert awards.honour(by=city.user("city"), row=row, document="市委 1 号", on=AFTER) == 0
    assert not Honour.objects.exists()


def test_what_was_given_is_not_rewritten_where_it_stands(city: City) -> None:
    good_branch(city)
    row = held(city, PARTY=1)
    decide(city, propose(city, row))
    awards.publish(by=city.user("city"), row=row, on=TODAY)
    awards.honour(by=city.user("city"), row=row, document="市委 1 号", on=AFTER)
    told: dict[str, Any] = {"row": Honour.objects.get(), "on": AFTER}
    for values in ({"level": "NATION"}, {"title": "全国先进"}, {"document": "国发 1 号"}):
        with pytest.raises(Refusal, match="只能撤销，不能修改"):
            honours.write(by=city.user("street"), values=values, **told)
    away = {"withdrawn_on": AFTER, "withdrawn_why": "弄虚作假"}
    with pytest.raises(Refusal, match="权限"):
        honours.write(by=city.user("district"), values=away, **told)
    assert honours.write(by=city.user("city"), values=away, **told).withdrawn_on == AFTER


def test_whoever_could_sign_in_as_the_proposer_does_not_decide(city: City) -> None:
    good_branch(city)
    reset_password(user=city.user("street"), by=city.user("city"), reason="遗忘")
    row = propose(city, held(city, PARTY=1), on=timezone.localdate())
    with pytest.raises(Refusal, match="为孙街重置口令的是您本人"):
        decide(city, row, on=timezone.localdate())


def test_what_is_missing_keeps_from_agreeing_and_says_so(city: City) -> None:
    proposal = propose(city, held(city, PARTY=1))
    page = city.client("city").get(f"/awards/{proposal.commendation_id}/").content.decode()
    assert "待审定，2 项不符合" in page
    with pytest.raises(Refusal, match="评定结果：前年以来没有已确定的评定结果；任期：没有登记任期"):
        decide(city, proposal)
    result(city, city["CZ1111"], veto="重大生产安全事故", five_good=False)
    term(city["CZ1111"])
    with pytest.raises(Refusal, match=r"没有评为“五个好”.*一票否决：有一票否决事项：重大生产安全事故"):
        decide(city, proposal)


@pytest.mark.parametrize("who", ["city", "district", "street", "secretary", "stranger"])
def test_the_pages_show_each_reader_his_own(city: City, who: str, django_assert_max_num_queries: Any) -> None:
    good_branch(city)
    row = held(city, PARTY=2, CZ12__PARTY=4)
    proposal = propose(city, row)
    with django_assert_max_num_queries(40):
        page = city.client(who).get(f"/awards/{row.pk}/").content.decode()
    assert (city["CZ1111"].name in page) == (who != "stranger")
    assert "项不符合" not in page
    assert (city["CZ12"].name in page) == (who in ("city", "stranger"))
    answer = city.client(who).get(f"/awards/proposals/{proposal.pk}/")
    assert answer.status_code == (404 if who == "stranger" else 200)
    if who != "stranger":
        assert "任期至 2027-06-01" in answer.content.decode()
    decide(city, proposal)
    awards.publish(by=city.user("city"), row=row, on=TODAY)
    page = city.client(who).get(f"/awards/{row.pk}/").content.decode()
    assert "公示名单" in page
    assert city["CZ1111"].name in page, "name and unit are public"
    assert "带领党员攻关" not in page


def test_it_is_decided_and_honoured_by_its_pages(city: City) -> None:
    good_branch(city)
    row = held(city, PARTY=2)
    proposal = propose(city, row)
    district, top = city.client("district"), city.client("city")
    url = f"/awards/proposals/{proposal.pk}/"
    assert "权限" in district.post(url, {"do": "agree"}, follow=True).content.decode()
    assert "写明原因" in top.post(url, {"do": "refuse", "text": ""}, follow=True).content.decode()
    assert "已同意" in top.post(url, {"do": "agree"}, follow=True).content.decode()
    assert city.client("secretary").post(url, {"do": "refuse"}).status_code == 403
    assert district.post(f"/awards/{row.pk}/", {"do": "publish"}).status_code == 403
    assert "已公示" in top.post(f"/awards/{row.pk}/", {"do": "publish"}, follow=True).content.decode()
    refused = top.post(f"/awards/{row.pk}/", {"do": "honour", "document": "1 号"}, follow=True).content.decode()
    assert "期满以后才能表彰" in refused
    assert 'value="honour"' not in refused, "nothing is offered before its day"
    assert top.post(f"/awards/{row.pk}/", {"do": "other"}).status_code == 400
    assert Commendation.objects.get().state == "公示中"


def test_the_form_asks_for_what_the_award_is_for_and_tells_what_is_missing(city: City) -> None:
    row = held(city, OWNER=1, PARTY=1)
    client = city.client("street")
    url = f"/admin/evaluations/proposal/add/?commendation={row.pk}&award=PARTY"
    page = client.get(url).content.decode()
    assert 'name="party_organization"' in page
    assert 'name="unit"' not in page
    assert 'name="unit"' in client.get(url.replace("PARTY", "OWNER")).content.decode()
    filled = {"commendation": row.pk, "award": "PARTY", "party_organization": city["CZ1111"].pk, "why": "攻关"}
    done = client.post(url, filled, follow=True)
    assert "现在还不符合：评定结果" in done.content.decode()
    assert done.redirect_chain[-1][0] == f"/awards/proposals/{Proposal.objects.get().pk}/"
    assert (
        "名额是 1 个，已推荐 1 个"
        in client.post(url, filled | {"party_organization": city["CZ1112"].pk}).content.decode()
    )


def test_what_was_given_stays_as_it_is_in_the_database(city: City) -> None:
    good_branch(city)
    row = held(city, PARTY=2, WORKER=2)
    proposal = decide(city, propose(city, row))
    later = held_again(city)
    awards.publish(by=city.user("city"), row=row, on=TODAY)
    made: dict[str, Any] = {"proposal": proposal, "text": "异议", "raised_by": "何某", "received_on": TODAY}
    said = AwardObjection.objects.create(
        outcome="REJECTED", answer="不实", answered_by=city.user("city"), answered_on=TODAY, **made
    )
    awards.honour(by=city.user("city"), row=row, document="市委 1 号", on=AFTER)
    free = Quota.objects.create(commendation=later, award="PARTY", node=city["CZ11"], number=1)
    quota = row.quotas.get(award="PARTY")
    for change in (
        lambda: Commendation.objects.filter(pk=row.pk).update(document="改"),
        lambda: Proposal.objects.filter(pk=proposal.pk).update(why="改"),
        lambda: Proposal.objects.filter(pk=proposal.pk).update(commendation=later),
        lambda: Quota.objects.filter(pk=quota.pk).update(number=9), quota.delete,
        lambda: Quota.objects.filter(pk=free.pk).update(commendation=row),
        lambda: propose(city, later, "PARTY").pk and Proposal.objects.update(commendation=row),
        lambda: AwardObjection.objects.filter(pk=said.pk).update(answer="改"), said.delete,
        lambda: AwardObjection.objects.create(**made),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match=REFUSAL), transaction.atomic():
            change()
    Quota.objects.filter(pk=free.pk).update(number=2)
    told: dict[str, Any] = {"row": Honour.objects.get(), "on": AFTER, "by": city.user("city")}
    away = {"withdrawn_on": AFTER, "withdrawn_why": "弄虚作假"}
    assert honours.write(values=away, **told).withdrawn_on == AFTER, "an honour is withdrawn, what was decided stays"


def held_again(city: City) -> Commendation:
    return Commendation.objects.create(name="下一次", node=city["CZ"], year=2027, propose_until=UNTIL)


def test_once_it_is_public_no_quota_changes_and_once_it_is_given_nothing_is_taken_back(city: City) -> None:
    """Said in a sentence, before the database refuses."""
    good_branch(city)
    row = held(city, PARTY=2)
    agreed(city, propose(city, row))
    left = Proposal.objects.create(
        commendation=row, award="PARTY", party_organization=city["CZ1112"], branch=city["CZ1112"], name="联合", why="攻关",
        state="RETURNED", returned_why="不够", applied_by=city.user("secretary"), applied_on=TODAY,
    )  # fmt: skip
    awards.publish(by=city.user("city"), row=row, on=TODAY)
    told: dict[str, Any] = {"by": city.user("city"), "on": TODAY, "number": 9}
    with pytest.raises(Refusal, match="名额不能再改"):
        awards.quotas.change(row=row.quotas.get(), **told)
    with pytest.raises(Refusal, match="名额不能再改"):
        awards.quotas.add(commendation=row, award="MEMBER", node=city["CZ11"], **told)
    awards.honour(by=city.user("city"), row=row, document="市委 1 号", on=AFTER)
    secretary = account("other", None, name="联合书记", must_change_password=False)
    secretary.appointments.create(role="SECRETARY", node=city["CZ1112"], since=LONG_AGO)
    with pytest.raises(Refusal, match="已于 2026-12-15 表彰"):
        awards.withdraw(by=secretary, row=left, reason="不报", on=AFTER)
