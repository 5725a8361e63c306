"""A unified social credit code is normalised, checked and read for who registered it (rules §2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from orgs.rules.credit_code import (
    ALPHABET,
    REGISTERS,
    UNKNOWN_REGISTER,
    check_credit_code,
    normalise_code,
    organisation_code_ok,
    register_of,
)

GOOD = [
    "914403001922038216", "91110108551385082Q", "9144030071526726XG", "12100000400000624D", "53100000500021676K",
    "31110000E00017525U", "91350100M000100Y43", "91110000600037341L", "911100001JT6YWJE30",
]  # fmt: skip
CODE = "91110108551385082Q"
WIDE = "９１１１０１０８５５１３８５０８２Ｑ"

# bodies of eight signs, with which a whole code can be built
BODIES = st.text(ALPHABET, min_size=17, max_size=17)


def complete(first17):
    return next(first17 + sign for sign in ALPHABET if check_credit_code(first17 + sign) is None)


@pytest.mark.parametrize("code", GOOD)
def test_the_worked_examples_pass_both_checks(code):
    assert check_credit_code(code) is None
    assert organisation_code_ok(code)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("914403001922038217", "credit_code_check"),
        ("91440300192203821O", "credit_code_check"),
        ("91440300192203821É", "credit_code_check"),
        ("91110108551385082q", "credit_code_check"),
        ("91440300192203821", "credit_code_length"),
        ("9144030019220382166", "credit_code_length"),
        ("990102200000017", "credit_code_length"),
        ("", "credit_code_length"),
        ("9.14403E+17", "credit_code_rounded"),
        ("9E+17", "credit_code_rounded"),
        ("9.14403E17", "credit_code_rounded"),
    ],
)
def test_a_bad_code_is_refused_with_its_reason(code, problem):
    assert check_credit_code(code) == problem


@given(BODIES)
def test_exactly_one_check_character_fits_as_in_the_library(first17):
    fitting = [sign for sign in ALPHABET if check_credit_code(first17 + sign) is None]
    assert fitting == [uscc.calc_check_digit(first17)]


@given(BODIES, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(first17, place, sign):
    code = complete(first17)
    slip = code[:place] + sign + code[place + 1 :]
    assert (check_credit_code(slip) is None) == (slip == code)


@given(BODIES, st.integers(0, 16))
def test_two_exchanged_neighbours_are_always_found(first17, place):
    code = complete(first17)
    slip = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert (check_credit_code(slip) is None) == (slip == code)


@pytest.mark.parametrize(
    "cell",
    [
        CODE, CODE.lower(), WIDE, "'" + CODE, "’" + CODE, f"\u00a0{CODE}\u3000", "9111 0108 5513 8508 2Q",
        "91110108-55138508-2Q", "91110108—55138508—2Q", CODE + "\n", "\ufeff" + CODE,
    ],
    ids=repr,
)  # fmt: skip
def test_every_spelling_of_a_code_is_the_same_code(cell):
    assert normalise_code(cell) == CODE


@pytest.mark.parametrize("cell", ["914403001922038216.0", "'914403001922038216.00"], ids=repr)
def test_a_number_that_came_as_text_keeps_its_eighteen_digits(cell):
    assert normalise_code(cell) == "914403001922038216"


@pytest.mark.parametrize("cell", [914403001922038216.0, 914403001922038216, "9.14403e+17", " 9.14403E+17 "], ids=repr)
def test_a_number_that_excel_rounded_is_known_as_such(cell):
    assert check_credit_code(normalise_code(cell)) == "credit_code_rounded"


@pytest.mark.parametrize("cell", [None, "", "暂无", "/", "N/A", "-"], ids=repr)
def test_a_blank_cell_has_no_code(cell):
    assert normalise_code(cell) == ""


@pytest.mark.parametrize("cell", [990102200000017, 990102200000017.0])
def test_a_whole_number_is_read_without_its_point(cell):
    assert normalise_code(cell) == "990102200000017"


@given(st.text())
def test_normalising_twice_changes_nothing(cell):
    assert normalise_code(normalise_code(cell)) == normalise_code(cell)


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.dates()))
def test_no_cell_breaks_the_check(cell):
    code = normalise_code(cell)
    assert check_credit_code(code) in (None, "credit_code_length", "credit_code_check", "credit_code_rounded")


@pytest.mark.parametrize(
    ("body", "check"),
    [("19220382", "1"), ("55138508", "2"), ("71526726", "X"), ("40000062", "4"), ("E0001752", "5"), ("M000100Y", "4")],
)
def test_only_one_organisation_check_character_fits(body, check):
    fitting = [sign for sign in "0123456789X" if organisation_code_ok(complete("91110108" + body + sign))]
    assert fitting == [check]


def test_remainder_zero_and_one_have_a_check_character_too():
    assert organisation_code_ok("91110108000000000" + "0")  # 11 is written 0
    assert organisation_code_ok("91110108" + "71526726" + "X" + "0")  # 10 is written X


@pytest.mark.parametrize(
    ("code", "scope", "category"),
    [
        ("91", "control", ""), ("92", "yes", "E6"), ("93", "no", ""), ("99", "manual", ""),
        ("51", "yes", "SO1"), ("52", "yes", ""), ("53", "yes", "SO5"), ("59", "manual", ""),
        ("31", "yes", "SO2"), ("32", "manual", ""), ("33", "yes", "SO2"), ("34", "yes", "SO2"), ("35", "no", ""),
        ("11", "no", ""), ("12", "no", ""), ("A1", "no", ""), ("N2", "no", ""), ("G1", "manual", ""),
    ],
)  # fmt: skip
def test_the_first_two_characters_tell_the_register(code, scope, category):
    register = register_of(code + "1100000000000000")
    assert (register.scope, register.category) == (scope, category)


def test_an_unknown_register_is_for_a_person_to_decide():
    assert register_of("X7") is UNKNOWN_REGISTER
    assert register_of("") is UNKNOWN_REGISTER
    assert UNKNOWN_REGISTER.scope == "manual"
    assert {register.scope for register in REGISTERS.values()} == {"yes", "no", "control", "manual"}
