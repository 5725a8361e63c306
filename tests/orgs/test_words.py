"""The words of official lists for type, controlling interest, industry and status are read into codes."""

import pytest

from core.cells import CellProblem
from orgs.codelists import COMPANY_TYPES, DIVISIONS, NBS_2011, SECTIONS
from orgs.models import Organization
from orgs.rules import words


def problem_of(read, cell):
    with pytest.raises(CellProblem) as caught:
        read(cell)
    return caught.value.code


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("有限责任公司(自然人投资或控股)", "1130"),
        ("有限责任公司（自然人投资或控股）", "1130"),
        (" 有限责任公司 (自然人投资或控股) ", "1130"),
        ("股份有限公司（非上市、自然人投资或控股）", "1222"),
        ("股份有限公司(非上市,自然人投资或控股)", "1222"),
        ("有限责任公司分公司(自然人投资或控股)", "2130"),
        ("有限责任公司(台港澳法人独资)", "6150"),
        ("有限责任公司(港澳台法人独资)", "6150"),
        ("其他有限责任公司", "1190"),
        ("个人独资企业", "4540"),
        ("合伙企业", "4530"),
        ("非公司私营企业", "4500"),
        ("集体所有制", "3200"),
        ("个体工商户", "9500"),
        ("1130", "1130"),
        (1130, "1130"),
        (1130.0, "1130"),
        ("１１３０", "1130"),
        ("1130 有限责任公司(自然人投资或控股)", "1130"),
        ("173", "1130"),
        (173, "1130"),
        ("174", "1222"),
        ("171", "4540"),
        ("172", "4530"),
        ("159", "1190"),
        ("151", "1110"),
        ("私营有限责任公司", "1130"),
        ("国有企业", "3100"),
        ("社会团体", "51"),
        ("民办非企业单位", "52"),
        ("民办非企业单位(社会服务机构)", "52"),
        ("社会服务机构", "52"),
        ("基金会", "53"),
        ("律师事务所", "31"),
        ("", None),
        ("无", None),
        (None, None),
    ],
)
def test_a_type_is_known_by_name_or_code(cell, code):
    assert words.company_type(cell) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("有限责任公司", "1100"),
        ("股份有限公司", "1200"),
        ("普通合伙企业", "4531"),
        ("有限合伙企业", "4533"),
        ("其他", "9900"),
    ],
)
def test_a_name_that_several_types_share_means_the_domestic_one(name, code):
    assert words.company_type(name) == code


@pytest.mark.parametrize("cell", ["未来型组织", "类型待定", "分公司", "办事处", "非公司", "9998", "17", "2019年"])
def test_an_unknown_or_meaningless_type_is_a_problem(cell):
    assert problem_of(words.company_type, cell) == "unknown_type"


def test_every_type_of_its_own_name_is_read_back():
    names = [row.name for row in COMPANY_TYPES.values()]
    for code, row in COMPANY_TYPES.items():
        if names.count(row.name) == 1 and code != "9999":
            assert words.company_type(row.name) == code


def test_every_nbs_class_has_a_type_it_agrees_with():
    for nbs, name in NBS_2011.items():
        samr = words.company_type(nbs)
        assert samr in COMPANY_TYPES
        assert words.same_type(samr, nbs), name
        assert words.company_type(name) is not None


@pytest.mark.parametrize(
    ("samr", "nbs"),
    [("1130", "173"), ("1151", "173"), ("1152", "173"), ("1222", "174"), ("1140", "159"), ("1153", "151"),
     ("3200", "120"), ("1110", "151"), ("1190", "159"), ("1229", "160"), ("4500", "171"), ("4540", "171"),
     ("4533", "172"), ("5110", "310"), ("5150", "330"), ("6150", "230"), ("6220", "240"), ("2130", "173"),
     ("1151", "1130"), ("1130", "1130"), ("9500", "9999")],
)  # fmt: skip
def test_two_lists_that_mean_the_same_type_agree(samr, nbs):
    assert words.same_type(samr, nbs)
    assert words.same_type(nbs, samr)


@pytest.mark.parametrize(
    ("samr", "nbs"),
    [("1130", "151"), ("1110", "173"), ("4540", "172"), ("1130", "310"), ("9500", "173"), ("51", "173")],
)
def test_two_lists_that_mean_different_types_do_not_agree(samr, nbs):
    assert not words.same_type(samr, nbs)


def test_every_firm_type_can_be_counted_by_the_statistics_bureau():
    uncounted = {code for code in COMPANY_TYPES if not words.nbs_classes(code)}
    assert uncounted == {"1000", "3000", "4000", "8000", "9000"}  # heads of lists and groups of firms


@pytest.mark.parametrize(
    ("cell", "code"),
    [("国有控股", "1"), ("集体控股", "2"), ("私人控股", "3"), ("港澳台商控股", "4"), ("港澳台控股", "4"), ("外商控股", "5"),
     ("其他", "9"), ("3", "3"), (3, "3"), ("", None), ("暂无", None)],
)  # fmt: skip
def test_a_controlling_interest_is_known_by_name_or_code(cell, code):
    assert words.control(cell) == code


@pytest.mark.parametrize(
    ("cell", "code"),
    [("存续（在营、开业、在册）", "NORMAL"), ("存续(在营、开业、在册)", "NORMAL"), ("存续", "NORMAL"), ("开业", "NORMAL"),
     ("在业", "NORMAL"), ("正常", "NORMAL"), ("停业", "SUSPENDED"), ("歇业", "SUSPENDED"), ("注销", "STRUCK_OFF"),
     ("空壳", "SHELL"), ("空挂", "SHELL"), ("筹建", "PREPARING"), ("迁出", "MOVED_OUT"), ("-", None)],
)  # fmt: skip
def test_a_status_is_known_by_its_usual_words(cell, code):
    assert words.status(cell) == code


@pytest.mark.parametrize(
    ("read", "cell", "problem"),
    [(words.status, "待核实", "unknown_status"), (words.status, "状态异常", "unknown_status"),
     (words.status, "吊销", "unknown_status"), (words.control, "谁知道", "unknown_control"),
     (words.control, "6", "unknown_control")],
)  # fmt: skip
def test_an_unknown_word_is_a_problem(read, cell, problem):
    assert problem_of(read, cell) == problem


def test_the_codes_are_those_of_the_registry():
    assert dict(Organization.Control.choices) == words.CONTROL
    assert dict(Organization.Status.choices) == words.STATUS


@pytest.mark.parametrize(
    ("cell", "code"),
    [("3670", "3670"), (3670, "3670"), (3670.0, "3670"), ("0111", "0111"), (111, "0111"), ("111", "111"), (5, "05"),
     (36, "36"), ("36", "36"), ("C", "C"), ("Ｃ", "C"), ("c", "C"), ("C3670", "3670"), ("3670 汽车零部件及配件制造", "3670"),
     ("制造业", "C"), ("公共管理、社会保障和社会组织", "S"), ("卫生和社会工作", "Q"), ("教育", "P"),
     ("农、林、牧、渔业", "A"), ("汽车制造业", "36"), ("", None), ("/", None)],
)  # fmt: skip
def test_an_industry_is_known_by_name_or_code(cell, code):
    assert words.industry(cell) == code


@pytest.mark.parametrize("cell", ["火星开发业", "9900", 9900, "0012", "A3670", "U", "98", 0, "12345"])
def test_an_industry_outside_the_classification_is_a_problem(cell):
    assert problem_of(words.industry, cell) == "unknown_industry"


def test_every_section_and_division_is_read_by_name_and_code():
    for code, section in SECTIONS.items():
        assert words.industry(code) == words.industry(section.name) == code
    for code, name in DIVISIONS.items():
        assert words.industry(code) == code
        assert words.section_of(words.industry(name)) == words.section_of(code)


@pytest.mark.parametrize(("industry", "section"), [("C", "C"), ("36", "C"), ("3670", "C"), ("83", "P"), ("", "")])
def test_the_section_of_a_code_of_any_grain(industry, section):
    assert words.section_of(industry) == section
