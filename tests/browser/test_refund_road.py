"""One refund from the first payment to the yearly publication, by seven hands, on phones and at desks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page

from core import proof
from dues.models import EntryKind, Publication, Refund, Spending
from dues.queries.reconciliation import unreconciled
from dues.services import ledger
from tests.activities.test_attachments import photo
from tests.browser.test_accessible import SMALL
from tests.people import City
from tests.refund_road import Road

SHOTS = Path(settings.BASE_DIR, "build", "shots")


def test_dues_come_back_are_spent_and_told_to_the_members(
    city: City, signed_in: Callable[[str], Page], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    year, now = timezone.localdate().year - 1, timezone.now()
    told = {"at": now, "on": timezone.localdate(), "text": "收缴党费", "book": ledger.Book.DUES}
    for month, amount in ((11, "120.50"), (12, "99.50")):
        ledger.post(by=city.user("treasurer"), party_organization=city["CZ1111"], kind=EntryKind.COLLECTED,
                    amount=ledger.Decimal(amount), day=date(year, month, 10), **told)  # fmt: skip
    ledger.post(by=city.user("district"), party_organization=city["CZ11"], kind=EntryKind.OPENING,
                amount=ledger.Decimal(5000), day=date(year, 12, 20), **told)  # fmt: skip
    scan = tmp_path / "发票.jpg"
    scan.write_bytes(photo())
    small: list[str] = []

    def step(page: Page, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"refund-{name}.png", full_page=True)
        if page.viewport_size and page.viewport_size["width"] < 640:
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name}: wider than the phone"
            small.extend(f"{name}: {one}" for one in page.evaluate(SMALL))

    road, branch = Road(signed_in, step), city["CZ1111"].pk
    road.refund(branch, year)
    road.spend(branch, str(timezone.localdate()), scan)
    monkeypatch.setattr(timezone, "now", lambda: datetime(year + 2, 1, 2, 4, tzinfo=UTC))
    road.publish(branch, year + 1)
    assert Refund.objects.get().state == "RECEIVED"
    assert Spending.objects.get().entry.balance == ledger.Decimal("131.20")
    assert Publication.objects.get().figures["spent_sum"] == "88.80"
    assert list(unreconciled()) == []
    assert list(proof.differences()) == []
    assert small == [], "every button is large enough for a thumb"
