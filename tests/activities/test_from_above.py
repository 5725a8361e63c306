"""主题实践活动 that branches join, and 典型经验 that they learn from: given by a committee to all below it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from activities.models import ActivityRecord, Campaign, Experience
from activities.queries.from_above import called, joined, with_adoptions
from activities.queries.mends import lacks
from activities.services import from_above, records, reviews
from activities.services.from_above import campaigns
from core.refusals import Refusal
from members.models import Member
from tests.activities.test_filing_page import address, text, typed
from tests.filing import TEXT, absent, file_record, members, seats
from tests.people import LONG_AGO, City

pytestmark = pytest.mark.django_db
OUTLINE = (
    "先由党员认领隐患点，再按周巡查、按月公示，整改情况向全体职工公布，年底由职工代表评议，形成清单闭环管理的做法。"
)


def today() -> date:
    return timezone.localdate()


def campaign(city: City, of: str = "CZ111", **told: Any) -> Campaign:
    said = {"name": "党员先锋行动", "since": today() - timedelta(days=20), "asks": "每个支部至少一次"} | told
    until = said.pop("until", None)
    row = campaigns.add(by=city.user("street"), committee=city[of], on=today(), **said)
    return campaigns.end(by=None, row=row, day=until, on=today()) if until else row


def accepted(city: City, **told: Any) -> ActivityRecord:
    record = file_record(city, on=today(), held_on=today(), **told)
    return reviews.accept(by=city.user("street"), record=record, at=timezone.now(), on=today())


def published(city: City, record: ActivityRecord | None = None, of: str = "CZ111", **told: Any) -> Experience:
    said = {"title": "隐患认领", "why": "简便易行，职工认可", "outline": OUTLINE} | told
    return from_above.publish(
        by=city.user("street"), record=record or accepted(city), committee=city[of], on=today(), **said
    )


@pytest.fixture
def people(city: City) -> list[Member]:
    return members(city)


@pytest.fixture
def secretary(city: City, people: list[Member]) -> Client:
    return city.client("secretary")


def test_a_campaign_is_offered_only_while_one_of_the_committees_above_runs_it(city: City, secretary: Client) -> None:
    campaign(city, "CZ121", name="外区的")
    over = campaign(city, "CZ11", name="结束的", until=today() - timedelta(days=3))
    assert "主题实践活动" not in text(secretary.get(address(city)))
    running = campaign(city, "CZ11")
    form = text(secretary.get(address(city)))
    assert f'<option value="{running.pk}">党员先锋行动</option>' in form
    assert "外区的" not in form
    assert str(over) not in form


def test_a_record_says_that_it_belongs_to_one(city: City, secretary: Client, people: list[Member]) -> None:
    row = campaign(city)
    secretary.post(address(city), typed(people) | {"campaign": row.pk, "submit": "1"})
    record = ActivityRecord.objects.get()
    assert record.campaign == row
    assert "党员先锋行动" in text(secretary.get(f"/branch/records/{record.pk}/"))
    records.withdraw(by=None, record=record, on=today())
    assert f'value="{row.pk}" selected' in text(
        secretary.get(f"/branch/{record.party_organization_id}/records/{record.draft_key}/")
    )


@pytest.mark.parametrize(
    ("of", "told", "said"),
    [
        ("CZ121", {}, "不是本支部上级开展的"),
        ("CZ111", {"since": date(2026, 12, 1)}, "不在“党员先锋行动”的起止日期之内"),
        ("CZ111", {"until": date(2026, 11, 20)}, "不在“党员先锋行动”的起止日期之内"),
    ],
)
def test_a_record_of_another_day_or_place_is_no_part_of_it(
    city: City, people: list[Member], of: str, told: dict[str, Any], said: str
) -> None:
    row = campaign(city, of, **({"since": date(2026, 11, 1)} | told))
    with pytest.raises(Refusal, match=said):
        file_record(city, campaign=row, held_on=date(2026, 11, 20), on=date(2026, 11, 20))


def test_its_page_counts_branches_records_and_members_once(city: City, people: list[Member]) -> None:
    row = campaign(city)
    members(city, 2, of="CZ1112")
    for back, away in ((1, people[:2]), (0, people[:1])):
        day = today() - timedelta(days=back)
        sat = absent(seats(city["CZ1111"], kind="THEME_DAY", day=day), *away)
        file_record(city, campaign=row, held_on=day, on=today(), sat=sat, content=f"{back}{TEXT}")
    told = joined(row, city.scope("street"))
    assert told == {"branches": 2, "joined": 1, "records": 2, "people": 11}
    assert [(one.name, one.held, one.people) for one in called(row, city.scope("city")).order_by("path")] == [
        (city["CZ1111"].name, 2, 11), (city["CZ1112"].name, 0, 0),
    ]  # fmt: skip
    street = city.client("street")
    page = text(street.get(f"/campaigns/{row.pk}/"))
    assert "应参加的 2 个党支部中，<b>1</b> 个参加" in page
    missing = text(street.get(f"/campaigns/{row.pk}/?joined=no"))
    assert city["CZ1112"].name in missing
    assert city["CZ1111"].name not in missing.split("<tbody")[1]
    assert "还没有参加主题实践活动“党员先锋行动”" in [one.what for one in lacks(city["CZ1112"], on=today())]
    assert not any("主题实践活动" in one.what for one in lacks(city["CZ1111"], on=today()))


def test_campaigns_are_seen_below_and_changed_by_their_committee(city: City, secretary: Client) -> None:
    row = campaign(city, "CZ11")
    assert "党员先锋行动" in text(secretary.get("/campaigns/"))
    assert "1 项还没有参加" in text(secretary.get("/branch/"))
    assert [city.client(who).get(f"/campaigns/{row.pk}/").status_code for who in ("street", "stranger", "leader")] == [
        200, 404, 403,
    ]  # fmt: skip
    assert list(Campaign.objects.changeable(city.scope("street"))) == []
    assert list(Campaign.objects.changeable(city.scope("district"))) == [row]


def test_an_accepted_record_is_published_by_whoever_reviews_it(city: City, secretary: Client) -> None:
    record = accepted(city)
    street = city.client("street")
    assert f'href="/reviews/{record.pk}/publish/"' in text(street.get(f"/branch/records/{record.pk}/"))
    assert "公布为典型经验" not in text(secretary.get(f"/branch/records/{record.pk}/"))
    form = text(street.get(f"/reviews/{record.pk}/publish/"))
    assert f'value="{record.topic}"' in form
    assert TEXT in form
    sent = {"committee": city["CZ111"].pk, "title": "隐患认领", "why": "简便易行", "outline": OUTLINE}
    answer = text(street.post(f"/reviews/{record.pk}/publish/", sent, follow=True))
    assert "已公布给中共云台街道工作委员会以下的全部党支部" in answer
    assert "孙街" in answer
    refused = street.post(f"/reviews/{record.pk}/publish/", sent | {"committee": city["CZ11"].pk})
    assert refused.status_code == 200, "a street does not publish for its district"
    assert Experience.objects.count() == 1
    listed = text(secretary.get("/experiences/"))
    assert "隐患认领" in listed
    assert "1 条可以借鉴" in text(secretary.get("/branch/"))


@pytest.mark.parametrize("place", ["title", "why", "outline"])
def test_no_person_is_named(city: City, people: list[Member], place: str) -> None:
    for name in (people[3].name, "钱书记"):
        with pytest.raises(Refusal, match=f"文字中有姓名“{name}”"):
            published(city, accepted(city, content=f"{name}{place}{TEXT}"), **{place: f"由{name}带头，{OUTLINE}"[:100]})


def test_no_number_of_a_person_goes_out(city: City, people: list[Member]) -> None:
    for number, kind in (("13911112222", "手机号码"), ("１１０１０５１９４９１２３１００２Ｘ", "证件号码")):
        with pytest.raises(Refusal, match=f"文字中有{kind}"):
            published(city, accepted(city, content=f"{number}{TEXT}"), outline=f"{OUTLINE}联系 {number}。")


def test_nobody_publishes_what_he_filed(city: City, people: list[Member]) -> None:
    record = file_record(city, by="street", on=today(), held_on=today())
    reviews.accept(by=city.user("district"), record=record, at=timezone.now(), on=today())
    assert "公布为典型经验" not in text(city.client("street").get(f"/branch/records/{record.pk}/"))
    with pytest.raises(Refusal, match="由其他人员公布"):
        published(city, record)


def test_a_branch_does_not_learn_from_itself(city: City, people: list[Member]) -> None:
    told = published(city)
    file_record(city, on=today(), held_on=today(), content="我们再做了一次。" * 20, adopted_from=told)
    assert with_adoptions(Experience.objects.all()).get().adopted == 0


def test_only_what_was_accepted_is_published_and_once(city: City, people: list[Member]) -> None:
    waiting = file_record(city, on=today(), held_on=today())
    with pytest.raises(Refusal, match="审核通过以后才能公布"):
        published(city, waiting)
    with pytest.raises(Refusal, match="不是中共澄州明川电子有限公司支部委员会的上级"):
        published(city, accepted(city, content=f"又一次{TEXT}"), of="CZ121")


def test_a_branch_learns_from_it_and_is_counted(city: City, people: list[Member]) -> None:
    told = published(city, of="CZ11")
    members(city, 2, of="CZ1112")
    street = city.client("street")
    where = f"/branch/{city['CZ1112'].pk}/records/6f6b1f8e-0f5c-4d55-8d3d-0c9b6f1f2a33/"
    form = text(street.get(f"{where}?experience={told.pk}&kind=THEME_DAY"))
    assert 'value="隐患认领"' in form
    assert OUTLINE in form
    assert f'name="adopted_from" value="{told.pk}"' in form
    assert f">{people[0].name}<" not in form
    [experience] = with_adoptions(Experience.objects.all())
    assert experience.adopted == 0, "a draft has learned nothing yet"
    own = "我们支部把车间分成六个片区，党员结合各自工序认领设备，" * 3
    for content, flagged in ((OUTLINE, True), (own, False)):
        record = file_record(
            city, of="CZ1112", by="street", on=today(), held_on=today(), content=content, adopted_from=told
        )
        assert ("A8" in record.flags.split(",")) is flagged
        assert record.adopted_from == told
    [experience] = with_adoptions(Experience.objects.all())
    assert experience.adopted == 1, "a branch counts once"
    page = text(street.get(f"/experiences/{told.pk}/"))
    assert "1 个支部借鉴了这条经验" in page
    assert not any(f"{one.name}<" in page for one in people)
    assert "借鉴此经验" not in page, "the street serves in no branch"
    assert "借鉴此经验" in text(city.client("secretary").get(f"/experiences/{told.pk}/"))


def test_it_is_taken_back_with_a_reason(city: City, secretary: Client) -> None:
    told = published(city)
    where = f"/experiences/{told.pk}/"
    assert secretary.post(where, {"reason": "不是我的"}).status_code == 403
    street = city.client("street")
    assert "必填" in text(street.post(where, {"reason": " "}))
    assert "已撤回" in text(street.post(where, {"reason": "做法已过时"}, follow=True))
    told.refresh_from_db()
    assert (told.withdrawn_on, told.withdrawn_why) == (today(), "做法已过时")
    assert "隐患认领" not in text(secretary.get("/experiences/"))
    page = text(secretary.get(where))
    assert "做法已过时" in page
    assert "借鉴此经验" not in page
    form = text(secretary.get(f"{address(city)}?experience={told.pk}"))
    assert OUTLINE not in form
    with pytest.raises(Refusal, match="撤回"):
        from_above.take_back(by=city.user("street"), experience=told, reason="再撤", on=today())


def test_experiences_reach_the_branches_below_their_committee_alone(city: City, people: list[Member]) -> None:
    told = published(city, of="CZ111")
    assert [city.client(who).get(f"/experiences/{told.pk}/").status_code for who in ("secretary", "stranger", "leader")] == [
        200, 404, 403,
    ]  # fmt: skip
    assert not Experience.objects.within(city.scope("stranger")).exists()
    assert Experience.objects.for_branch(city["CZ1112"]).exists()
    assert not Experience.objects.for_branch(city["CZ121"]).exists()
    with pytest.raises(Refusal, match="借鉴的经验不是本支部上级公布的"):
        records._require_given(city["CZ121"], {"adopted_from": told, "held_on": LONG_AGO})


def test_lists_take_as_many_queries_however_long_they_are(
    city: City, people: list[Member], django_assert_max_num_queries: Any
) -> None:
    street = city.client("street")
    for number in range(6):
        row = campaign(city, name=f"活动 {number}")
        published(city, accepted(city, content=f"第 {number} 次 {TEXT}"), title=f"经验 {number}")
    for where, most in (("/campaigns/", 16), ("/experiences/", 16), (f"/campaigns/{row.pk}/", 20)):
        street.get(where)
        with django_assert_max_num_queries(most):
            street.get(where)
