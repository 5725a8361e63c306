"""Numbers that are planted in a list wherever one can stand are found nowhere afterwards: not in a dump of the database, not
on the disk, not in the log (rules §10)."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from config.logs import MaskingFormatter
from core.models import ImportBatch
from members.models import Member
from orgs.models import Organization
from tests.dump import rows_of_everything
from tests.lists import MARKET, credit_code, firm
from tests.members.test_services import checked as number
from tests.people import City
from tests.wizard import checked, said, work, written

# a number for each place, so that a failure says where it leaked
PLACES = (
    "phone", "unmapped_id", "unmapped_phone", "unmapped_card", "unmapped_some", "header", "note", "name", "date_cell",
    "broken", "file", "conflict", "roster_id", "roster_phone", "roster_note", "roster_card",
)  # fmt: skip
ID = {place: number(f"9901021985122{at:04d}") for at, place in enumerate(PLACES)}
PHONE = {place: f"138{at:08d}" for at, place in enumerate(PLACES, start=27182818)}
OTHER_COLUMNS = ("联系电话", "负责人证件", "备用", "工资卡", "备注", f"经办 {ID['header']}")
ROSTER = ("姓名", "身份证号", "党组织编码", "党员状态", "入党日期", "联系电话", "备注", "补贴发放")


def luhn(digits: str) -> str:
    """The digits with their check digit."""
    total = sum(sum(divmod(int(d) * (2 - at % 2), 10)) for at, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


CARDS = {"unmapped_card": luhn("622202123456789012"), "roster_card": luhn("621700998877665544")}
ALL = [*ID.values(), *PHONE.values(), *CARDS.values()]


def market_rows() -> list[dict[str, object]]:
    """Good rows, a wrong one, a broken one, one whose name holds a number."""
    columns = {"负责人证件": ID["unmapped_id"], "备用": PHONE["unmapped_phone"], "工资卡": CARDS["unmapped_card"]}
    note = {"备注": f"联系人{PHONE['note']},证件{ID['note']}", OTHER_COLUMNS[-1]: "张三"}
    good = [firm(at, 联系电话=PHONE["phone"], 备注="正常", **columns) for at in range(2, 4)]
    good.append(firm(1, 联系电话=PHONE["phone"], **columns, **note))
    wrong = firm(4, 成立日期=ID["date_cell"], 法定代表人=f"李四 {ID['unmapped_some']}", **columns)
    broken = {"企业名称": "坏行", "统一社会信用代码": ID["broken"], "从业人数": f"约{PHONE['broken']}"}
    return [*good, wrong, firm(5, 企业名称=f"某公司{ID['name']}"), broken]


def roster_rows(phone: str) -> list[dict[str, str]]:
    """A member, and a row whose ID number has a wrong check sign."""
    row = {"姓名": "林若水", "身份证号": ID["roster_id"], "党组织编码": "CZ1111", "党员状态": "正式党员", "入党日期": "2010-07-01",
           "联系电话": phone, "备注": f"手机{PHONE['roster_note']}", "补贴发放": CARDS["roster_card"]}  # fmt: skip
    wrong = ID["roster_note"][:-1] + ("1" if ID["roster_note"][-1] != "1" else "2")
    return [row, row | {"姓名": "江远", "身份证号": wrong}]


def left_over(folder: Path, log: pytest.LogCaptureFixture) -> list[str]:
    """The planted numbers that are found, with where."""
    formatter = MaskingFormatter("{message}", style="{")
    places = {"dump": rows_of_everything(), "log": "\n".join(formatter.format(record) for record in log.records)}
    for path in (*Path(settings.DATA_DIR).rglob("*"), *folder.rglob("*")):
        if path.is_file() and "sqlite3" not in path.name:
            places[str(path)] = path.name + path.read_bytes().decode("utf-8", "replace")
    found = [f"{planted} in {where}" for where, text in places.items() for planted in ALL if planted in text]
    return found + [f"the header in {where}" for where, text in places.items() if f"经办 {ID['header'][:6]}" in text]


@pytest.fixture
def clerk(city: City, client: Client) -> Client:
    client.force_login(city.user("city"))
    return client


def test_planted_numbers_are_found_nowhere(
    city: City, clerk: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources, temporary = tmp_path / "lists", tmp_path / "tmp"
    sources.mkdir()
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    caplog.set_level(logging.DEBUG)
    columns = (*MARKET, *OTHER_COLUMNS)

    batch = checked(clerk, market_rows(), sources / f"名单{ID['file']}.csv", columns=columns)
    page = said(clerk.get(reverse("import", args=[batch.pk])))
    assert "像证件号码" in page
    assert "像手机号码" in page
    assert "像银行卡号" in page
    assert not [planted for planted in ALL if planted in page]
    assert batch.counts["errors"] == 2, batch.counts
    clerk.post(reverse("import", args=[batch.pk]))
    work()
    assert ImportBatch.objects.get(pk=batch.pk).status == ImportBatch.Status.APPLIED
    unit = Organization.objects.get(credit_code=credit_code(1))
    assert unit.contact_phone == PHONE["phone"]
    assert unit.other_columns == {
        "市场监管登记名单·备注": f"联系人*******{PHONE['note'][-4:]},证件{'*' * 14}{ID['note'][-4:]}",
        f"市场监管登记名单·经办 {'*' * 14}{ID['header'][-4:]}": "张三",
    }
    tax = written(
        clerk, [firm(1, 联系电话=PHONE["conflict"])], sources / "t.csv", columns=(*MARKET, "联系电话"), source="tax"
    )
    assert tax.counts["conflicts"] == 1

    roster = written(clerk, roster_rows(PHONE["roster_phone"]), sources / "r.csv", columns=ROSTER, source="members")
    assert (roster.counts["new"], roster.counts["errors"]) == (1, 1)
    assert Member.objects.get().phone == PHONE["roster_phone"]
    problems = b"".join(clerk.get(reverse("import-problems", args=[roster.pk])).streaming_content)
    assert problems
    unit_page = said(clerk.get(f"/organizations/{unit.pk}/"))
    assert not [planted for planted in ALL if planted in unit_page]
    for path in sources.iterdir():
        path.unlink()  # the clerk's own
    assert left_over(temporary, caplog) == []

    for one in (roster, batch):
        clerk.post(reverse("import-undo", args=[one.pk]))
        work()
        clerk.post(reverse("import-undo", args=[one.pk]), {"do": "undo"})
        work()
        one.refresh_from_db()
        assert one.status == ImportBatch.Status.UNDONE
    assert left_over(temporary, caplog) == []
