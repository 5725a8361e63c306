"""Columns that rows of money share."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


def money(name: str, **more: Any) -> models.DecimalField:
    """An amount in 元 to the fen."""
    return models.DecimalField(name, max_digits=12, decimal_places=2, **more)


def person(name: str, *, missing: bool = True) -> models.ForeignKey:
    """Who did something; `missing`: it may be the system, or nobody yet."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=missing, blank=missing, related_name="+", verbose_name=name
    )
