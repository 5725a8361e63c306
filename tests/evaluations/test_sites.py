"""示范点: cultivated, named and looked at anew from above, shown to others, paired, withdrawn."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from core.due import due_kinds
from core.refusals import Refusal
from evaluations.models import Pair, Site, SiteVisit
from evaluations.services import sites
from tests.awards import deputy, good_branch
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db
BEGAN = date(2025, 3, 1)


def site(city: City, by: str = "street", **values: Any) -> Site:
    told: dict[str, Any] = {
        "party_organization": city["CZ1111"], "name": "明川示范点", "level": "CITY", "theme": "党建带工建",
        "cultivated_since": BEGAN, "on": TODAY,
    }  # fmt: skip
    return sites.sites.add(by=city.user(by), **told | values)


def named(city: City, day: date = TODAY) -> Site:
    return sites.sites.change(by=city.user("city"), row=site(city), named_on=day, document="市委 1 号", on=TODAY)


def test_it_is_named_from_above_for_three_years(city: City) -> None:
    row = site(city)
    for who in ("street", "secretary", "stranger"):
        with pytest.raises(Refusal, match="权限"):
            sites.sites.change(by=city.user(who), row=row, named_on=TODAY, on=TODAY)
    deputy(city, "周区")
    with pytest.raises(Refusal, match="任职"):
        sites.sites.change(by=city.user("district"), row=row, named_on=TODAY, on=TODAY)
    found = sites.sites.change(by=city.user("city"), row=row, named_on=TODAY, on=TODAY)
    assert found.expires_on == date(2029, 11, 24)
    with pytest.raises(Refusal, match="权限"):
        site(city, by="street", party_organization=city["CZ1112"], named_on=TODAY)


def test_of_one_that_is_named_nothing_that_was_decided_is_changed_from_below(city: City) -> None:
    row = site(city)
    sites.sites.change(by=city.user("street"), row=row, level="COUNTY", theme="红色物业", on=TODAY)
    row = sites.sites.change(by=city.user("city"), row=row, named_on=TODAY, on=TODAY)
    told: dict[str, Any] = {"by": city.user("street"), "row": row, "on": TODAY}
    for values in (
        {"expires_on": date(2040, 1, 1)}, {"level": "NATION"}, {"document": "国发 1 号"}, {"name": "全国示范点"}, {"named_on": None, "expires_on": None},
        {"withdrawn_on": TODAY},
    ):  # fmt: skip
        with pytest.raises(Refusal, match="权限"):
            sites.sites.write(values=values, **told)
    assert sites.sites.change(theme="红色楼宇", **told).expires_on == date(2029, 11, 24)


DAYS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"expires_on": date(2028, 1, 1)}, "命名以后才有有效期"),
    ({"named_on": date(2025, 2, 28)}, "不能早于培育日期"),
    ({"named_on": TODAY, "expires_on": date(2026, 11, 23)}, "有效期不能早于命名日期"),
    ({"named_on": date(2025, 6, 1), "rechecked_on": TODAY}, "请写明复核情况"),
    ({"named_on": TODAY, "rechecked_on": date(2026, 11, 23), "recheck": "合格"}, "复核在命名以后"),
    ({"named_on": date(2026, 11, 25)}, "之后"),
)


@pytest.mark.parametrize(("values", "sentence"), DAYS)
def test_its_days_follow_one_another(city: City, values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        site(city, by="city", **values)


def test_looked_at_anew_it_holds_for_as_long_again(city: City) -> None:
    row = named(city, date(2025, 6, 1))
    assert row.expires_on == date(2028, 6, 1)
    told: dict[str, Any] = {"rechecked_on": TODAY, "recheck": "作用明显", "on": TODAY}
    assert sites.sites.change(by=city.user("city"), row=row, **told).expires_on == date(2029, 11, 24)
    with pytest.raises(Refusal, match="权限"):
        sites.sites.change(by=city.user("street"), row=row, **told | {"rechecked_on": date(2026, 11, 20)})


def test_it_falls_due_three_months_before_it_is_over(city: City) -> None:
    row, kind = named(city), due_kinds["sites.recheck"]
    for on, number in ((date(2029, 8, 25), 0), (date(2029, 8, 26), 1), (date(2029, 12, 1), 1)):
        assert kind.of(city.scope("district"), on).count() == number, on
    assert kind.of(city.scope("stranger"), date(2029, 12, 1)).count() == 0
    [item] = kind.items(kind.of(city.scope("city"), date(2029, 12, 1)), city.scope("city"), date(2029, 12, 1))
    assert (item.who, item.until) == ("明川示范点", date(2029, 11, 24))
    told: dict[str, Any] = {"by": city.user("city"), "row": row, "on": TODAY}
    sites.sites.write(values={"withdrawn_on": TODAY, "withdrawn_why": "作用不明显"}, **told)
    assert kind.of(city.scope("city"), date(2029, 12, 1)).count() == 0


def test_it_is_withdrawn_with_a_reason_and_its_pairs_end(city: City) -> None:
    row = named(city)
    pair = sites.pairs.add(
        by=city.user("street"), site=row, party_organization=city["CZ1112"], tasks="同过主题党日", since=TODAY, on=TODAY
    )
    told: dict[str, Any] = {"by": city.user("city"), "row": row, "on": TODAY}
    with pytest.raises(ValidationError, match="写明原因"):
        sites.sites.write(values={"withdrawn_on": TODAY}, **told)
    sites.sites.write(values={"withdrawn_on": TODAY, "withdrawn_why": "作用不明显"}, **told)
    pair.refresh_from_db()
    assert pair.until == TODAY
    with pytest.raises(Refusal, match="已于 2026-11-24 撤销"):
        sites.sites.change(theme="别的", **told)
    assert site(city).pk != row.pk, "another one may be cultivated there"


def test_it_is_paired_with_others_once_it_is_named(city: City) -> None:
    row = site(city)
    told: dict[str, Any] = {"by": city.user("street"), "tasks": "同过主题党日", "since": TODAY, "on": TODAY}
    with pytest.raises(Refusal, match="还没有命名"):
        sites.pairs.add(site=row, party_organization=city["CZ1112"], **told)
    row = sites.sites.change(by=city.user("city"), row=row, named_on=TODAY, on=TODAY)
    with pytest.raises(Refusal, match="不能与自己结对"):
        sites.pairs.add(site=row, party_organization=city["CZ1111"], **told)
    sites.pairs.add(site=row, party_organization=city["CZ1112"], **told)
    sites.pairs.add(site=row, party_organization=city["CZ121"], **told | {"by": city.user("city")})
    assert Pair.objects.within(city.scope("secretary")).count() == 2
    assert Pair.objects.within(city.scope("stranger")).count() == 1, "the other side sees its own"
    assert not Pair.objects.changeable(city.scope("stranger")).exists()


def test_the_branch_shows_what_is_asked_of_it_and_who_came(city: City) -> None:
    row = site(city)
    url = f"/party/{city['CZ1111'].pk}/"
    page = city.client("street").get(url).content.decode()
    for text in (
        "2025-03-01 起培育，还没有命名",
        "评定结果：前年以来没有已确定的评定结果",
        "没有登记活动场所",
        "还没有登记参观",
    ):
        assert text in page, text
    good_branch(city)
    SiteVisit.objects.create(site=row, visited_on=TODAY, visitors="望江街道", people=12, note="看阵地")
    SiteVisit.objects.create(site=row, visited_on=BEGAN, visitors="溪口街道", people=30)
    sites.sites.change(by=city.user("city"), row=row, named_on=TODAY, on=TODAY)
    Pair.objects.create(site=row, party_organization=city["CZ1112"], tasks="同过主题党日", since=TODAY)
    page = city.client("secretary").get(url).content.decode()
    for text in (
        "2026-11-24 命名",
        "有效期至 2029-11-24",
        "<b>2</b> 次、<b>42</b> 人",
        "望江街道",
        "同过主题党日",
        "登记参观",
    ):
        assert text in page, text
    assert "登记结对" not in page, "that is done from above"
    other = city.client("street").get(f"/party/{city['CZ1112'].pk}/").content.decode()
    assert "与“明川示范点”结对" in other
    assert "panel-site" not in city.client("street").get(f"/party/{city['CZ112'].pk}/").content.decode()


def test_the_form_tells_what_it_does_not_fit(city: City) -> None:
    row = site(city)
    client = city.client("city")
    filled = {
        "name": row.name,
        "level": "CITY",
        "theme": row.theme,
        "cultivated_since": BEGAN,
        "named_on": "2026-11-24",
    }
    page = client.post(f"/admin/evaluations/site/{row.pk}/change/", filled, follow=True).content.decode()
    assert "按系统中的记录还不符合：评定结果" in page
    assert Site.objects.get().expires_on == date(2029, 11, 24)


def test_who_names_none_is_not_offered_what_is_said_from_above(city: City) -> None:
    row = site(city)
    url = f"/admin/evaluations/site/{row.pk}/change/"

    def offered(who: str, address: str = url) -> set[str]:
        page = city.client(who).get(address).content.decode()
        return {
            name for name in ("theme", "level", "named_on", "expires_on", "withdrawn_on") if f'name="{name}"' in page
        }

    assert offered("street") == offered("street", "/admin/evaluations/site/add/") == {"theme", "level", "withdrawn_on"}
    sites.sites.change(by=city.user("city"), row=row, named_on=TODAY, on=TODAY)
    assert offered("street") == {"theme"}
    assert "expires_on" in offered("city")
    filled = {"name": row.name, "theme": "红色楼宇", "cultivated_since": BEGAN}
    assert city.client("street").post(url, filled).status_code == 302
    row.refresh_from_db()
    assert (row.theme, row.expires_on) == ("红色楼宇", date(2029, 11, 24))
