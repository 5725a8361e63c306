"""Closing a month with the figures and names as they stand."""

from __future__ import annotations

from core.months import YearMonth
from reports.models import ClosedMonth
from reports.services.months import freeze
from tests.people import City


def close(city: City, month: str) -> ClosedMonth:
    """Freeze a month on its last day."""
    closed = YearMonth.parse(month)
    return freeze(month=closed, by=city.user("city"), counted_on=closed.last_day)
