"""Figures of awards and 示范点 agree with a plain count of the same rows, on the day and on days after it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.indicators import indicators
from evaluations.award_indicators import AWARDED
from evaluations.models import Honour, Pair, Site, SiteVisit
from evaluations.services import honours, sites
from orgs.facts import differences, refresh
from orgs.figures import Narrow, live
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db
SPRING, LAST_YEAR = date(2026, 3, 1), date(2025, 12, 31)
CODES = [*(one.code for one in AWARDED), "SITES_NAMED", "SITES_SHOWN", "SITES_DUE"]


def told(city: City, who: str = "city") -> dict[str, tuple[Any, Any]]:
    ours = [indicators[code] for code in CODES]
    sums = live(city.scope(who)).whole(Narrow(), [m.code for one in ours for m in (one.numerator, one.denominator)])
    return {one.code: (sums[one.numerator.code], sums[one.denominator.code]) for one in ours}


def plain(on: date) -> dict[str, tuple[int, int]]:
    """The same, row by row."""
    given = [one for one in Honour.objects.all() if one.awarded_on.year == on.year and one.awarded_on <= on]
    given = [one for one in given if one.withdrawn_on is None]
    named = [one for one in Site.objects.filter(withdrawn_on=None) if one.named_on]
    came = {one.site_id for one in SiteVisit.objects.all() if one.visited_on.year == on.year and one.visited_on <= on}
    learns = {one.site_id for one in Pair.objects.all() if one.since <= on and (one.until is None or one.until > on)}
    titles = ("五个好党组织", "五个好党员", "优秀党建工作指导员", "热心党务工作业主")
    found = {
        code: (sum(one.title == title for one in given), len(given)) for code, title in zip(CODES, titles, strict=False)
    }
    late = [one for one in named if one.expires_on and (one.expires_on - on).days <= 90]
    return found | {
        "SITES_NAMED": (len(named), Site.objects.filter(withdrawn_on=None).count()),
        "SITES_SHOWN": (len([one for one in named if one.pk in came | learns]), len(named)),
        "SITES_DUE": (len(late), len(named)),
    }


def enter(city: City) -> None:
    """By the services, so that what they keep is told."""
    told: dict[str, Any] = {"by": city.user("city"), "on": TODAY}
    here = {"party_organization": city["CZ1111"], "level": "CITY", "given_by": "市委"}
    for title, day, name in (
        ("五个好党组织", SPRING, ""), ("五个好党组织", LAST_YEAR, ""), ("热心党务工作业主", SPRING, "王业主"),
        ("优秀党务工作者", SPRING, "李干事"), ("五个好党员", TODAY, "周党员"), ("优秀党建工作指导员", SPRING, "吴指导"),
    ):  # fmt: skip
        honours.honours.add(title=title, awarded_on=day, name=name, **here, **told)
    away = Honour.objects.get(name="吴指导")
    honours.honours.write(row=away, values={"withdrawn_on": TODAY, "withdrawn_why": "弄虚作假"}, **told)
    for code, expires in (("CZ1111", date(2029, 3, 1)), ("CZ1112", date(2027, 2, 22)), ("CZ111", date(2027, 2, 23))):
        sites.sites.add(
            party_organization=city[code], name=code, level="CITY", theme="特色", cultivated_since=LAST_YEAR,
            named_on=SPRING, document="1 号", expires_on=expires, **told,
        )  # fmt: skip
    young = {"party_organization": city["CZ112"], "name": "培育", "level": "CITY", "theme": "特色"}
    sites.sites.add(cultivated_since=SPRING, **young, **told)
    first, second, third = Site.objects.filter(named_on__isnull=False).order_by("pk")
    sites.pairs.add(site=first, party_organization=city["CZ1112"], tasks="帮带", since=TODAY, **told)
    sites.site_visits.add(site=second, visited_on=SPRING, visitors="参观团", people=9, **told)
    sites.site_visits.add(site=third, visited_on=LAST_YEAR, visitors="参观团", people=9, **told)


def test_figures_agree_with_a_plain_count(city: City) -> None:
    enter(city)
    assert differences(on=TODAY) == [], "the services kept them"
    found = told(city)
    assert found == plain(TODAY)
    assert found["AWARDED_PARTY"] == (1, 4)
    assert found["AWARDED_INSTRUCTOR"] == (0, 4), "what was withdrawn is no more"
    assert (found["SITES_NAMED"], found["SITES_SHOWN"], found["SITES_DUE"]) == ((3, 4), (2, 3), (1, 3))
    assert told(city, "stranger")["SITES_NAMED"] == (0, 0)
    for day in (date(2027, 1, 1), date(2030, 1, 1)):
        refresh(None, on=day)
        assert told(city) == plain(day), day


def test_they_stand_on_figures_with_their_lists(city: City) -> None:
    enter(city)
    page = city.client("city").get("/figures/").content.decode()
    for code in CODES:
        assert indicators[code].name in page
