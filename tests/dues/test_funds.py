"""活动经费: income with its paper, spending that was discussed and has its vouchers, the year as members are told it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from core import files, proof
from core.days import InFuture
from core.due import due_kinds
from core.refusals import Refusal
from dues.models import Book, Entry, EntryKind, Income, Publication, Spending, Voucher
from dues.queries.books import balances_of
from dues.queries.funds import figures_of
from dues.rules.capitals import capitals
from dues.rules.uses import ALLOWED, FORBIDDEN
from dues.services import funds, ledger, refunds
from dues.services.publication import publish
from tests.activities.test_attachments import GPS, photo
from tests.ledger import NOW, book, told
from tests.people import LONG_AGO, TODAY, City, account

ZERO = Decimal(0)


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def on_day(city: City, username: str) -> dict[str, Any]:
    return {"by": city.user(username), "on": TODAY}


def entered(city: City, source: str = "FEE", amount: str = "500", **more: Any) -> Income:
    return funds.enter_income(
        party_organization=city["CZ1111"], source=source, amount=Decimal(amount), received_on=date(2026, 11, 3),
        giver="明川电子", paper="管理费列支审批单 3 号", **more, **on_day(city, "secretary"),
    )  # fmt: skip


def with_paper(city: City, row: Any, username: str = "secretary") -> Any:
    funds.attach(to=row, data=photo(), name="凭证.jpg", at=NOW, **on_day(city, username))
    return row


def funded(city: City, amount: str = "500") -> None:
    book(city, amount, of=Book.FUND, kind=EntryKind.PUBLIC)


def asked(city: City, amount: str = "100", use: str = "LIFE") -> Spending:
    return funds.ask_spending(
        party_organization=city["CZ1111"], use=use, purpose="主题党日场地", asked=Decimal(amount),
        **on_day(city, "secretary"),
    )  # fmt: skip


def discussed(
    city: City, spending: Spending, *, present: int = 5, agreed: int = 4, username: str = "treasurer"
) -> Spending:
    return funds.discuss(
        spending=spending, discussed_on=TODAY, present=present, agreed=agreed, minutes="同意", **on_day(city, username)
    )


def spent(city: City, amount: str = "88.80", **more: Any) -> Spending:
    row = with_paper(city, discussed(city, asked(city, **more)), "treasurer")
    return funds.spend(spending=row, amount=Decimal(amount), day=TODAY, **told(city))


def test_income_is_entered_by_one_and_booked_by_another_with_its_paper(city: City) -> None:
    row = entered(city, payroll=Decimal(40_000))
    with pytest.raises(Refusal, match="还没有上传依据"):
        funds.book_income(income=row, **told(city))
    with_paper(city, row)
    with pytest.raises(Refusal, match="权限"):
        funds.book_income(income=row, **told(city, "secretary"))
    done = funds.book_income(income=row, **told(city))
    assert (done.state, done.entry.kind, done.entry.amount, done.entry.day) == ("BOOKED", "FEE", 500, date(2026, 11, 3))
    assert "超过的 100.00 元不能税前扣除" in funds.deductible(done, on=TODAY)
    with pytest.raises(Refusal, match="不能再办理这一步"):
        funds.book_income(income=row, **told(city))
    assert Entry.objects.count() == 1


def test_a_second_account_of_who_entered_it_books_nothing(city: City) -> None:
    row = with_paper(city, entered(city))
    city.people["second"] = account("second", None, name="钱书记", must_change_password=False)
    city.people["second"].appointments.create(role="TREASURER", node=city["CZ1111"], since=LONG_AGO)
    with pytest.raises(Refusal, match="登记的是您本人（同名账号“钱书记”），不能再由您确认"):
        funds.book_income(income=row, **told(city, "second"))


def test_a_book_begins_with_its_opening_balance_or_with_none(city: City) -> None:
    wrong = funds.book_income(income=with_paper(city, entered(city, "OPENING", "60")), **told(city))
    with pytest.raises(Refusal, match="期初余额只能最先登记"):
        entered(city, "OPENING")
    funds.counter(row=wrong, reason="金额有误", **told(city))
    funds.book_income(income=with_paper(city, entered(city, "OPENING", "6")), **told(city))
    held = funds.book_income(income=with_paper(city, entered(city, "RETAINED", "70")), **told(city))
    assert (held.entry.book, held.entry.kind, held.entry.number) == ("DUES", "OPENING", 1)


def test_a_committee_begins_with_the_dues_that_it_holds(city: City) -> None:
    """Entered by one who reviews there, booked by another one; nothing else comes in at a committee so."""
    asked_ = {"amount": Decimal(900), "received_on": TODAY, "giver": "区委", "paper": "结转单",
              "party_organization": city["CZ11"], **on_day(city, "district")}  # fmt: skip
    with pytest.raises(Refusal, match="只登记期初党费结存"):
        funds.enter_income(source="FEE", **asked_)
    row = with_paper(city, funds.enter_income(source="RETAINED", **asked_), "district")
    for username, sentence in (("district", "登记的是您本人"), ("street", "权限"), ("stranger", "权限")):
        with pytest.raises(Refusal, match=sentence):
            funds.book_income(income=row, **told(city, username))
    kind = due_kinds["dues.openings"]
    assert [kind.of(city.scope(who), TODAY).count() for who in ("district", "city", "street", "stranger")] == [
        0,
        1,
        0,
        0,
    ]
    done = funds.book_income(income=row, **told(city, "city"))
    assert (done.entry.book, done.entry.balance) == ("DUES", 900)
    ledger.post(party_organization=city["CZ11"], book=Book.DUES, kind=EntryKind.FROM_BELOW, amount=Decimal(1), day=TODAY,
                text="x", **told(city, "city"))  # fmt: skip
    with pytest.raises(Refusal, match="期初余额只能最先登记"):
        funds.enter_income(source="RETAINED", **asked_)


def test_what_was_entered_wrong_goes_back_with_its_reason(city: City) -> None:
    row = entered(city)
    with pytest.raises(Refusal, match="请写明原因"):
        funds.drop_income(income=row, reason="", **on_day(city, "treasurer"))
    assert funds.drop_income(income=row, reason="没有到账", **on_day(city, "treasurer")).state == "DROPPED"
    with pytest.raises(Refusal, match="不能再办理这一步"):
        with_paper(city, row)


def test_money_is_asked_for_discussed_and_spent_with_vouchers(city: City) -> None:
    funded(city)
    row = asked(city)
    with pytest.raises(Refusal, match="不能再办理这一步"):
        funds.spend(spending=row, amount=Decimal(1), day=TODAY, **told(city))
    discussed(city, row)
    with pytest.raises(Refusal, match="还没有上传凭证"):
        funds.spend(spending=row, amount=Decimal(1), day=TODAY, **told(city))
    with_paper(city, row, "treasurer")
    with pytest.raises(Refusal, match=r"实际金额 100\.01 元超过讨论决定的 100\.00 元"):
        funds.spend(spending=row, amount=Decimal("100.01"), day=TODAY, **told(city))
    done = funds.spend(spending=row, amount=Decimal("88.80"), day=TODAY, **told(city))
    assert (done.entry.amount, done.entry.balance, done.entry.text) == (
        Decimal("-88.80"), Decimal("411.20"), "组织生活：主题党日场地",
    )  # fmt: skip
    assert balances_of([city["CZ1111"].pk])[city["CZ1111"].pk] == {"DUES": ZERO, "FUND": Decimal("411.20")}
    assert list(proof.differences()) == []


@pytest.mark.parametrize("use", FORBIDDEN, ids=lambda use: use.code)
def test_what_money_must_not_be_used_for_is_refused_with_the_reason(city: City, use: Any) -> None:
    funded(city)
    with pytest.raises(Refusal, match=f"不能用于{use.name}：{use.why_not[:6]}"):
        asked(city, use=use.code)


@pytest.mark.parametrize(
    ("present", "agreed", "sentence"),
    [(1, 1, "两人以上"), (4, 2, "半数"), (3, 4, "多于参加讨论的 3 人"), (5, 3, ""), (2, 2, "")],
)
def test_more_than_half_of_those_who_discussed_must_agree(city: City, present: int, agreed: int, sentence: str) -> None:
    funded(city)
    row = asked(city)
    if not sentence:
        assert discussed(city, row, present=present, agreed=agreed).state == "DISCUSSED"
        return
    with pytest.raises(Refusal, match=sentence):
        discussed(city, row, present=present, agreed=agreed)


def test_whoever_asked_neither_confirms_nor_books_it(city: City) -> None:
    funded(city)
    city.people["second"] = account("second", None, name="钱书记", must_change_password=False)
    city.people["second"].appointments.create(role="TREASURER", node=city["CZ1111"], since=LONG_AGO)
    row = asked(city)
    for username, sentence in (
        ("secretary", "权限"),
        ("second", "提出的是您本人"),
        ("street", "权限"),
        ("stranger", "权限"),
    ):
        with pytest.raises(Refusal, match=sentence):
            discussed(city, row, username=username)
    with_paper(city, discussed(city, row))
    with pytest.raises(Refusal, match="提出的是您本人"):
        funds.spend(spending=row, amount=Decimal(1), day=TODAY, **told(city, "second"))


def test_nothing_is_asked_for_that_is_not_there_and_nothing_spent_twice(city: City) -> None:
    funded(city, "100")
    with pytest.raises(Refusal, match="超过余额"):
        asked(city, "100.01")
    rows = [with_paper(city, discussed(city, asked(city)), "treasurer") for _ in range(2)]
    funds.spend(spending=rows[0], amount=Decimal(60), day=TODAY, **told(city))
    with pytest.raises(Refusal, match=r"余额 40\.00 元，不足以支出 60\.00 元"):
        funds.spend(spending=rows[1], amount=Decimal(60), day=TODAY, **told(city))
    with pytest.raises(Refusal, match="不能再办理这一步"):
        funds.spend(spending=rows[0], amount=Decimal(1), day=TODAY, **told(city))
    with pytest.raises(InFuture):
        funds.discuss(spending=asked(city, "1"), discussed_on=date(2026, 12, 1), present=3, agreed=3, minutes="",
                      **on_day(city, "treasurer"))  # fmt: skip


def test_what_was_booked_wrong_is_countered_by_the_treasurer_once(city: City) -> None:
    funded(city)
    row = spent(city)
    with pytest.raises(Refusal, match="权限"):
        funds.counter(row=row, reason="发票有误", **told(city, "secretary"))
    with pytest.raises(Refusal, match="可以退回"):
        funds.counter(row=asked(city), reason="发票有误", **told(city))
    assert funds.counter(row=row, reason="发票有误", **told(city)).balance == 500
    with pytest.raises(Refusal, match="不能再冲正"):
        funds.counter(row=row, reason="发票有误", **told(city))


def test_a_voucher_is_kept_without_where_it_was_taken(city: City) -> None:
    image = Image.open(io.BytesIO(photo()))
    exif = image.getexif()
    exif.get_ifd(GPS)[1] = "N"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    funded(city)
    row = asked(city)
    voucher = funds.attach(to=row, data=out.getvalue(), name="发票.jpg", at=NOW, **on_day(city, "secretary"))
    assert not Image.open(files.content(voucher.file)).getexif()
    again = funds.attach(to=row, data=out.getvalue(), name="发票.jpg", at=NOW, **on_day(city, "treasurer"))
    assert again == voucher
    with pytest.raises(Refusal, match="只能删除自己上传的"):
        funds.detach(voucher=voucher, **on_day(city, "treasurer"))
    funds.detach(voucher=voucher, **on_day(city, "secretary"))
    assert not Voucher.objects.exists()


def test_a_year_adds_up_by_source_and_use_and_ends_with_the_balance(city: City) -> None:
    book(city, "10", of=Book.FUND, kind=EntryKind.OPENING, day=date(2025, 12, 31))
    book(city, "500", of=Book.FUND, kind=EntryKind.REFUND, day=date(2026, 3, 1))
    spent(city)
    spent(city, "11.20", use="CARE")
    wrong = spent(city, "5", use="CARE")
    ledger.counter(entry=wrong.entry, reason="发票有误", **told(city))
    assert figures_of(city["CZ1111"].pk, year=2026) == {
        "before": "10.00", "came": [["返还党费", "500.00"]], "came_sum": "500.00",
        "spent": [["组织生活", "88.80", 1], ["关怀帮扶", "11.20", 1]], "spent_sum": "100.00", "after": "410.00",
    }  # fmt: skip


def test_uses_add_up_also_where_one_is_countered_in_the_next_year(city: City) -> None:
    book(city, "500", of=Book.FUND, kind=EntryKind.PUBLIC, day=date(2025, 3, 1))
    earlier = date(2025, 12, 30)
    row = with_paper(city, asked(city), "treasurer")
    Spending.objects.filter(pk=row.pk).update(state="DISCUSSED", discussed_on=earlier)
    row = funds.spend(spending=row, amount=Decimal(80), day=earlier, **told(city))
    funds.counter(row=row, reason="发票有误", **told(city))
    spent(city, "30")
    years = {year: figures_of(city["CZ1111"].pk, year=year) for year in (2025, 2026)}
    assert {year: (found["spent"], found["spent_sum"]) for year, found in years.items()} == {
        2025: ([["组织生活", "80.00", 1]], "80.00"), 2026: ([["组织生活", "-50.00", 0]], "-50.00"),
    }  # fmt: skip


def test_a_year_is_published_once_it_is_over_by_somebody_who_booked_nothing_of_it(city: City) -> None:
    book(city, "500", of=Book.FUND, kind=EntryKind.REFUND, day=date(2025, 3, 1))
    of_year: dict[str, Any] = {"party_organization": city["CZ1111"], "year": 2025}
    for username, year, sentence in (
        ("secretary", 2026, "还没有结束"), ("secretary", 2024, "没有经费收支"), ("treasurer", 2025, "权限"),
        ("street", 2025, "权限"),
    ):  # fmt: skip
        with pytest.raises(Refusal, match=sentence):
            publish(**of_year | {"year": year}, **told(city, username))
    row = publish(**of_year, **told(city, "secretary"))
    assert row.figures["after"] == "500.00"
    with pytest.raises(Refusal, match="已结账至 2025-12-31"):
        book(city, "1", of=Book.FUND, kind=EntryKind.PUBLIC, day=date(2025, 12, 1))
    with pytest.raises(Refusal, match="已公开"):
        publish(**of_year, **told(city, "secretary"))
    assert Publication.objects.count() == 1
    assert list(proof.differences()) == []


def test_who_booked_a_line_of_the_year_publishes_none_of_it(city: City) -> None:
    book(city, "500", of=Book.FUND, kind=EntryKind.REFUND, day=date(2025, 3, 1), by="secretary")
    with pytest.raises(Refusal, match="登记的是您本人，不能再由您公开"):
        publish(party_organization=city["CZ1111"], year=2025, **told(city, "secretary"))


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"), ("0.05", "伍分"), ("0.50", "伍角整"), ("1", "壹元整"), ("1.05", "壹元零伍分"),
        ("120.50", "壹佰贰拾元伍角整"), ("1001.23", "壹仟零壹元贰角叁分"), ("10000", "壹万元整"),
        ("100010.10", "壹拾万零壹拾元壹角整"), ("20300000", "贰仟零叁拾万元整"), ("100000001", "壹亿零壹元整"),
    ],
)  # fmt: skip
def test_capital_figures_of_papers(amount: str, words: str) -> None:
    assert capitals(Decimal(amount)) == words


def test_every_use_says_what_belongs_to_it() -> None:
    assert all(use.what for use in ALLOWED)
    assert all(use.why_not for use in FORBIDDEN)
    assert {one.code for one in ALLOWED} == set(dict(Spending._meta.get_field("use").choices))


# --- the pages ---
def test_whoever_reviews_at_a_committee_enters_its_dues_on_the_page_and_another_one_books_them(
    city: City, client_of: Callable[..., Client]
) -> None:
    page, district = f"/branch/{city['CZ11'].pk}/funds/", client_of("district")
    assert "登记期初党费结存" in district.get(page).content.decode()
    form = district.get(f"{page}income/").content.decode()
    assert [word in form for word in ('value="RETAINED"', 'value="FEE"', "薪金总额")] == [True, False, False]
    money = {"source": "RETAINED", "amount": "900", "received_on": "2026-11-03", "giver": "区委", "paper": "结转单"}
    row = district.post(f"{page}income/", money).url
    district.post(row, {"do": "attach", "file": SimpleUploadedFile("结转单.jpg", photo(), "image/jpeg")})
    assert "登记的是您本人" in district.post(row, {"do": "book"}).content.decode()
    assert client_of("city").post(row, {"do": "book"}).status_code == 302
    begun = district.get(page).content.decode()
    assert "党费结存 <b>900.00</b> 元" in begun
    assert "登记期初党费结存" not in begun
    assert client_of("street").get(f"{page}income/").status_code in (403, 404)


def test_a_secretary_asks_and_the_treasurer_books_on_the_pages(city: City, client_of: Callable[..., Client]) -> None:
    funded(city)
    secretary, treasurer = client_of("secretary"), client_of("treasurer")
    page = f"/branch/{city['CZ1111'].pk}/funds/"
    assert "活动经费余额 <b>500.00</b> 元" in secretary.get(page).content.decode()
    wrong = secretary.post(f"{page}spending/", {"use": "DINNER", "purpose": "聚餐", "asked": "10"}).content.decode()
    assert "不能用于宴请、聚餐" in wrong
    answer = secretary.post(f"{page}spending/", {"use": "LIFE", "purpose": "主题党日", "asked": "88.80"})
    row = Spending.objects.get()
    assert answer.url == f"/dues/spendings/{row.pk}/"
    scan = SimpleUploadedFile("发票.jpg", photo(), "image/jpeg")
    secretary.post(answer.url, {"do": "attach", "file": scan})
    assert b"img" in secretary.get(f"/dues/spendings/{row.pk}/").content
    told_ = {"discussed_on": TODAY, "present": 5, "agreed": 5, "minutes": "同意"}
    assert secretary.post(answer.url, told_).status_code == 200, "not by whoever asked"
    assert treasurer.post(answer.url, told_).status_code == 302
    assert treasurer.post(answer.url, {"day": TODAY, "amount": "80"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.entry.balance) == ("SPENT", 420)
    assert "主题党日" in client_of("street").get(page).content.decode()
    assert client_of("stranger").get(page).status_code == 404


def test_the_ledger_goes_out_with_numbers_that_excel_adds_up(city: City, client_of: Callable[..., Client]) -> None:
    for amount in ("0.10", "0.20", "1234.56", "-0.30"):
        ledger.post(party_organization=city["CZ1111"], book=Book.FUND, kind=EntryKind.PUBLIC, amount=Decimal(amount),
                    day=TODAY, text="=1+1", **told(city))  # fmt: skip
    answer = client_of("street").get(f"/branch/{city['CZ1111'].pk}/funds/book/")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer))).active
    rows = [list(row) for row in sheet.iter_rows(min_row=4, values_only=True)]
    *lines, total = rows
    assert [line[3] for line in lines] == ["=1+1"] * 4
    assert sheet["D4"].data_type == "s"
    assert round(sum(line[4] or 0 for line in lines), 2) == total[4] == 1234.86
    assert round(sum(line[5] or 0 for line in lines), 2) == total[5] == 0.30
    assert total[6] == lines[-1][6] == 1234.56
    assert lines[0][1] == TODAY.isoformat()


def test_what_is_sent_twice_is_entered_once(city: City) -> None:
    funded(city)
    grant: dict[str, Any] = {"party_organization": city["CZ1111"], "amount": Decimal(5), "purpose": "慰问"}
    for enter in (
        lambda: entered(city),
        lambda: asked(city),
        lambda: refunds.ask_grant(**grant, **told(city, "secretary")),
    ):
        enter()
        with pytest.raises(Refusal, match=r"没有重复"):
            enter()
    assert entered(city, amount="500.01").state == "ENTERED"


def test_two_opening_balances_that_wait_are_booked_once(city: City) -> None:
    first, second = (with_paper(city, entered(city, "OPENING", amount)) for amount in ("10", "20"))
    funds.book_income(income=first, **told(city))
    with pytest.raises(Refusal, match="期初余额只能最先登记"):
        funds.book_income(income=second, **told(city))
    assert Entry.objects.get().balance == 10
