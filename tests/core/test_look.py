"""The look holds its promises: strict CSP, pinned assets, a small style sheet, and numbers printed one way."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from core.formats import iso, number, percent, signed

ROOT = Path(settings.BASE_DIR)
VENDORS = [ROOT / "static" / "vendor", ROOT / "tests" / "vendor"]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_has_no_inline_style_script_handler_or_foreign_address(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:|hx-on", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_vendored_file_is_in_the_manifest_with_its_digest(vendor: Path) -> None:
    manifest = {entry["file"]: entry for entry in json.loads((vendor / "manifest.json").read_text(encoding="utf-8"))}
    files = {path.name for path in vendor.iterdir()} - {"manifest.json"}
    assert files == set(manifest)
    for name, entry in manifest.items():
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == entry["sha256"], name
        assert entry["name"]
        assert entry["version"]
        assert entry["licence"]


def test_the_style_sheets_of_every_page_stay_within_fifteen_kilobytes() -> None:
    """What a page adds for itself alone is small."""
    sheets = {sheet.name: sheet.stat().st_size for sheet in (ROOT / "static" / "css").iterdir()}
    every = re.findall(r"css/([\w.]+)'", (ROOT / "templates" / "base.html").read_text(encoding="utf-8"))
    assert sum(sheets.pop(name) for name in every) <= 15 * 1024
    assert max(sheets.values()) <= 2 * 1024


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (number(999), "999"),
        (number(1512), "1,512"),
        (number(None), "—"),
        (signed(3), "+3"),
        (signed(-3), "−3"),
        (signed(0), "0"),
        (percent(Decimal("86.2")), "86.2%"),
        (percent(Decimal(100)), "100.0%"),
        (percent(None), "—"),
        (iso(date(2026, 11, 24)), "2026-11-24"),
        (iso(datetime(2026, 11, 24, 6, 3, tzinfo=UTC)), "2026-11-24 14:03"),
        (iso(None), "—"),
    ],
)
def test_figures_rates_and_dates_are_printed_one_way(printed: str, expected: str) -> None:
    assert printed == expected
