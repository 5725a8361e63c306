"""The pages of dues: what a treasurer types, what is given back, who sees and does what, and how many queries that takes."""

from __future__ import annotations

import io
import tempfile
from datetime import date
from decimal import Decimal as D
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.due import due_kinds
from dues.models import Arrears, Assessment, Due, HandUp, Payment, Relief
from dues.queries.grid import newest
from dues.services.assessments import Line, assess_many
from dues.services.months import restate
from members.models import Member
from tests.people import TODAY, City

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 1)


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: TODAY)


def branch_of(city: City, number: int = 3, of: str = "CZ1111") -> list[Member]:
    people = [city.member(f"党员{place}", of=of) for place in range(number)]
    lines = [Line(one.pk, "WAGE", D(5000), date(2026, 1, 1)) for one in people]
    assess_many(by=city.user("treasurer"), lines=lines, at=timezone.now(), on=TODAY)
    return people


def url_of(city: City, more: str = "", of: str = "CZ1111") -> str:
    return f"/branch/{city[of].pk}/dues/{more}"


def typed(city: City, **more: Any) -> dict[str, Any]:
    return {"seen": newest(city["CZ1111"]), "paid_on": "2026-11-20", "method": "TRANSFER", **more}


def test_the_treasurer_types_into_the_grid(city: City) -> None:
    one, two, _ = branch_of(city)
    client = city.client("treasurer")
    assert client.get("/dues/").url == url_of(city)
    page = client.get(url_of(city)).content.decode()
    assert '应交 <b>150.00</b> 元，已收 <b>0.00</b> 元，<span class="late">3 人待交 150.00 元</span>' in page
    data = typed(city, **{f"pay-{one.pk}-2026-11": "50", f"pay-{two.pk}-2026-10": "20.5", f"pay-{two.pk}-2026-11": " "})
    page = client.post(url_of(city), data, follow=True).content.decode()
    assert "已登记 2 人 70.50 元（台账第 1 号）。" in page
    payment = Payment.objects.get(member=two)
    assert (payment.amount, payment.due.month, payment.paid_on, payment.method) == (
        D("20.50"), date(2026, 10, 1), date(2026, 11, 20), "TRANSFER",
    )  # fmt: skip
    page = client.post(url_of(city), typed(city, all="1"), follow=True).content.decode()
    assert "已登记 2 人 100.00 元" in page
    assert "没有待交的党费" in client.post(url_of(city), typed(city, all="1")).content.decode()


def test_what_is_refused_is_given_back_as_it_was_typed(city: City) -> None:
    [one] = branch_of(city, 1)
    for value, said in (("五十", "有 1 格不是大于 0 的金额"), ("80", "自愿多交"), ("", "还没有填金额")):
        page = (
            city.client("treasurer")
            .post(url_of(city), typed(city, **{f"pay-{one.pk}-2026-11": value}))
            .content.decode()
        )
        assert said in page
        assert f'value="{value}"' in page
    assert not Payment.objects.exists()
    page = city.client("treasurer").post(url_of(city), typed(city, all="1", paid_on="2026-11-25")).content.decode()
    assert "交纳日期：" in page


def test_a_correction_needs_a_reason_and_stands_in_the_list(city: City) -> None:
    branch_of(city, 1)
    client = city.client("treasurer")
    client.post(url_of(city), typed(city, all="1"))
    payment = Payment.objects.get()
    assert "更正请写明原因" in client.post(url_of(city), {"correct": payment.pk}).content.decode()
    page = client.post(url_of(city), {"correct": payment.pk, "reason": "记错月份"}, follow=True).content.decode()
    assert "更正第 1 号中党员0的交纳：记错月份" in page
    assert "已收 <b>0.00</b> 元" in page
    assert client.post(url_of(city), {"correct": 10**12}).status_code == 404


@pytest.mark.parametrize(
    ("who", "sees", "books"),
    [("treasurer", 200, 302), ("secretary", 200, 403), ("street", 200, 403), ("district", 200, 403), ("stranger", 404, 404),
     ("leader", 403, 403), ("instructor", 403, 403), ("auditor", 403, 403)],
)  # fmt: skip
def test_who_sees_and_who_books(city: City, who: str, sees: int, books: int) -> None:
    branch_of(city, 1)
    client = city.client(who)
    assert client.get(url_of(city)).status_code == sees
    assert client.post(url_of(city), typed(city, all="1")).status_code == books
    assert client.get(url_of(city, "print/")).status_code == sees


def test_the_calculator_shows_its_steps_before_anything_is_written(city: City) -> None:
    member = city.member("林若水")
    data = {"member": member.pk, "since": "2026-01", "payer": "WAGE", "base": "5000.01"}
    client = city.client("treasurer")
    page = client.post(url_of(city, "assess/"), data | {"try": "1"}).content.decode()
    assert "5,000.01 × 1.5% = 75.00015 元。" in page
    assert not Assessment.objects.exists()
    page = client.post(url_of(city, "assess/"), data, follow=True).content.decode()
    assert "已核定：林若水 2026-01 起每月 75.00 元。" in page
    assert "5000.01" not in page
    row = Assessment.objects.get()
    reveal = f"/reveal/dues.assessment/{row.pk}/base/"
    assert "5000.01" in client.post(reveal, {"reason": "核对工资"}).content.decode()
    assert [city.client(who).get(reveal).status_code for who in ("secretary", "street", "city", "stranger")] == [
        404
    ] * 4


@pytest.mark.parametrize(("payer", "since", "late"), [("OWNER", 7, True), ("OWNER", 10, False), ("WAGE", 1, False)])
def test_who_pays_by_the_income_of_a_quarter_is_assessed_each_quarter(
    city: City, payer: str, since: int, late: bool
) -> None:
    lines = [Line(city.member().pk, payer, D(5000), date(2026, since, 1))]
    assess_many(by=city.user("treasurer"), lines=lines, at=timezone.now(), on=TODAY)
    client = city.client("treasurer")
    assert ("有 1 名个体经营者等" in client.get(url_of(city)).content.decode()) == late
    assert ("请按上季度收入重新核定" in client.get(url_of(city, "assess/")).content.decode()) == late
    assert "有 1 名个体经营者等" not in client.get(url_of(city, "?month=2026-08")).content.decode()


def test_a_list_is_assessed_whole_or_not_at_all(city: City) -> None:
    for name in ("林若水", "王强"):
        city.member(name)
    client = city.client("treasurer")
    page = client.post(
        url_of(city, "assess/list/"), {"file": book([("姓名", "计算基数"), ("林若水", 4000), ("外人", 1)])}
    )
    assert "本支部名册上没有“外人”" in page.content.decode()
    assert not Assessment.objects.exists()
    told = {"file": book([("姓名", "计算基数"), ("林若水", 4000), ("王强", 6000)])}
    assert "已按名单核定 2 名" in client.post(url_of(city, "assess/list/"), told, follow=True).content.decode()


def book(lines: list[tuple[Any, ...]]) -> SimpleUploadedFile:
    made, kept = openpyxl.Workbook(), io.BytesIO()
    for line in lines:
        made.active.append(line)
    made.save(kept)
    return SimpleUploadedFile("名单.xlsx", kept.getvalue())


def test_doubtful_payments_of_a_list_wait_for_a_person(city: City) -> None:
    people = branch_of(city, 3)
    Member.objects.filter(pk=people[2].pk).update(name="党员1")
    client = city.client("treasurer")
    lines = [
        ("姓名", "月份", "金额"),
        ("党员0", "11月", 50),
        ("党员1", "11月", 50),
        ("路人", "11月", 50),
        ("党员0", "10月", 30),
    ]
    page = client.post(url_of(city, "payments/"), {"file": book(lines), "month": "2026-11"}).content.decode()
    for said in ("3 行有疑问", "本支部有 2 名“党员1”", "没有这个人", "待交 50.00 元，名单上是 30.00 元"):
        assert said in page
    assert page.count(" checked") == 1
    told = {
        "book": "1",
        "take": ["2", "3"],
        "member-2": people[0].pk,
        "month-2": "2026-11",
        "amount-2": "50",
        "amount-3": "50",
    }
    told = typed(city, **told) | {"row": ["2", "3"], "month-3": "2026-11", "name-3": "党员1", "doubt-3": "请选择"}
    page = client.post(url_of(city, "payments/"), told | {"more": "on"}).content.decode()
    assert "第 3 行请选择党员" in page
    assert 'name="more" checked' in page
    assert f'name="seen" value="{told["seen"]}"' in page
    done = client.post(url_of(city, "payments/"), told | {"member-3": people[2].pk}, follow=True).content.decode()
    assert "已按名单登记 2 笔 100.00 元" in done
    page = client.post(url_of(city, "payments/"), {"file": book(lines[:2]), "month": "2026-11"}).content.decode()
    assert "2026-11 已交清（50.00 元）" in page


def test_reliefs_go_from_the_branch_to_the_street(city: City) -> None:
    [one] = branch_of(city, 1)
    data = {
        "member": one.pk,
        "kind": "EXEMPT",
        "since": "2026-11",
        "last": "2026-12",
        "reason": "重病",
        "studied_on": "2026-11-20",
    }
    page = city.client("treasurer").post(url_of(city, "relief/"), data, follow=True).content.decode()
    assert "等上级党组织审批" in page
    row = Relief.objects.get()
    kind = due_kinds["dues.reliefs"]
    assert [item.what for item in kind.items(kind.of(city.scope("street"), TODAY), city.scope("street"), TODAY)]
    assert "重病" not in city.client("street").get("/dues/reliefs/").content.decode()
    assert [city.client(who).get("/dues/reliefs/").status_code for who in ("street", "treasurer", "leader")] == [
        200,
        403,
        403,
    ]
    told = {"relief": row.pk, "verdict": "approve", "answer": ""}
    assert city.client("stranger").post("/dues/reliefs/", told).status_code == 404
    assert "已批准" in city.client("street").post("/dues/reliefs/", told, follow=True).content.decode()
    assert Due.objects.get(member=one, month=NOVEMBER).amount == 0


def test_a_hand_up_is_confirmed_above(city: City) -> None:
    branch_of(city, 1)
    treasurer, street = city.client("treasurer"), city.client("street")
    treasurer.post(url_of(city), typed(city, all="1"))
    form = treasurer.get("/dues/hand-ups/").context["own"][0]["form"]
    data = {name: form.initial.get(name, "") for name in form.fields} | {"do": "send", "kind": "DUES"}
    assert (data["amount"], data["first"], data["last"]) == (50, "2026-01", "2026-11")
    assert "等上级确认" in treasurer.post("/dues/hand-ups/", data, follow=True).content.decode()
    assert "刚有新的登记" in treasurer.post("/dues/hand-ups/", data).content.decode()
    row = HandUp.objects.get()
    told = {"do": "confirm", "hand_up": row.pk}
    assert [city.client(who).post("/dues/hand-ups/", told).status_code for who in ("treasurer", "stranger")] == [
        403,
        404,
    ]
    assert "已确认收到" in street.post("/dues/hand-ups/", told, follow=True).content.decode()
    assert "可上缴党费 <b>50.00</b> 元" in street.get("/dues/hand-ups/").content.decode()


@pytest.mark.parametrize(
    ("age", "months", "there"),
    [("few", 3, True), ("few", 4, False), ("some", 4, True), ("some", 5, True), ("some", 6, False), ("long", 6, True), ("long", 5, False)],
)  # fmt: skip
def test_arrears_by_age(city: City, age: str, months: int, there: bool) -> None:
    [one] = branch_of(city, 1)
    Due.objects.filter(month__lt=date(2026, 11 - months, 1)).update(paid=50)
    restate([one.pk], on=TODAY)
    page = city.client("street").get(f"/dues/arrears/?age={age}").content.decode()
    assert ("党员0" in page) == there
    if there:
        assert ("谈话教育，限期补交" in page) == (months >= 6)
        assert "系统只提醒，不自动处理" in page


def test_what_a_task_leads_to_has_the_same_names(city: City) -> None:
    """Six months in all are not six in a row."""
    gaps, row = branch_of(city, 2)
    Due.objects.filter(member=gaps, month__in=[date(2026, month, 1) for month in (2, 4, 6, 8)]).update(paid=50)
    restate([gaps.pk, row.pk], on=TODAY)
    assert [one.months for one in Arrears.objects.order_by("pk")] == [6, 10]
    street = city.client("street")
    names = [one.member.name for one, _ in street.get(due_kinds["dues.unpaid"].url).context["rows"]]
    assert names == [row.name]


def test_who_pays_more_pays_for_nobody_else(city: City) -> None:
    one, _ = branch_of(city, 2)
    Due.objects.filter(member=one).update(paid=100)
    [row] = [row for row, _ in city.client("street").get("/dues/branches/").context["rows"] if row.so_far.due]
    assert (row.so_far.due, row.so_far.paid, row.so_far.percent) == (1100, 550, 50)


def test_who_is_told_of_those_who_do_not_pay(city: City) -> None:
    branch_of(city, 1)
    assert Arrears.objects.get().run == 10
    told = {}
    for who, code in (("secretary", "dues.unpaid.own"), ("street", "dues.unpaid"), ("stranger", "dues.unpaid")):
        kind, scope = due_kinds[code], city.scope(who)
        told[who] = [item.what for item in kind.items(kind.of(scope, TODAY), scope, TODAY)]
    said = "党员0 连续 10 个月没有交纳党费，请了解原因、谈话教育、限期补交（党章第九条）"
    assert told == {"secretary": [said], "street": [said], "stranger": []}
    assert Member.objects.get().status == "FORMAL"


@pytest.mark.parametrize(
    ("who", "where"),
    [("treasurer", ""), ("treasurer", "assess/"), ("secretary", "print/"), ("street", "/dues/branches/"),
     ("street", "/dues/arrears/"), ("street", "/dues/hand-ups/"), ("street", "/dues/reliefs/")],
)  # fmt: skip
def test_pages_take_as_many_queries_for_many_as_for_one(city: City, who: str, where: str) -> None:
    address = where if where.startswith("/") else url_of(city, where)
    client = city.client(who)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    branch_of(city, 1)
    branch_of(city, 1, of="CZ1112")
    client.get(address)
    few = queries()
    branch_of(city, 6)
    branch_of(city, 4, of="CZ1112")
    assert queries() == few
    assert few < 32


def test_the_printed_list_has_everybody_and_the_sum(city: City) -> None:
    branch_of(city, 2)
    city.client("treasurer").post(url_of(city), typed(city, all="1"))
    page = city.client("secretary").get(url_of(city, "print/?month=2026-11")).content.decode()
    for said in ("党费收缴清单", "2026 年 11 月", "党员0", "100.00", "签名"):
        assert said in page


@pytest.mark.parametrize("month", ["0000-01", "0001-01", "9999-12", "2026-13"])
def test_a_month_that_cannot_be_is_told_and_no_failure(city: City, month: str) -> None:
    [one] = branch_of(city, 1)
    book, how = f"/branch/{city['CZ1111'].pk}/funds/", typed(city)
    line = how | {"book": "1", "take": "1", "row": "1", "member-1": one.pk, "month-1": month, "amount-1": "5"}
    sent = {"do": "send", "node": city["CZ1111"].pk, "seen": 0, "kind": "DUES", "amount": "5", "sent_on": "2026-11-20"}
    for who, address, data in (
        ("treasurer", url_of(city), how | {f"pay-{one.pk}-{month}": "5"}),
        ("treasurer", url_of(city, "assess/"), {"member": one.pk, "since": month, "payer": "TOKEN"}),
        ("treasurer", url_of(city, "payments/"), line),
        ("treasurer", "/dues/hand-ups/", sent | {"first": month, "last": month}),
        ("treasurer", book, {"month": month}),
        ("secretary", f"{book}refund/", {"first": month, "last": month, "purpose": "活动"}),
    ):
        page = city.client(who).post(address, data, follow=True)
        assert page.status_code == 200, address
        assert "range" not in page.content.decode(), "in Chinese"
    assert not Payment.objects.exists()


def test_a_gift_whose_form_is_sent_twice_is_booked_once(city: City) -> None:
    [one] = branch_of(city, 1)
    client, address = city.client("treasurer"), url_of(city, "gift/")
    seen = client.get(address).context["form"]["seen"].value()
    data = {"member": one.pk, "amount": "2000", "paid_on": "2026-11-20", "method": "CASH", "note": "自愿", "seen": seen}
    for said in ("已登记大额党费 2,000.00 元", "刚登记过党员0的大额党费，没有重复登记"):
        assert said in client.post(address, data, follow=True).content.decode()
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(("where", "said"), [("assess/list/", "已按名单核定 1 名"), ("payments/", "党员0")])
def test_a_list_of_wages_lies_nowhere_but_where_uploads_are_swept(
    city: City, monkeypatch: pytest.MonkeyPatch, where: str, said: str
) -> None:
    """A process that is killed meanwhile leaves none in a folder that nobody empties."""
    branch_of(city, 1)
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    file = SimpleUploadedFile("名单.csv", "姓名,计算基数,金额\n党员0,6000,50\n".encode())
    data = {"file": file, "month": "2026-11"}
    assert said in city.client("treasurer").post(url_of(city, where), data, follow=True).content.decode()
