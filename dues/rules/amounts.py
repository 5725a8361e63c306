"""Amounts in 元 to the fen, and the parameters that they follow from. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

FEN, ZERO = Decimal("0.01"), Decimal("0.00")


def exact(total: Decimal | None) -> Decimal:
    """A sum of amounts to the fen: SQLite adds in floats, and gives more digits than there are."""
    return (total or ZERO).quantize(FEN)


def yuan(amount: Decimal) -> str:
    """An amount as sentences say it: `1,234.50`."""
    return f"{amount:,.2f}"


def set_by(values: Mapping[str, Any], name: str) -> Decimal:
    """A parameter of dues (`gift_from`) as it holds by the values of a day."""
    return Decimal(str(values[f"dues.{name}"]))
