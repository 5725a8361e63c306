"""The frame of a page shows each person the ways that are open to them."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from core import pages
from core.pages import NavigationEntry, links
from core.registries import Registry
from core.scope import Grant, Scope

NOTICE = "本系统为非涉密系统，严禁存储、处理、传输国家秘密"


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> None:
    registry: Registry[NavigationEntry] = Registry()
    registry.add(
        NavigationEntry("later", "后", "admin:login", "b", 20),
        NavigationEntry("first", "先", "admin:index", "a", 10),
    )
    monkeypatch.setattr(pages, "navigation", registry)


def holding(*permissions: str) -> Scope:
    """A scope with the permissions and no place."""
    return Scope(1, (Grant("TEST", frozenset(permissions), 1, "1", frozenset()),))


def test_links_come_in_order_and_only_with_their_permission(entries: None) -> None:
    assert [link.title for link in links(holding("a", "b"), "/")] == ["先", "后"]
    assert [link.title for link in links(holding("b"), "/")] == ["后"]
    assert links(Scope(0), "/") == []
    assert links(None, "/") == []


def test_the_longest_address_above_the_page_is_the_current_one(entries: None) -> None:
    assert [link.current for link in links(holding("a", "b"), "/admin/login/?next=/")] == [False, True]
    assert [link.current for link in links(holding("a", "b"), "/admin/orgs/")] == [True, False]


def test_an_entry_is_current_where_else_its_pages_lie(entries: None) -> None:
    pages.navigation.add(NavigationEntry("branch", "支部", "logout", "c", also="/party/"))
    assert [link.current for link in links(holding("a", "c"), "/party/7/")] == [False, True]
    assert [link.current for link in links(holding("a"), "/party/7/")] == [False]


@pytest.mark.django_db
@pytest.mark.parametrize("template", ["400.html", "403.html", "404.html", "500.html", "503.html", "403_csrf.html"])
def test_an_error_page_says_what_next_under_the_notice_of_every_page(template: str) -> None:
    page = render_to_string(template, request=RequestFactory().get("/"))
    assert NOTICE in page
    assert "回到首页" in page
