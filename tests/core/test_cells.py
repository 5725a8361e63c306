"""Cells of a list are read as their writer meant them, or refused with the word of rules §12."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cells import (
    Amount,
    CellProblem,
    half_width,
    is_blank,
    raw_text,
    read_amount,
    read_count,
    read_currency,
    read_date,
    read_text,
    read_yes_no,
)

TODAY = date(2026, 11, 24)
DAY = date(2019, 3, 5)


def problem_of(read, cell, **more):
    with pytest.raises(CellProblem) as caught:
        read(cell, **more)
    return caught.value.code


def wide(text):
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


BLANK_CELLS = [None, "", "  ", "\u00a0\u3000", "N/A", "n/a", "Ｎ／Ａ", "-", "－", "—", "——", "/", "／", "无", "暂无"]
BLANK_CELLS += ["null", "NULL", "Null", "(空)", "（空）", " 无 "]


@pytest.mark.parametrize("cell", BLANK_CELLS, ids=repr)
def test_a_blank_word_is_no_value(cell):
    assert is_blank(cell)
    assert read_text(cell) is None
    assert read_date(cell, latest=TODAY) is None
    assert read_count(cell) is None
    assert read_amount(cell) is None


@pytest.mark.parametrize("cell", ["0", 0, 0.0, False, "无锡", "-1", "空", "无限公司"], ids=repr)
def test_what_only_looks_like_a_blank_word_is_a_value(cell):
    assert not is_blank(cell)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" 澄州明川电子有限公司 ", "澄州明川电子有限公司"),
        ("澄州\n明川", "澄州 明川"),
        ("澄州　 明川", "澄州 明川"),
        ("\ufeff澄州\x00明\u200b川", "澄州明川"),
        ("澄州（有限合伙）", "澄州（有限合伙）"),
        ("𬍛𬭎㛃", "𬍛𬭎㛃"),
        ("\ue000古字", "\ue000古字"),
        (19900001234.0, "19900001234"),
        (990102200000017, "990102200000017"),
        (True, "TRUE"),
        (DAY, "2019-03-05"),
        ("\u200b无", None),
    ],
)
def test_text_comes_on_one_line_without_invisible_signs(cell, text):
    assert read_text(cell) == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (" 约50\u3000", "约50"),
        (50.0, "50"),
        (12.5, "12.5"),
        (100.1, "100.1"),
        (0.1 + 0.2, "0.3"),
        (-5, "-5"),
        (914403001922038216.0, "9.14403E+17"),
        (914403001922038216, "9.14403E+17"),
        (999999999999999, "999999999999999"),
        (date(2099, 5, 1), "2099-05-01"),
        (datetime(2099, 5, 1), "2099-05-01"),
        (datetime(2099, 5, 1, 9, 30), "2099-05-01 09:30:00"),
        (False, "FALSE"),
        (timedelta(hours=1), "1:00:00"),
    ],
)
def test_the_raw_text_is_what_a_spreadsheet_shows(cell, text):
    assert raw_text(cell) == text


# --- dates ----------------------------------------------------------------------------------------------------------
SAME_DAY = ["2019-03-05", "2019/3/5", "2019.3.5", "2019年3月5日", "2019 年 3 月 5 日", "20190305", "２０１９年３月５日"]
SAME_DAY += ["2019-03-05 00:00:00", "2019-03-05T08:30:00", "2019/3/5 8:30", " 2019-03-05\u3000", "43529"]
SAME_DAY += [20190305, 20190305.0, 43529, 43529.0, 43529.75, DAY, datetime(2019, 3, 5, 8, 30)]


@pytest.mark.parametrize("cell", SAME_DAY, ids=repr)
def test_every_spelling_of_a_day_is_read(cell):
    assert read_date(cell, latest=TODAY) == DAY


UNREADABLE_DAYS = ["2019-02-30", "2019年13月5日", "不详", "20191305", "2019", 2019, "2019年3月", "2019-03", "19-3-5"]
UNREADABLE_DAYS += ["2019-03/05", "2019-03-05号", "0000-01-01", 9_999, 100_000, -43529, 1.5, float("nan"), float("inf")]
UNREADABLE_DAYS += [True, "9" * 5000, timedelta(days=1), 2**70]


@pytest.mark.parametrize("cell", UNREADABLE_DAYS, ids=lambda cell: repr(cell)[:20])
def test_what_is_no_day_is_unreadable(cell):
    assert problem_of(read_date, cell, latest=TODAY) == "date_unreadable"


@pytest.mark.parametrize("cell", ["2026-11-25", "2099年12月31日", date(2099, 5, 1), 73050, 20261125], ids=repr)
def test_a_day_after_the_last_allowed_one_is_in_the_future(cell):
    assert problem_of(read_date, cell, latest=TODAY) == "date_future"


def test_the_last_allowed_day_itself_is_read():
    assert read_date("2026-11-24", latest=TODAY) == TODAY


@given(st.dates(date(1600, 1, 1), date(2199, 12, 31)))
def test_a_day_survives_every_spelling(day):
    spellings = [day, day.isoformat(), f"{day.year}/{day.month}/{day.day}", f"{day.year}.{day.month}.{day.day}"]
    spellings += [f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}", int(f"{day:%Y%m%d}"), wide(day.isoformat())]
    assert {read_date(cell, latest=date.max) for cell in spellings} == {day}


# --- counts ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "cell", [50, 50.0, "50", "50人", "50 人", "50名", "５０", "５０人", " 50 ", "50.0", "050"], ids=repr
)
def test_every_spelling_of_a_count_is_read(cell):
    assert read_count(cell) == 50


@pytest.mark.parametrize(
    ("cell", "count"), [("1,200", 1200), ("1，200人", 1200), (0, 0), ("0", 0), ("-0", 0), (100_000, 100_000)]
)
def test_counts_at_the_edges(cell, count):
    assert read_count(cell) == count


UNREADABLE_COUNTS = [
    "约50",
    "50-99",
    "十几人",
    "12.5",
    12.5,
    "=1+1",
    "1,2",
    "12,00",
    "50人左右",
    True,
    DAY,
    "1e3",
    "٥٠",
]
UNREADABLE_COUNTS += ["9" * 5000, float("nan"), float("inf")]


@pytest.mark.parametrize("cell", UNREADABLE_COUNTS, ids=lambda cell: repr(cell)[:20])
def test_what_is_no_whole_number_is_unreadable(cell):
    assert problem_of(read_count, cell) == "headcount_unreadable"


@pytest.mark.parametrize("cell", [100_001, "100,001人", 99_999_999, "99999999", 1e9, 2**70])
def test_a_count_that_is_most_likely_a_slip_is_doubtful(cell):
    assert problem_of(read_count, cell) == "headcount_doubtful"


@pytest.mark.parametrize("cell", [-1, -1.0, -0.5, "-1", "－５０人", "-1,200", "-0.5", "−3"], ids=repr)
def test_a_count_below_zero_is_negative(cell):
    assert problem_of(read_count, cell) == "headcount_negative"


@given(st.integers(0, 100_000))
def test_a_count_survives_every_spelling(number):
    spellings = [number, float(number), str(number), f"{number}人", wide(str(number)), f"{number:,}"]
    assert {read_count(cell) for cell in spellings} == {number}


# --- amounts --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cell", "value", "currency"),
    [
        ("100(万元)", "100", None),
        ("100（万元）", "100", None),
        ("100万人民币", "100", "人民币"),
        ("100万元人民币", "100", "人民币"),
        ("人民币100万元整", "100", "人民币"),
        ("100万元(人民币)", "100", "人民币"),
        ("1,000万元", "1000", None),
        ("1，000.50 万元", "1000.5", None),
        ("100.5万美元", "100.5", "美元"),
        ("usd 100.5万", "100.5", "美元"),
        ("20万港币", "20", "港元"),
        ("100", "100", None),
        ("100.00", "100", None),
        ("１００", "100", None),
        (100, "100", None),
        (100.0, "100", None),
        (20.5, "20.5", None),
        (0.1 + 0.2, "0.3", None),
        (0, "0", None),
        (-0.0, "0", None),
        ("5000000元", "500", None),
        ("1.2亿元", "12000", None),
        ("1.2亿美元", "12000", "美元"),
        ("0.00005", "0.0001", None),
        ("999999999999", "999999999999", None),
    ],
)
def test_a_sum_is_read_in_units_of_ten_thousand_with_its_currency(cell, value, currency):
    amount = read_amount(cell)
    assert amount == Amount(Decimal(value), currency)
    assert str(amount.value) == value


UNREADABLE_SUMS = [
    "9,9(万元)",
    "见章程",
    "1.2.3万元",
    "-5",
    -5,
    "100美元",
    "100元美元",
    "人民币100万美元",
    "1,00",
    True,
]
UNREADABLE_SUMS += [DAY, "万元", 1e15, float("nan"), "1000000000000", "9" * 5000, "٥", "999999999999.1"]


@pytest.mark.parametrize("cell", UNREADABLE_SUMS, ids=lambda cell: repr(cell)[:20])
def test_what_is_no_sum_is_unreadable(cell):
    assert problem_of(read_amount, cell) == "capital_unreadable"


@given(st.decimals(0, 10**9, places=4))
def test_a_sum_survives_every_spelling_as_one_text(value):
    spellings = [f"{value}", f"{value:,}(万元)", f"{value}万元", wide(f"{value}"), f"{value * 10_000:f}元"]
    assert len({str(read_amount(cell).value) for cell in spellings}) == 1
    assert read_amount(spellings[0]).value == value


@pytest.mark.parametrize(
    ("cell", "currency"),
    [("美元", "美元"), ("ＵＳＤ", "美元"), ("人民币元", "人民币"), ("卢布", "卢布"), ("", None), ("无", None)],
)
def test_a_currency_is_told_by_its_usual_word(cell, currency):
    assert read_currency(cell) == currency


# --- yes and no -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cell", "answer"),
    [(word, True) for word in ("是", "有", "已建立", "√", "Y", "yes", "１", 1, 1.0, True)]
    + [(word, False) for word in ("否", "无", "未建", "×", "n", "0", 0, False)]
    + [(word, None) for word in ("", None, "-", "暂无", "N/A")],
)
def test_yes_and_no_are_told_apart_and_none_at_all_is_no(cell, answer):
    assert read_yes_no(cell) is answer


@pytest.mark.parametrize("cell", ["也许", 2, "是否", DAY], ids=repr)
def test_anything_else_is_neither_yes_nor_no(cell):
    assert problem_of(read_yes_no, cell) == "yes_no_unreadable"


# --- whatever comes -------------------------------------------------------------------------------------------------
ANY_CELL = st.one_of(
    st.none(), st.text(), st.from_regex(r"[-\d年月日万元人,./()（） ]{1,12}"), st.integers(), st.floats(),
    st.booleans(), st.dates(), st.datetimes(), st.timedeltas(),
)  # fmt: skip


@given(ANY_CELL)
def test_no_cell_breaks_a_reader(cell):
    for read in (read_text, read_count, read_amount, read_currency, read_yes_no, lambda c: read_date(c, latest=TODAY)):
        with suppress(CellProblem):
            read(cell)
    assert raw_text(cell) == raw_text(cell).strip()


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E)))
def test_half_width_undoes_full_width(text):
    assert half_width(wide(text)) == text
