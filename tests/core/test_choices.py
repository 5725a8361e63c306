"""Among very many choices one looks by the name: with script while typing, without it by sending the form."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from core.listing import choices
from core.listing.choices import Choices
from tests.people import City

PLACES = [
    ("", "全部"),
    ("1", "云溪区"),
    ("11", "　南城街道"),
    ("2", "临江区"),
    ("21", "　南城街道"),
    ("22", "　北城街道"),
]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("云溪区", "1"),
        ("11", "11"),
        ("北城", "22"),
        ("南城街道 21", "21"),
        ("南城街道", "南城街道"),
        ("城", "城"),
        ("", ""),
    ],
)
def test_what_is_typed_names_one_of_them(typed: str, key: str) -> None:
    assert Choices(PLACES).key(typed) == key


def test_a_few_are_listed_and_many_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = Choices(PLACES).widget("区划").render("region", "11")
    assert listed.count("<option") == len(PLACES)
    monkeypatch.setattr(choices, "LISTED", 4)
    searched = Choices(PLACES).widget("区划").render("region", "11")
    assert 'value="南城街道 11"' in searched
    assert searched.count("<option") == 1, "what fits"
    assert Choices(PLACES).widget("区划").render("region", "").count("<option") == 0


@pytest.mark.parametrize("page", ["/admin/orgs/organization/", "/worklists/party-organization/", "/dashboard/"])
def test_a_list_of_very_many_areas_is_narrowed_by_a_name(
    city: City, client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    browser = client_of("city")
    by_key = browser.get(page, {"region": "990102001"}).content.decode()
    monkeypatch.setattr(choices, "LISTED", 1)
    by_name = browser.get(page, {"region": "云台"}).content.decode()
    assert 'value="云台街道"' in by_name
    assert by_name.count("<tr") == by_key.count("<tr")
    some = browser.get(page, {"region": "街道"}).content.decode()
    assert '<option value="云台街道">' in some
    assert '<option value="溪口街道">' in some
