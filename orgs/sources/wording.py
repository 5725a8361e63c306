"""Codes of the organization's columns in words: in previews, workbooks and on the record's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.plain import Plain
from core.sources import sources
from orgs.codelists import COMPANY_TYPES, DIVISIONS, SECTIONS
from orgs.rules.credit_code import REGISTERS
from orgs.sources.authority import HAND


def _company_type(code: Plain) -> str:
    if code in COMPANY_TYPES:
        return COMPANY_TYPES[code].name
    return REGISTERS[code].kind if code in REGISTERS else str(code)


def _industry(code: Plain) -> str:
    """The finest name that the lists have, behind the code."""
    name = SECTIONS[code].name if code in SECTIONS else DIVISIONS.get(str(code)[:2], "")
    return f"{code} {name}".strip()


def source_name(code: Plain) -> str:
    """What a source of lists is called; a person's own count is 核定."""
    if code == HAND:
        return "人工核定"
    return sources[code].name if code in sources else str(code)


WORDS: Mapping[str, Callable[[Plain], str]] = {
    "company_type": _company_type,
    "industry": _industry,
    "industry_code": _industry,
    "industry_section": _industry,
    "staff_source": source_name,
    "membership_source": source_name,
}
