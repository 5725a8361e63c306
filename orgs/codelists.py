"""The national code lists that organizations and people are described with, read once.

Sources and doubts are in the field's own reference (rules §4): the SAMR company types carry the category that they
suggest, `X` for out of scope and `?` where the controlling interest decides. Old lists name the NBS classes
of 2011; what is stored is the SAMR code (rules §4).
"""

import json
from pathlib import Path
from typing import NamedTuple


class CompanyType(NamedTuple):
    """A row of the SAMR company types (rules §4)."""

    code: str
    name: str
    suggestion: str  # E1…E6, E1h (Hong Kong, Macao, Taiwan), X out of scope, ? ask for the controlling interest


class Section(NamedTuple):
    """A section of the industry classification GB/T 4754-2017, with its divisions."""

    code: str
    name: str
    divisions: tuple[str, ...]


def _span(text: str) -> tuple[str, ...]:
    """`05-08` → 05, 06, 07, 08; `83` → 83."""
    first, _, last = text.partition("-")
    return tuple(f"{number:02d}" for number in range(int(first), int(last or first) + 1))


_LISTS: dict[str, list[list[str]]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


def _names(key: str) -> dict[str, str]:
    return {row[0]: row[1] for row in _LISTS[key]}


COMPANY_TYPES = {row[0]: CompanyType(*row) for row in _LISTS["samr_company_type"]}
NBS_2011 = _names("nbs2011")
SECTIONS = {code: Section(code, name, _span(divisions)) for code, name, divisions in _LISTS["industry_section"]}
DIVISIONS = _names("industry_division")
SECTION_OF_DIVISION = {division: section.code for section in SECTIONS.values() for division in section.divisions}
ETHNIC_GROUPS = _names("ethnic")
EDUCATION = _names("education")


def ethnic_choices() -> list[tuple[str, str]]:
    """GB/T 3304 as choices of a field."""
    return list(ETHNIC_GROUPS.items())


def education_choices() -> list[tuple[str, str]]:
    """GB/T 4658 as choices of a field."""
    return list(EDUCATION.items())
