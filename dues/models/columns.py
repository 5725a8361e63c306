"""Columns that rows of money share."""

from __future__ import annotations

from typing import Any

from django.db import models


def money(name: str, **more: Any) -> models.DecimalField:
    """An amount in 元 to the fen."""
    return models.DecimalField(name, max_digits=12, decimal_places=2, **more)
