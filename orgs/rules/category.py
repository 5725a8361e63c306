"""Which of the Opinion's categories an organization belongs to, and whether it is ours at all (rules §2, §3).

E1–E6 are new economic, SO1–SO5 new social organizations. The credit code tells who registered, never who owns: a firm
(91) needs its type and its controlling interest. What cannot be told is left to a person, never guessed.
"""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from orgs.codelists import COMPANY_TYPES
from orgs.rules.credit_code import REGISTERS, UNKNOWN_REGISTER, Register
from orgs.rules.words import CONTROL, section_of

Confidence = Literal["certain", "likely", "needs_input"]

STATE, PRIVATE, HONG_KONG, FOREIGN = ("1", "2"), "3", "4", "5"  # keys of CONTROL
EDUCATION_SECTION = "P"
# GB/T 4754 classes of intermediaries: law, accounting, consulting, job agencies, house agents, supervision, patents
INTERMEDIARIES = frozenset(
    str(digits) for digits in (7231, 7239, *range(7241, 7250), 7262, 7263, 7030, 7481, 7482, 7520)
)
SCHOOL_NAME = re.compile(r"学校|幼儿园|学院|培训中心|(?:小学|中学|大学)(?:\(.*\)|（.*）)?$")
# beginnings of SAMR types that are no legal person: branches, offices and business units of another body
BRANCH_TYPES = ("2", "43", "44", "455", "456", "58", "68", "7", "92")


class Suggestion(NamedTuple):
    """A category with the reasons a person can check; `category` is empty when it cannot be told."""

    category: str
    in_scope: bool
    confidence: Confidence
    reasons: tuple[str, ...]
    hmt: bool = False  # invested from Hong Kong, Macao or Taiwan


class _Ownership(NamedTuple):
    """What type and controlling interest say of a firm."""

    category: str  # E1…E5, X out of scope, empty when it cannot be told
    confidence: Confidence
    reasons: tuple[str, ...]
    hmt: bool = False


def suggest_category(
    *, credit_code: str = "", company_type: str = "", control: str = "", industry: str = "", name: str = ""
) -> Suggestion:
    """Suggest the category.

    `credit_code` is normalised and checked, `company_type` a SAMR code or a register (`51` …), `control` a key of
    `CONTROL`, `industry` a GB/T 4754 code, as the readers of `words` give them; each may be empty.
    """
    register = _register(credit_code, company_type)
    if register is None:
        return Suggestion("", True, "needs_input", ("没有统一社会信用代码和企业类型，请人工判定类别",))
    if register.scope == "control":
        return _firm(company_type, control, industry)
    reasons = (f"登记为{register.kind}（{register.department}）",)
    if register is UNKNOWN_REGISTER:
        reasons = ("统一社会信用代码前两位不在登记管理部门代码表中",)
    if register.scope == "no":
        return Suggestion("", False, "certain", (*reasons, "不属于两新组织"))
    if register.category:
        return Suggestion(register.category, True, "certain", reasons)
    if register is REGISTERS["52"]:
        return _service(reasons, industry, name)
    return Suggestion("", True, "needs_input", (*reasons, "请人工判定类别"))


JUDGED_BY = frozenset({"credit_code", "company_type", "control", "industry", "name"})  # what the category hangs on


def suggested(known: Mapping[str, Any]) -> Suggestion:
    """The suggestion from the registry's columns of an organization."""
    return suggest_category(**{name: known.get(name) or "" for name in JUDGED_BY})


def judge(known: Mapping[str, Any]) -> dict[str, Any]:
    """The registry's columns that follow from `JUDGED_BY`: category, in_scope, hmt, scope_note (rules §4).

    `known` holds those and what was judged before, where there is any. What was known does not become unknown: nothing
    follows when the category cannot be told any more. A tick for 港澳台 stays while the category does.
    """
    suggestion = suggested(known)
    if suggestion.confidence == "needs_input" and known.get("category"):
        return {}
    return {
        "category": suggestion.category,
        "in_scope": suggestion.in_scope,
        "hmt": suggestion.hmt or (bool(known.get("hmt")) and known.get("category") == suggestion.category),
        "scope_note": "" if suggestion.in_scope else "；".join(suggestion.reasons)[:200],
    }


def judge_again(known: Mapping[str, Any], changed: Collection[str]) -> dict[str, Any]:
    """What follows for a registered organization when these columns changed, `known` being what it says now: nothing
    where the category does not hang on them, or where a person decided it (`category_note`)."""
    if known["category_note"] or JUDGED_BY.isdisjoint(changed):
        return {}
    return judge(known)


def _register(credit_code: str, company_type: str) -> Register | None:
    """Who registered it: told by the code, without one by the type."""
    if credit_code:
        return REGISTERS.get(credit_code[:2], UNKNOWN_REGISTER)
    if len(company_type) == 2:
        return REGISTERS.get(company_type, UNKNOWN_REGISTER)
    if company_type in ("9500", "9999"):
        return REGISTERS["92"]
    return REGISTERS["91"] if company_type else None


def _service(reasons: tuple[str, ...], industry: str, name: str) -> Suggestion:
    """A private non-enterprise unit: a school, or something else that is known not to be one."""
    if section_of(industry) == EDUCATION_SECTION:
        return Suggestion("SO4", True, "likely", (*reasons, "行业为教育"))
    if found := SCHOOL_NAME.search(name):
        return Suggestion("SO4", True, "likely", (*reasons, f"名称含“{found[0]}”"))
    if industry:
        return Suggestion("SO3", True, "likely", (*reasons, "行业不是教育"))
    return Suggestion("", True, "needs_input", (*reasons, "没有行业，无法判断是否为民办学校，请补充行业"))


@lru_cache(4096)
def _firm(company_type: str, control: str, industry: str) -> Suggestion:
    """A firm: first whose it is, then whether it is a school or an intermediary."""
    owned = _ownership(company_type, control)
    if owned.category == "X":
        return Suggestion("", False, owned.confidence, owned.reasons)
    if not owned.category:
        return Suggestion("", True, "needs_input", owned.reasons)
    if section_of(industry) == EDUCATION_SECTION:
        return Suggestion("SO4", True, "likely", (*owned.reasons, "行业为教育"), owned.hmt)
    if industry in INTERMEDIARIES:
        return Suggestion("SO2", True, "likely", (*owned.reasons, f"行业 {industry} 属于社会中介服务"), owned.hmt)
    return Suggestion(owned.category, True, owned.confidence, owned.reasons, owned.hmt)


@lru_cache(4096)
def _ownership(company_type: str, control: str) -> _Ownership:
    row = COMPANY_TYPES.get(company_type)
    suggestion = row.suggestion if row else ""
    reasons: tuple[str, ...] = (f"企业类型为{row.name}",) if row else ()
    if control:
        reasons += (f"控股情况为{CONTROL[control]}",)
    if control in STATE or suggestion == "X":
        return _Ownership("X", "likely" if control == PRIVATE else "certain", (*reasons, "不属于非公有制经济组织"))
    if suggestion.startswith("E1"):
        return _Ownership("E1", "certain", reasons, hmt=suggestion == "E1h" or control == HONG_KONG)
    if control in (HONG_KONG, FOREIGN):
        return _Ownership("E1", "likely", reasons, hmt=control == HONG_KONG)
    if suggestion in ("E2", "E3", "E4", "E5"):
        return _Ownership(suggestion, "certain" if control == PRIVATE else "likely", reasons)
    if suggestion == "?" and control == PRIVATE:
        return _Ownership("E5", "likely", reasons)
    if suggestion == "E6" or (company_type and row is None):
        return _Ownership("", "needs_input", (*reasons, "企业类型与统一社会信用代码不符，请核对"))
    missing = "控股情况" if row else "企业类型"
    return _Ownership("", "needs_input", (*reasons, f"统一社会信用代码看不出所有制，请补充{missing}"))
