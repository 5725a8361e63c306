"""Registration lists as authorities send them: what the registry says, but for what changed, and lines that are wrong.

The city has one of each authority imported on the road, so that it has batches, origins of its values and open
conflicts; the pictures import another.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from django.db.models import QuerySet
from openpyxl import Workbook

from accounts.models import User
from core.importing import services
from core.sources import sources
from orgs.models import Organization
from orgs.sources.wording import WORDS

ListRow = tuple[object, ...]


class Sender(NamedTuple):
    """What an authority calls its list, its first column, and how the credit codes begin that it gives."""

    title: str
    named: str
    code: str


SENDERS: Mapping[str, Sender] = {
    "market": Sender("市场主体登记名单", "企业名称", "9"),
    "civil": Sender("社会组织名录", "社会组织名称", "5"),
}
COLUMNS = ("统一社会信用代码", "企业类型", "法定代表人", "从业人数", "成立日期", "住所", "备注")
STATED = ["address", "company_type", "credit_code", "legal_representative", "name", "registered_on"]  # by the columns
PRIVATE_COMPANY = "有限责任公司（自然人投资或控股）"
AGE = timedelta(days=5)  # of a list when it comes in


def import_lists(*, by: User, today: date) -> None:
    """Bring one list of each authority in, as of a few days ago."""
    sent = today - AGE
    with tempfile.TemporaryDirectory() as folder:
        for source, sender in SENDERS.items():
            if not (lines := registered(source)):
                continue
            path = Path(folder) / f"{sender.title}（{sent.year}年{sent.month}月）.xlsx"
            write_list(path, source, wrong_ones_among(lines))
            batch = services.receive(path, name=path.name, source=sources[source], by=by, as_of=sent, keep=False)
            services.stage(batch, path=path)
            services.apply(batch)
            _listed(source).update(sources={str(batch.pk): STATED})  # what a list finds as it says it, it leaves alone


def registered(source: str, area: str = "") -> list[ListRow]:
    """The authority's lines about what it registered, in an area (leading digits) or all; some have changed meanwhile."""
    known = _listed(source).filter(region__code__startswith=area)
    return [_line(number, unit) for number, unit in enumerate(known.order_by("pk"))]


def _listed(source: str) -> QuerySet[Organization]:
    return Organization.objects.filter(credit_code__startswith=SENDERS[source].code, status__in=("NORMAL", "SUSPENDED"))


def _line(number: int, unit: Organization) -> ListRow:
    head = "周立新" if number % 61 == 5 else unit.legal_representative
    staff = None if unit.staff is None else unit.staff + (number % 40 + 5) * (number % 37 == 3)
    opened = unit.registered_on and unit.registered_on.isoformat()
    kind = WORDS["company_type"](unit.company_type) if unit.company_type else ""
    return unit.name, unit.credit_code, kind, head, staff, opened, unit.address, ""


def wrong_ones_among(lines: list[ListRow]) -> list[ListRow]:
    """The lines with some between them that cannot be right: a code copied wrongly, no name, numbers that are none."""
    if len(lines) < 4:
        return lines
    first, *others, last = lines
    middle = len(others) // 2
    mistaken = ("澄州禾岸食品有限公司", "91990102MA0ABCDEX1", PRIVATE_COMPANY, "何岸", 36, "2019-03-05", "", "代码抄错")
    about = (*others[middle][:4], "约50", *others[middle][5:7], "人数写成约数")
    negative = (*first[:4], -3, *first[5:7], "人数为负")
    nameless = ("", *last[1:7], "漏了名称")
    return [*others[:middle], mistaken, about, *others[middle + 1 :], negative, nameless]


def write_list(path: Path, source: str, lines: Iterable[ListRow]) -> None:
    """A workbook as it is sent: a title above the header."""
    book = Workbook()
    sheet = book.active
    sheet.title = "名单"
    sheet.append([f"澄州市{path.stem}"])
    sheet.append([SENDERS[source].named, *COLUMNS])
    for line in lines:
        sheet.append(line)
    book.save(path)
