"""The street's queue: by the day until which each is to be reviewed; side by side with the checks; accepted, returned with a
reason, several at once; never by whoever filed."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.models import ActivityRecord
from activities.queries.branches import seats
from activities.queries.reviews import others
from activities.rules.likeness import marked, similarity
from activities.services import obligations, reviews
from core.refusals import Refusal
from orgs.models import Appointment
from orgs.services.party import establish
from tests.activities.plain_life import LAID, branches
from tests.filing import HELD, TEXT, absent, file_record, members
from tests.people import LONG_AGO, TODAY, City

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)


def own_words(number: int) -> str:
    """A text that no other record has."""
    return "".join(chr(0x4E00 + 131 * number + sign) for sign in range(130))


def records(city: City, number: int, *, first: int = 0) -> list[ActivityRecord]:
    """So many branches hand in a record each, entered by the city; the first ones the longest ago."""
    found = []
    for n, node in enumerate(branches(city, number, first=first)[2:], first):
        held = date(2026, 11, 10 + n % 12)
        city.member(of=node.code)
        sat = seats(node, kind="THEME_DAY", day=held)
        told = {"held_on": held, "content": own_words(n), "sat": sat}
        found.append(file_record(city, of=node.code, by="city", on=held, **told))
    return found


def asked(client: Client, address: str) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_queue_is_sorted_by_its_day_and_narrowed(city: City) -> None:
    records(city, 9)
    client = city.client("district")
    response = client.get("/reviews/")
    days = [row.review_by for row, _ in response.context["rows"]]
    assert days == sorted(days)
    assert days[0] == date(2026, 11, 17), "seven days after it was handed in"
    counts = response.context["counts"]
    assert (counts["waiting"], counts["late"], counts["today"]) == (
        len(days), sum(day < TODAY for day in days), sum(day == TODAY for day in days),
    )  # fmt: skip
    assert 0 < counts["late"] < len(days)
    narrowed = client.get("/reviews/", {"committee": city["CZ112"].pk}).context["rows"]
    assert {row.party_organization.parent_id for row, _ in narrowed} == {city["CZ112"].pk}
    assert city.client("stranger").get("/reviews/").context["counts"]["waiting"] == 3, "its own district"


def test_queries_do_not_grow_with_the_branches(city: City) -> None:
    records(city, 3)
    obligations.lay_out(on=LAID)
    client = city.client("district")
    record = ActivityRecord.objects.order_by("pk").first()
    lists = ("missing/", "branches/?wanted=policy", "branches/?wanted=silent_6", "months/")
    addresses = ("/reviews/", f"/reviews/{record.pk}/", *(f"/reviews/{one}" for one in lists))
    before = [(asked(client, address), asked(client, address))[1] for address in addresses]
    records(city, 9, first=3)
    obligations.lay_out(on=LAID)
    members(city, 9, of=record.party_organization.code)
    assert [asked(client, address) for address in addresses] == before
    assert max(before) <= 45, before


def test_a_record_stands_beside_its_checks_and_the_next_one_follows(city: City) -> None:
    first, second, *_ = records(city, 4)
    client = city.client("district")
    page = client.get(f"/reviews/{first.pk}/")
    assert [one.code for one in page.context["checks"]] == [f"A{n}" for n in range(1, 15)]
    assert {one.level for one in page.context["checks"]} == {""}
    body = page.content.decode()
    assert "应到 1 名，实到 1 名，与名册相符" in body
    assert page.context["after"] == f"/reviews/{second.pk}/"
    assert f'href="/reviews/{second.pk}/" data-key="j"' in body
    assert client.get(f"/reviews/{second.pk}/").context["before"] == f"/reviews/{first.pk}/"
    done = client.post(f"/reviews/{first.pk}/", {"verdict": "accept"})
    assert done.url == f"/reviews/{second.pk}/"
    first.refresh_from_db()
    assert first.status == "ACCEPTED"


def test_it_is_returned_with_a_standard_phrase_and_counted(city: City) -> None:
    first, *_ = records(city, 1)
    client = city.client("district")
    address = f"/reviews/{first.pk}/?committee={city['CZ11'].pk}"
    refused = client.post(address, {"verdict": "return"})
    assert refused.status_code == 200
    assert "退回请写明原因" in refused.content.decode()
    phrase = "到会人数与名册不符，请核对"
    done = client.post(address, {"verdict": "return", "phrase": phrase, "reason": "应为 3 人"})
    assert done.url == f"/reviews/?committee={city['CZ11'].pk}"
    assert first.reviews.get().reason == f"{phrase}；应为 3 人"
    other, *_ = records(city, 1, first=1)
    mistaken = client.post(f"/reviews/{other.pk}/", {"verdict": "accept", "phrase": phrase})
    assert "phrase" in mistaken.context["form"].errors
    other.refresh_from_db()
    assert other.status == "SUBMITTED"
    assert client.get("/reviews/").context["counts"]["returned"] == 1
    [(row, _)] = client.get("/reviews/?status=returns").context["rows"]
    assert (row.pk, row.returns) == (first.pk, 1)
    assert phrase in client.get(f"/reviews/{first.pk}/").content.decode()


def test_clean_records_are_accepted_at_once_and_others_are_not(city: City) -> None:
    found = records(city, 4)
    short = file_record(city, by="city", content="太短", sat=[])
    assert short.flags
    client = city.client("district")
    client.post("/reviews/", {"do": "accept", "record": [found[0].pk, short.pk]})
    assert set(ActivityRecord.objects.filter(status="ACCEPTED")) == {found[0]}
    address = f"/reviews/?committee={city['CZ11'].pk}"
    preview = client.post(address, {"do": "accept_clean"})
    assert set(ActivityRecord.objects.filter(status="ACCEPTED")) == {found[0]}, "only named as yet"
    assert f"确认通过 {len(preview.context['records'])} 份" in preview.content.decode()
    client.post(address, {"do": "accept", "record": [one.pk for one in preview.context["records"]]})
    accepted = set(ActivityRecord.objects.filter(status="ACCEPTED"))
    assert accepted == {one for one in found if one.party_organization.code != "B2"}, "not of another district"
    assert "没有可以批量通过的" in client.post("/reviews/", {"do": "accept"}, follow=True).content.decode()


def test_nobody_reviews_what_he_filed_or_his_own_branch_files(city: City) -> None:
    members(city, 2)
    by_street = file_record(city, by="street")
    street = city.client("street")
    body = street.get(f"/reviews/{by_street.pk}/").content.decode()
    assert "由您填报，请由其他人员审核" in body
    assert 'value="accept"' not in body
    assert "自己代填" in street.post(f"/reviews/{by_street.pk}/", {"verdict": "accept"}).content.decode()
    Appointment.objects.create(user=city.user("district"), role="SECRETARY", node=city["CZ1112"], since=LONG_AGO)
    members(city, 2, of="CZ1112")
    own = file_record(city, of="CZ1112", by="district", content=own_words(3))
    assert own.entered_by is None
    told = {"by": city.user("district"), "at": timezone.now(), "on": TODAY}
    with pytest.raises(Refusal, match="自己支部"):
        reviews.accept(record=own, **told)
    assert reviews.accept_clean(records=[own.pk], **told) == []


def test_a_copied_text_is_shown_beside_the_other_where_that_may_be_seen(city: City) -> None:
    members(city, 2)
    members(city, 2, of="CZ1112")
    file_record(city, by="city")
    copied = file_record(city, of="CZ1112", by="city", content=TEXT + "另外安排走访。")
    page = city.client("street").get(f"/reviews/{copied.pk}/")
    assert page.context["other"].party_organization == city["CZ1111"]
    assert "⚠ 提示" in page.content.decode()
    assert f"<mark>{TEXT[:-1]}</mark>" in page.content.decode()
    elsewhere = branches(city, 3)[-1]
    members(city, 2, of=elsewhere.code)
    there = file_record(city, of=elsewhere.code, by="city", content=TEXT)
    page = city.client("stranger").get(f"/reviews/{there.pk}/")
    assert page.context["other"] is None
    assert "不在您的管辖范围" in page.content.decode()


def test_members_who_are_absent_for_three_months_are_named(city: City) -> None:
    people = members(city, 3)
    for month in (7, 9, 11):
        day = date(2026, month, 20)
        sat = absent(seats(city["CZ1111"], kind="THEME_DAY", day=day), people[0])
        record = file_record(city, by="city", on=day, held_on=day, content=own_words(month), sat=sat)
    checks = {one.code: one for one in city.client("street").get(f"/reviews/{record.pk}/").context["checks"]}
    assert people[0].name in checks["A12"].sentence
    assert checks["A11"].level == "warning"
    assert HELD.month == 11


def test_what_two_texts_share_is_what_makes_them_alike() -> None:
    one, other = "甲" + TEXT, TEXT[:60] + "以下各不相同的内容在这里。"
    pieces = list(marked(one, other))
    assert "".join(piece for piece, _ in pieces) == one
    assert pieces[0] == ("甲", False)
    assert [said for _, said in pieces] == [False, True, False]
    assert not any(said for _, said in marked(one, own_words(1)))
    assert similarity(one, own_words(1)) == 0


def test_nobody_reviews_what_he_filed_when_he_was_the_secretary(city: City) -> None:
    members(city, 3)
    street, told = city.user("street"), {"role": "SECRETARY", "node": city["CZ1111"], "since": LONG_AGO}
    held = Appointment.objects.create(user=street, **told)
    record = file_record(city, by="street")
    assert record.entered_by is None
    for until in (record.submitted_on, TODAY):
        held.until = until
        held.save()
        assert not others(ActivityRecord.objects.all(), street, on=TODAY).exists()
        with pytest.raises(Refusal, match="由其他人员审核"):
            reviews.accept(by=street, record=record, at=timezone.now(), on=TODAY)
    held.until = date(2026, 11, 1)
    held.save()
    assert others(ActivityRecord.objects.all(), street, on=TODAY).exists(), "another one filed it"


def test_a_record_beyond_the_scope_is_not_named(city: City) -> None:
    members(city, 3)
    city.nodes["CZ1211"] = establish(
        by=None, name="外区密支部", kind="branch", parent=city["CZ121"], code="CZ1211", on=LONG_AGO
    )
    members(city, 3, of="CZ1211")
    file_record(city, of="CZ1211", by="stranger")
    record = file_record(city)
    assert "A8" in record.flags
    for who, page in (("secretary", "branch/records"), ("street", "branch/records"), ("street", "reviews")):
        shown = city.client(who).get(f"/{page}/{record.pk}/").content.decode()
        assert "内容与管辖范围以外的另一份记录有 100% 相同" in shown
        assert "外区密" not in shown
    assert (
        "内容与“外区密支部 2026-11-20 主题党日”有" in city.client("city").get(f"/reviews/{record.pk}/").content.decode()
    )
