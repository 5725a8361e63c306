"""The category is suggested from code, type, controlling interest and industry, with reasons, and never guessed."""

import pytest

from orgs.codelists import COMPANY_TYPES
from orgs.rules.category import INTERMEDIARIES, Suggestion, judge, judge_again, suggest_category

FIRM, SHOP, SERVICE = "91110108551385082Q", "92350100M000100Y43", "52100000500021676K"


def suggestion(**known):
    found = suggest_category(**known)
    assert isinstance(found, Suggestion)
    assert found.reasons
    return found.category, found.in_scope, found.confidence


@pytest.mark.parametrize(
    ("company_type", "control", "category", "confidence"),
    [
        ("5150", "5", "E1", "certain"),
        ("5110", "", "E1", "certain"),
        ("5110", "3", "E1", "certain"),
        ("1121", "5", "E1", "certain"),
        ("6150", "4", "E1", "certain"),
        ("1100", "5", "E1", "likely"),
        ("1100", "4", "E1", "likely"),
        ("4540", "3", "E2", "certain"),
        ("4540", "", "E2", "likely"),
        ("4533", "3", "E3", "certain"),
        ("5430", "5", "E1", "certain"),
        ("1130", "3", "E4", "certain"),
        ("1151", "3", "E4", "certain"),
        ("1222", "", "E4", "likely"),
        ("1152", "3", "E5", "certain"),
        ("4500", "3", "E5", "certain"),
        ("1190", "3", "E5", "likely"),
        ("1229", "3", "E5", "likely"),
        ("3400", "3", "E5", "likely"),
    ],
)
def test_a_private_firm_gets_its_category_from_type_and_control(company_type, control, category, confidence):
    found = suggestion(credit_code=FIRM, company_type=company_type, control=control)
    assert found == (category, True, confidence)


@pytest.mark.parametrize(
    ("company_type", "control"),
    [("1110", ""), ("1140", "1"), ("3200", "2"), ("3100", ""), ("1130", "1"), ("1190", "1"), ("", "2"), ("5110", "1")],
)
def test_a_state_or_collective_firm_is_out_of_scope(company_type, control):
    found = suggestion(credit_code=FIRM, company_type=company_type, control=control, industry="7241")
    assert found == ("", False, "certain")


def test_a_state_type_under_private_control_is_only_likely_out_of_scope():
    assert suggestion(credit_code=FIRM, company_type="3200", control="3") == ("", False, "likely")


@pytest.mark.parametrize(
    ("company_type", "control"),
    [("1190", ""), ("1190", "9"), ("", ""), ("", "3"), ("8000", ""), ("9500", ""), ("51", "")],
)
def test_a_firm_that_cannot_be_told_is_left_to_a_person(company_type, control):
    found = suggestion(credit_code=FIRM, company_type=company_type, control=control, industry="7241")
    assert found == ("", True, "needs_input")


@pytest.mark.parametrize(
    ("company_type", "control", "hmt"),
    [("6150", "4", True), ("6150", "", True), ("5110", "4", True), ("1100", "4", True), ("5110", "5", False),
     ("1130", "3", False)],
)  # fmt: skip
def test_money_from_hong_kong_macao_and_taiwan_is_marked(company_type, control, hmt):
    assert suggest_category(credit_code=FIRM, company_type=company_type, control=control).hmt is hmt


@pytest.mark.parametrize("industry", sorted(INTERMEDIARIES))
def test_a_private_firm_in_an_intermediary_class_is_an_intermediary(industry):
    assert suggestion(credit_code=FIRM, company_type="1130", control="3", industry=industry) == ("SO2", True, "likely")


@pytest.mark.parametrize("industry", ["83", "8391", "P"])
def test_a_private_firm_in_education_is_a_school(industry):
    assert suggestion(credit_code=FIRM, company_type="1130", control="3", industry=industry) == ("SO4", True, "likely")


@pytest.mark.parametrize("industry", ["7251", "7240", "72", "8411", "C", ""])
def test_other_industries_leave_a_firm_what_its_type_says(industry):
    assert suggestion(credit_code=FIRM, company_type="1130", control="3", industry=industry) == ("E4", True, "certain")


@pytest.mark.parametrize(
    ("prefix", "category"), [("92", "E6"), ("51", "SO1"), ("53", "SO5"), ("31", "SO2"), ("33", "SO2"), ("34", "SO2")]
)
def test_some_registers_say_it_all(prefix, category):
    assert suggestion(credit_code=prefix + FIRM[2:], industry="8391") == (category, True, "certain")


@pytest.mark.parametrize("prefix", ["11", "12", "35", "71", "81", "93", "A1", "N2"])
def test_some_registers_are_never_ours(prefix):
    assert suggestion(credit_code=prefix + FIRM[2:]) == ("", False, "certain")


@pytest.mark.parametrize("prefix", ["32", "39", "59", "99", "Y1", "G1", "X7"])
def test_some_registers_are_for_a_person_to_decide(prefix):
    assert suggestion(credit_code=prefix + FIRM[2:]) == ("", True, "needs_input")


@pytest.mark.parametrize(
    ("industry", "name", "category", "confidence"),
    [
        ("P", "澄州阳光中心", "SO4", "likely"),
        ("8391", "澄州阳光中心", "SO4", "likely"),
        ("", "澄州阳光幼儿园", "SO4", "likely"),
        ("", "澄州实验学校", "SO4", "likely"),
        ("", "澄州职业培训学校", "SO4", "likely"),
        ("", "澄州明川技术学院", "SO4", "likely"),
        ("", "澄州实验小学", "SO4", "likely"),
        ("", "澄州实验中学（城北）", "SO4", "likely"),
        ("Q", "澄州阳光幼儿园", "SO4", "likely"),
        ("Q", "澄州养老服务中心", "SO3", "likely"),
        ("8512", "澄州社会工作服务中心", "SO3", "likely"),
        ("", "澄州养老服务中心", "", "needs_input"),
        ("", "澄州大学生就业服务中心", "", "needs_input"),
        ("", "", "", "needs_input"),
    ],
)
def test_a_private_non_enterprise_unit_is_a_school_or_known_not_to_be_one(industry, name, category, confidence):
    assert suggestion(credit_code=SERVICE, industry=industry, name=name) == (category, True, confidence)


@pytest.mark.parametrize(
    ("company_type", "control", "industry", "expected"),
    [
        ("1130", "3", "", ("E4", True, "certain")),
        ("1140", "1", "", ("", False, "certain")),
        ("9500", "", "", ("E6", True, "certain")),
        ("51", "", "", ("SO1", True, "certain")),
        ("52", "", "P", ("SO4", True, "likely")),
        ("", "3", "7241", ("", True, "needs_input")),
    ],
)
def test_without_a_credit_code_the_type_tells_the_register(company_type, control, industry, expected):
    assert suggestion(company_type=company_type, control=control, industry=industry) == expected


def test_the_reasons_name_what_was_seen():
    found = suggest_category(credit_code=FIRM, company_type="1130", control="3", industry="7241")
    assert found.reasons == (
        "企业类型为有限责任公司（自然人投资或控股）",
        "控股情况为私人控股",
        "行业 7241 属于社会中介服务",
    )
    assert "请补充控股情况" in suggest_category(credit_code=FIRM, company_type="1190").reasons[-1]
    assert "请补充企业类型" in suggest_category(credit_code=FIRM).reasons[-1]


@pytest.mark.parametrize("control", ["1", "2", "3", "4", "5", "9", ""])
def test_every_type_under_every_control_has_an_answer(control):
    for company_type in [*COMPANY_TYPES, ""]:
        found = suggest_category(credit_code=FIRM, company_type=company_type, control=control)
        assert found.category in ("", "E1", "E2", "E3", "E4", "E5"), company_type
        assert (found.confidence == "needs_input") == (found.in_scope and not found.category), company_type
        assert control not in ("1", "2") or not found.in_scope, company_type


KNOWN = {"credit_code": "91990102MA0000001X", "company_type": "1151", "control": "3", "name": "澄州某某有限公司"}


@pytest.mark.parametrize(
    ("known", "follows"),
    [
        pytest.param({}, {"category": "E4", "in_scope": True, "hmt": False}, id="new"),
        pytest.param({"category": "E5", "hmt": True}, {"category": "E4", "hmt": False}, id="another category"),
        pytest.param({"category": "E4", "hmt": True}, {"category": "E4", "hmt": True}, id="a tick stays"),
        pytest.param({"control": "1", "category": "E4"}, {"category": "", "in_scope": False}, id="out of scope"),
        pytest.param(
            {"company_type": "", "control": "", "category": ""}, {"category": "", "in_scope": True}, id="open"
        ),
    ],
)
def test_columns_that_follow_are_judged_anew(known, follows):
    assert judge(KNOWN | known).items() >= follows.items()


def test_what_was_known_does_not_become_unknown():
    assert judge(KNOWN | {"company_type": "", "control": "", "category": "E4"}) == {}


def test_the_reason_stands_beside_what_is_not_ours():
    assert "不属于非公有制经济组织" in judge(KNOWN | {"control": "1"})["scope_note"]
    assert judge(KNOWN)["scope_note"] == ""


@pytest.mark.parametrize(
    ("known", "changed", "again"),
    [
        ({"category_note": ""}, {"control"}, True),
        ({"category_note": ""}, {"address"}, False),
        ({"category_note": "核实后判定"}, {"control"}, False),
    ],
    ids=["what it hangs on", "what it does not hang on", "a person decided it"],
)
def test_a_category_is_judged_again_only_when_what_it_hangs_on_changed_and_nobody_decided_it(known, changed, again):
    assert bool(judge_again(KNOWN | known, changed)) is again
