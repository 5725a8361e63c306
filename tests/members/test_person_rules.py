"""A citizen's number is checked, read and masked; the words of rosters are read into codes (rules §3)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from core.cells import CellProblem
from members.models import Member
from members.rules import persons as rules
from orgs.codelists import EDUCATION, ETHNIC_GROUPS

TODAY = date(2026, 11, 24)
GOOD = "11010519491231002X"


def complete(first17):
    return first17 + mod_11_2.calc_check_digit(first17)


@pytest.mark.parametrize(
    ("number", "born_on", "sex"),
    [
        (GOOD, date(1949, 12, 31), "2"),
        ("360426199101010071", date(1991, 1, 1), "1"),
        (complete("99010220040229001"), date(2004, 2, 29), "1"),
        (complete("81000019991231002"), date(1999, 12, 31), "2"),
        (complete("11010520261124001"), TODAY, "1"),
    ],
)
def test_a_good_number_tells_birth_date_and_sex(number, born_on, sex):
    assert rules.check_id_number(number, on=TODAY) is None
    assert rules.birth_date_of(number) == born_on
    assert rules.sex_of(number) == sex
    assert sex in Member.Sex.values


@pytest.mark.parametrize("area", ["990102", "110000", "000000", "513000", "422425"])
def test_the_area_code_is_never_a_reason_to_refuse(area):
    assert rules.check_id_number(complete(area + "19800101001"), on=TODAY) is None


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("110105194912310021", "校验位不符"),
        ("11010519491231002x", "末位为数字或 X"),
        ("1101051949123100X2", "前 17 位应为数字"),
        (complete("11010519491331002"), "19491331 不存在"),
        (complete("11010520230229002"), "20230229 不存在"),
        (complete("11010500000101002"), "00000101 不存在"),
        (complete("11010520261125001"), "2026-11-25 晚于今天"),
        ("110105491231002", "15 位旧身份证号已停用"),
        ("1101051949123100", "现为 16 位"),
        ("", "现为 0 位"),
        (rules.normalise_id_number(1.1010519491231e17), "被表格当作数字"),
    ],
)
def test_a_bad_number_is_refused_in_a_sentence_that_says_what_is_wrong(number, words):
    assert words in rules.check_id_number(number, on=TODAY)


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_character_is_always_found(day, sequence, place, sign):
    number = complete(f"990102{day:%Y%m%d}{sequence:03d}")
    slip = number[:place] + sign + number[place + 1 :]
    assert (rules.check_id_number(slip, on=TODAY) is None) == (slip == number)


@given(st.text())
def test_any_text_gets_an_answer(text):
    rules.check_id_number(rules.normalise_id_number(text), on=TODAY)


@pytest.mark.parametrize(
    "cell",
    [GOOD, GOOD.lower(), f" {GOOD}\u3000", "'" + GOOD, "110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ"],
)
def test_every_spelling_of_a_number_is_the_same_number(cell):
    assert rules.normalise_id_number(cell) == GOOD


@pytest.mark.parametrize("cell", [None, "", "无", "-"])
def test_a_blank_cell_has_no_number(cell):
    assert rules.normalise_id_number(cell) == ""


# --- words of rosters -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cell", "status"),
    [("正式党员", "FORMAL"), ("正式", "FORMAL"), ("预备党员", "PROBATIONARY"), ("延长预备期", "EXTENDED"),
     ("停止党籍", "SUSPENDED"), ("自行脱党除名", "REMOVED"), ("退党除名", "WITHDRAWN"), ("", None), ("无", None)],
)  # fmt: skip
def test_a_status_is_known_by_its_usual_words(cell, status):
    assert rules.member_status(cell) == status


def test_every_status_is_read_by_its_own_label():
    assert {value: rules.member_status(label) for value, label in Member.Status.choices} == {
        value: value for value in Member.Status.values
    }


@pytest.mark.parametrize(("cell", "code"), [("男", "1"), ("女", "2"), (1, "1"), (2.0, "2"), ("9", "0"), ("/", None)])
def test_a_sex_is_known_by_word_or_code(cell, code):
    assert rules.sex(cell) == code


@pytest.mark.parametrize(
    ("cell", "code"),
    [("汉族", "01"), ("汉", "01"), ("01", "01"), (1, "01"), (1.0, "01"), (56, "56"), ("土家族", "15"), ("", None)],
)
def test_an_ethnic_group_is_known_by_name_or_code(cell, code):
    assert rules.ethnic_group(cell) == code


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("大学本科毕业", "21"),
        ("本科", "20"),
        ("大专", "30"),
        ("硕士", "14"),
        ("高中", "60"),
        ("21", "21"),
        (21, "21"),
        ("-", None),
    ],
)
def test_an_education_is_known_by_name_or_code(cell, code):
    assert rules.education(cell) == code


def test_every_row_of_the_code_lists_is_read_by_its_name():
    assert all(rules.ethnic_group(name) == code for code, name in ETHNIC_GROUPS.items())
    assert all(rules.education(name) == code for code, name in EDUCATION.items())


@pytest.mark.parametrize(
    ("read", "cell", "problem"),
    [
        (rules.member_status, "积极分子", "unknown_status"),
        (rules.sex, "3", "unknown_word"),
        (rules.ethnic_group, "火星族", "unknown_word"),
        (rules.ethnic_group, 57, "unknown_word"),
        (rules.education, "自学成才", "unknown_word"),
    ],
)
def test_an_unknown_word_is_a_problem(read, cell, problem):
    with pytest.raises(CellProblem) as caught:
        read(cell)
    assert caught.value.code == problem
