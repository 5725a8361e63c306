"""Rows of a list and records that wait for a decision are turned over as lists are: pages, their number, and a jump."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.lists import firm
from tests.people import City
from tests.wizard import checked, said, written


@pytest.fixture
def clerk(client: Client, city: City, tmp_path: Path, settings) -> Client:
    """The city's clerk at the browser, with a folder of the test's own."""
    settings.DATA_DIR = tmp_path / "data"
    client.force_login(city.user("city"))
    return client


def test_a_preview_is_jumped_to_its_last_page_and_keeps_what_is_shown(clerk, tmp_path, monkeypatch):
    monkeypatch.setattr("core.views.imports.ROWS", 2)
    batch = checked(clerk, [firm(number) for number in range(1, 6)], tmp_path / "a.csv")
    where = reverse("import", args=[batch.pk])
    first = clerk.get(where, {"show": "new"})
    assert "页，共 3 页" in said(first)
    assert '<input type="hidden" name="show" value="new">' in said(first).partition('class="pager')[2]
    last = clerk.get(where, {"show": "new", "page": "3"}, headers={"HX-Target": "rows"})
    assert [line.number for line in last.context["lines"]] == [6]
    assert last.context["page"].number == 3
    assert 'rel="next"' not in said(last)


def test_records_that_wait_for_a_decision_are_jumped_to_by_page(clerk, tmp_path, monkeypatch):
    written(clerk, [firm(number) for number in range(1, 7)], tmp_path / "a.csv")
    batch = written(clerk, [firm(1)], tmp_path / "b.csv", as_of="2026-11-21")
    monkeypatch.setattr("core.views.decisions.PAGE", 2)
    where = reverse("import-missing", args=[batch.pk])
    first, last = clerk.get(where), clerk.get(where, {"page": "3"})
    assert "还有 <b>5</b> 家" in said(first)
    assert "页，共 3 页" in said(first)
    assert (len(first.context["lines"]), len(last.context["lines"])) == (2, 1)
    assert "以上第 5 家起 1 家，共 5 家。" in said(last), "on paper"
