"""Writes the list that the import benches read: a market regulator's list of clean rows, twenty columns or more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

import xlsxwriter

from demo.invent import Inventor

HEADERS = (
    "序号", "企业名称", "统一社会信用代码", "注册号", "企业类型", "行业门类", "行业代码", "注册资本（万元）", "币种", "成立日期",
    "法定代表人", "联系电话", "住所", "登记机关", "所属街道", "经营状态", "从业人数", "控股情况", "核准日期", "经营范围",
)  # fmt: skip
STREETS = ("云台街道", "溪口街道", "文昌街道", "南薰街道", "锦堂街道", "青石街道")
TRADES = (("3670", "汽车部件"), ("3982", "电路"), ("1411", "食品"), ("4710", "建筑工程"), ("6513", "软件"))


def rows(count: int, columns: int) -> Iterator[list[object]]:
    """So many organizations, all good and all new; columns beyond the known ones are kept as others."""
    rng = Random(1)
    invent = Inventor(1)
    for number in range(1, count + 1):
        industry, trade = rng.choice(TRADES)
        row: list[object] = [
            number, invent.name("澄州", trade, "有限公司"), invent.credit_code("91", "990102"), "",
            "有限责任公司(自然人投资或控股)", "", industry, f"{rng.randint(1, 500)}(万元)", "人民币",
            (date(2005, 1, 1) + timedelta(days=rng.randint(0, 7000))).isoformat(), invent.person(), invent.phone(),
            f"澄州市云溪区人民路{number}号", "云溪区市场监督管理局", rng.choice(STREETS), "存续", rng.randint(1, 300),
            "私人控股", "2025-05-20", "一般项目：技术服务、货物进出口。",
        ]  # fmt: skip
        yield row + [f"备注{number}"] * (columns - len(row))


def headers(columns: int) -> list[str]:
    """The known headers and numbered others."""
    return [*HEADERS, *(f"备用{number}" for number in range(columns - len(HEADERS)))]


def write_xlsx(path: Path, count: int, columns: int = len(HEADERS)) -> None:
    """As Excel files come."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet("名单")
        for line, row in enumerate((headers(columns), *rows(count, columns))):
            sheet.write_row(line, 0, row)
