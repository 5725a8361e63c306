"""A market regulator's list of the demonstration city, for pictures of the import: `python -m tests.sample_list FILE.xlsx`.

Most firms are as the registry has them; some have changed, some are new, and some lines are wrong as clerks know them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import django
from openpyxl import Workbook

HEADER = ("企业名称", "统一社会信用代码", "企业类型", "法定代表人", "从业人数", "成立日期", "住所", "备注")
FIRMS, NEW = 240, 24


def lines() -> list[tuple[object, ...]]:
    """The list's lines, wrong ones included."""
    known = Organization.objects.filter(category__in=["E1", "E3", "E4", "E5"], status="NORMAL").exclude(
        credit_code=None
    )
    found: list[tuple[object, ...]] = []
    for number, firm in enumerate(known.order_by("pk")[:FIRMS]):
        staff = (firm.staff or 0) + (number % 7 == 3) * (number % 40 + 5)
        head = "周立新" if number % 31 == 5 else firm.legal_representative
        opened = firm.registered_on and firm.registered_on.isoformat()
        found.append((firm.name, firm.credit_code, firm.company_type, head, staff, opened, firm.address, ""))
    invent = Inventor(Dice(7))
    for number in range(NEW):
        name = invent.name("澄州", "科技", "有限公司")
        code = invent.credit_code("91", "990102")
        found.append(
            (
                name,
                code,
                "有限责任公司(自然人投资或控股)",
                invent.person(),
                number * 9,
                "2026-09-14",
                found[number][6],
                "新设",
            )
        )
    firm = found[0]
    found.insert(
        12, ("澄州禾岸食品有限公司", "91990102MA0ABCDEX1", "有限责任公司", "何岸", 36, "2019-03-05", "", "代码抄错")
    )
    found.insert(30, ("", found[-1][1], "有限责任公司", "", 8, "", "", "漏了名称"))
    found.insert(47, (*found[20][:4], "约50", *found[20][5:7], "人数写成约数"))
    found.insert(52, (*firm[:4], -3, *firm[5:7], "人数为负"))
    return found


def write(path: Path) -> None:
    """A workbook as it is sent: a title above the header."""
    book = Workbook()
    sheet = book.active
    sheet.title = "企业名单"
    sheet.append(["澄州市市场主体登记名单(2026年11月)"])
    sheet.append(HEADER)
    for line in lines():
        sheet.append(line)
    book.save(path)


if __name__ == "__main__":
    django.setup()
    from orgs.models import Organization
    from reports.demo.invent import Dice, Inventor

    write(Path(sys.argv[1]))
