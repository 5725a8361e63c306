"""Which list is believed about what (rules §11)."""

from __future__ import annotations

from dataclasses import dataclass

from orgs.rules.credit_code import UNKNOWN_REGISTER, register_of
from orgs.services.organizations import BY_HAND

HAND, SURVEY, TAX, RETURNED = BY_HAND, "survey", "tax", "registry"
VERIFIED = (HAND, SURVEY, RETURNED)  # counts that stand for the months of `headcount.verified_months`
RANK = {HAND: 4, RETURNED: 4, SURVEY: 3, TAX: 2}  # of two counts of one day; registrars and all others are below

IDENTITY = frozenset(
    {
        "credit_code", "old_number", "name", "company_type", "industry", "control", "capital", "currency",
        "registered_on", "legal_representative", "contact_phone", "address", "registrar", "region_id", "status",
        "authority", "inspected_on",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Authority:
    """What a source's word counts for: identity is the registrar's, some columns are the source's own."""

    department: str = ""  # the register it keeps, as `credit_code.REGISTERS` names it; empty: none
    own: frozenset[str] = frozenset()

    def over(self, column: str, credit_code: str | None) -> bool:
        """Whether the source is the authority for a column of the organization with this code."""
        if column in self.own:
            return True
        if not self.department or column not in IDENTITY:
            return False
        register = register_of(credit_code) if credit_code else UNKNOWN_REGISTER
        return register is UNKNOWN_REGISTER or register.department == self.department


def rank(source: str) -> int:
    """Of two counts of one day the higher rank counts: hand, survey, tax, all others."""
    return RANK.get(source, 1)
