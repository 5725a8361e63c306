"""Readers for the cells of a list as clerks and programs fill them.

Every reader takes a raw cell and returns its value, None for a blank cell, or raises `CellProblem` with the stable word
of rules §12. Readers know nothing of the column they serve and hold no clock: the last allowed day is passed in.

They run once per cell of a list (2,000,000 times for 100,000 rows × 20 columns), hence the early exits and caches.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

Cell = str | int | float | bool | date | datetime | time | timedelta | None

BLANK_WORDS = ("N/A", "-", "--", "—", "——", "/", "无", "暂无", "null", "（空）")
CACHED = 1 << 16  # distinct spellings remembered a reader: 65,536 dates or amounts take some 10 MB

# Excel keeps 15 significant digits: a number from here on has lost some
EXACT_BELOW = 1e15
SERIAL_EPOCH = date(1899, 12, 30)
SERIALS = range(10_000, 100_000)  # 1927 to 2173; smaller numbers are years or slips, not days
MOST_PEOPLE = 100_000  # in one organization; more is most likely a slip
AMOUNT_PLACES = Decimal("0.0001")  # a yuan, in units of 10,000
LARGEST_AMOUNT = 999_999_999_999

_FULL_TO_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_HALF_TO_FULL = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\xad\u200b-\u200f\u2060\ufeff]")


class CellProblem(ValueError):
    """A cell that cannot be taken; `code` is the stable word of rules §12."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Amount(NamedTuple):
    """A sum in units of 10,000 (万元), with the currency that the cell names, if it names one."""

    value: Decimal
    currency: str | None


def half_width(text: str) -> str:
    """The text with full-width letters, digits and signs as ASCII, and ideographic spaces as spaces."""
    return text if text.isascii() else text.translate(_FULL_TO_HALF)


def _spellings(words: tuple[str, ...]) -> frozenset[str]:
    """The words in every case and width, so that one look-up decides."""
    cased = {variant for word in words for variant in (word, word.lower(), word.upper(), word.title())}
    return frozenset(cased | {word.translate(_HALF_TO_FULL) for word in cased} | {half_width(word) for word in cased})


BLANKS = _spellings(BLANK_WORDS) | {""}


def is_blank(cell: Cell) -> bool:
    """Is the cell empty, or does it hold one of the words that stand for nothing (rules §11)?"""
    if type(cell) is str:
        return cell.strip() in BLANKS
    return cell is None


def raw_text(cell: Cell) -> str:
    """The cell as trimmed text, the way a spreadsheet shows it: for problems, error workbooks and unmapped columns.

    Whole numbers have no `.0`, numbers that Excel rounded read `9.14403E+17`, dates are ISO.
    """
    if type(cell) is str:
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, (int, float)):
        return f"{cell:.5E}" if abs(cell) >= EXACT_BELOW else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ", "seconds")
    return str(cell).strip()


def read_text(cell: Cell) -> str | None:
    """The text on one line, without invisible characters, runs of spaces as one space. Width of signs is kept."""
    if type(cell) is not str:
        return None if cell is None else raw_text(cell)
    text = cell.strip()
    if not text.isprintable() or "  " in text:
        text = " ".join(_INVISIBLE.sub("", text).split())
    return None if text in BLANKS else text


# --- dates ----------------------------------------------------------------------------------------------------------
_DAY = re.compile(
    r"(\d{4})(?:\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日|([-/.])(\d{1,2})\4(\d{1,2}))(?:[T\s]+[\d:.]+)?",
    re.ASCII,
)


def read_date(cell: Cell, *, latest: date) -> date | None:
    """The day: `2019-03-05`, `2019/3/5`, `2019.3.5`, `2019年3月5日`, `20190305`, a serial of Excel, or a real date.

    A time of day behind it is dropped. Raises `date_unreadable`, and `date_future` for a day after `latest`.
    """
    if cell is None:
        return None
    if isinstance(cell, datetime):
        day: date | None = cell.date()
    elif isinstance(cell, date):
        day = cell
    elif type(cell) is str:
        day = _day_of_text(cell)
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool) and abs(cell) < EXACT_BELOW:
        day = _day_of_number(int(cell))
    else:
        raise CellProblem("date_unreadable")
    if day is not None and day > latest:
        raise CellProblem("date_future")
    return day


@lru_cache(CACHED)
def _day_of_text(cell: str) -> date | None:
    if is_blank(cell):
        return None
    text = half_width(cell).strip()
    if len(text) <= 8 and text.isdecimal():
        return _day_of_number(int(text))
    if not (found := _DAY.fullmatch(text)):
        raise CellProblem("date_unreadable")
    year, month, day, _, other_month, other_day = found.groups()
    return _calendar_day(int(year), int(month or other_month), int(day or other_day))


def _day_of_number(number: int) -> date:
    """A serial has five digits, a written date eight; a serial's fraction is a time of day."""
    if number in SERIALS:
        return SERIAL_EPOCH + timedelta(days=number)
    if 10_000_000 <= number <= 99_999_999:
        return _calendar_day(number // 10_000, number // 100 % 100, number % 100)
    raise CellProblem("date_unreadable")


def _calendar_day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise CellProblem("date_unreadable") from None


# --- counts ---------------------------------------------------------------------------------------------------------
_COUNT = re.compile(r"([-−])?(\d{1,15}|\d{1,3}(?:,\d{3}){1,2})(\.\d+)?\s*[人名]?", re.ASCII)


def read_count(cell: Cell) -> int | None:
    """A number of people: `50`, `50人`, `５０`, `1,200`, a number that is whole.

    Raises `headcount_negative`, and `headcount_unreadable` for anything else (`约50`, `50-99`, `12.5`), and
    `headcount_doubtful` for more than `MOST_PEOPLE`.
    """
    if type(cell) is int:
        return _counted(cell)
    if cell is None:
        return None
    if type(cell) is str:
        return _count_of_text(cell)
    if isinstance(cell, float):
        if cell < 0:
            raise CellProblem("headcount_negative")
        if cell.is_integer():
            return _counted(int(cell))
    raise CellProblem("headcount_unreadable")


@lru_cache(CACHED)
def _count_of_text(cell: str) -> int | None:
    if is_blank(cell):
        return None
    if not (found := _COUNT.fullmatch(half_width(cell).strip())):
        raise CellProblem("headcount_unreadable")
    sign, digits, fraction = found.groups()
    number = int(digits.replace(",", ""))
    whole = not (fraction or "").strip(".0")
    if sign and (number or not whole):
        raise CellProblem("headcount_negative")
    if not whole:
        raise CellProblem("headcount_unreadable")
    return _counted(number)


def _counted(number: int) -> int:
    if number < 0:
        raise CellProblem("headcount_negative")
    if number > MOST_PEOPLE:
        raise CellProblem("headcount_doubtful")
    return number


# --- amounts --------------------------------------------------------------------------------------------------------
CURRENCIES = {
    **dict.fromkeys(("人民币", "人民币元", "rmb", "cny", "¥", "￥"), "人民币"),
    **dict.fromkeys(("美元", "美金", "usd"), "美元"),
    **dict.fromkeys(("港元", "港币", "hkd"), "港元"),
    **dict.fromkeys(("欧元", "eur"), "欧元"),
    **dict.fromkeys(("日元", "日圆", "jpy"), "日元"),
    **dict.fromkeys(("英镑", "gbp"), "英镑"),
    **dict.fromkeys(("新台币", "台币", "twd"), "新台币"),
    **dict.fromkeys(("澳门元", "澳门币", "mop"), "澳门元"),
    **dict.fromkeys(("新加坡元", "新元", "sgd"), "新加坡元"),
    **dict.fromkeys(("澳大利亚元", "澳元", "aud"), "澳大利亚元"),
    **dict.fromkeys(("加拿大元", "加元", "cad"), "加拿大元"),
    **dict.fromkeys(("韩元", "韩币", "krw"), "韩元"),
    **dict.fromkeys(("瑞士法郎", "chf"), "瑞士法郎"),
}
HOME_CURRENCY = "人民币"

_CURRENCY = "|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))
_AMOUNT = re.compile(rf"({_CURRENCY})?(\d+|\d{{1,3}}(?:,\d{{3}})+)(\.\d+)?(亿元?|万元?|元)?({_CURRENCY})?整?", re.ASCII)
_FACTORS = {"亿": Decimal(10_000), "万": Decimal(1), "元": Decimal("0.0001")}
_BRACKETS_AND_SPACE = re.compile(r"[\s()\[\]]+")


def read_amount(cell: Cell) -> Amount | None:
    """A sum for a column headed 万元: `100`, `100(万元)`, `100万人民币`, `1,000万元`, `5万美元`, `5000元`, `1.2亿元`.

    One value has one spelling: no trailing zeros, at most four decimals (half up). Raises `capital_unreadable` for
    everything else: wrong grouping (`9,9`), a sum below 0, and foreign money without 万, which may mean either.
    """
    if cell is None:
        return None
    if type(cell) is str:
        return _amount_of_text(cell)
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and 0 <= cell < EXACT_BELOW:
        return Amount(_canonical(Decimal(raw_text(abs(cell)))), None)
    raise CellProblem("capital_unreadable")


@lru_cache(CACHED)
def _amount_of_text(cell: str) -> Amount | None:
    if is_blank(cell):
        return None
    found = _AMOUNT.fullmatch(_BRACKETS_AND_SPACE.sub("", half_width(cell)).lower())
    if not found:
        raise CellProblem("capital_unreadable")
    before, whole, fraction, unit, after = found.groups()
    named = {CURRENCIES[word] for word in (before, after) if word}
    is_foreign = bool(named - {HOME_CURRENCY})
    if len(named) > 1 or (is_foreign and unit in (None, "元")):
        raise CellProblem("capital_unreadable")
    value = Decimal(whole.replace(",", "") + (fraction or "")) * _FACTORS[unit[0] if unit else "万"]
    return Amount(_canonical(value), named.pop() if named else None)


def _canonical(value: Decimal) -> Decimal:
    """The value in its only spelling, so that equal sums are equal texts too."""
    if value > LARGEST_AMOUNT:
        raise CellProblem("capital_unreadable")
    value = value.quantize(AMOUNT_PLACES, ROUND_HALF_UP)
    whole = value.to_integral_value()
    return whole.quantize(Decimal(1)) if value == whole else value.normalize()


def read_currency(cell: Cell) -> str | None:
    """The currency in the usual word (`USD`, `美金` → 美元); a word that is not known is kept as it is."""
    text = read_text(cell)
    return text and CURRENCIES.get(half_width(text).lower(), text)


# --- yes and no -----------------------------------------------------------------------------------------------------
_YES = _spellings(("是", "有", "已", "已建", "已建立", "对", "√", "✓", "☑", "Y", "YES", "1", "TRUE"))
_NO = _spellings(("否", "无", "没有", "未", "未建", "未建立", "错", "×", "✗", "N", "NO", "0", "FALSE"))


def read_yes_no(cell: Cell) -> bool | None:
    """Yes or no; 无 is no here, not blank (rules §11). Raises `yes_no_unreadable`."""
    text = raw_text(cell)
    if text in _YES:
        return True
    if text in _NO:
        return False
    if text in BLANKS:
        return None
    raise CellProblem("yes_no_unreadable")
