"""The national code lists are complete and agree with each other."""

from orgs import codelists


def test_the_lists_are_whole():
    assert len(codelists.SECTIONS) == 20
    assert len(codelists.DIVISIONS) == 97
    assert len(codelists.ETHNIC_GROUPS) == 56
    assert len(codelists.EDUCATION) == 40
    assert len(codelists.NBS_2011) == 25
    assert codelists.COMPANY_TYPES["1130"].name == "有限责任公司（自然人投资或控股）"
    assert codelists.COMPANY_TYPES["2130"].name == "有限责任公司分公司（自然人投资或控股）"


def test_every_division_belongs_to_one_section():
    spread = [division for section in codelists.SECTIONS.values() for division in section.divisions]
    assert sorted(spread) == sorted(codelists.DIVISIONS)
    assert codelists.SECTION_OF_DIVISION["83"] == "P"
    assert codelists.SECTION_OF_DIVISION["13"] == "C"


def test_every_company_type_suggests_something_known():
    known = {"E1", "E1h", "E2", "E3", "E4", "E5", "E6", "X", "?"}
    assert {row.suggestion for row in codelists.COMPANY_TYPES.values()} == known


def test_a_branch_suggests_what_its_company_does():
    branches = [row for row in codelists.COMPANY_TYPES.values() if row.code.startswith("2")]
    assert len(branches) == 24
    for branch in branches:
        company = codelists.COMPANY_TYPES["1" + branch.code[1:]]
        assert branch.suggestion == company.suggestion
        assert branch.name.replace("分公司", "", 1) == company.name
