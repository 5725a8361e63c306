"""A walk over all pages of a role: from the addresses that there are, along the links that the pages offer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import resolve

from tests.texts import problems_of

EACH = 2  # pages of one kind that are opened
SHOWN = {"title", "placeholder", "aria-label", "data-label", "alt", "value"}  # attributes that are read
UNREAD = {"script", "style", "code"}  # elements whose text is no sentence: a digest, a key
UNTYPED = {"hidden", "checkbox", "file", "submit"}  # inputs in which Enter is not the end of a line


class Page(HTMLParser):
    """The addresses that a page offers to open (forms are posted), what is wrong with its words, and which kinds of elements
    it is made of."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.tag = address, ""
        self.links: list[str] = []
        self.wrong: list[tuple[str, str]] = []
        self.made_of: set[tuple[str, ...]] = set()
        self.buttons: list[dict[str, str]] = []  # of the form that is being read
        self.typed = False  # whether a line is typed in it

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take up the link, and read what the attributes say."""
        said = {name: text or "" for name, text in attrs}
        self.tag = tag
        self.made_of.add((tag, said.get("class", ""), *sorted(said)))
        if tag == "a" and said.get("href") and not said["href"].startswith(("#", "http", "tel:")):
            self.links.append(urljoin(self.address, said["href"]).split("#")[0])
        if tag == "form":
            self.buttons, self.typed = [], False
        elif tag == "button" and said.get("type") == "submit":
            self.buttons.append(said)
        elif tag == "input":
            self.typed = self.typed or said.get("type") not in UNTYPED
        for name in SHOWN & set(said):
            if name != "value" or (tag, said.get("type")) == ("input", "submit"):
                self._read(said[name])

    def handle_data(self, data: str) -> None:
        """Also what no one sees at once."""
        if self.tag not in UNREAD:
            self._read(data)

    def handle_endtag(self, tag: str) -> None:
        """What follows is read again. The Enter key presses the first button of a form: not one of several acts."""
        self.tag = ""
        if tag == "form" and self.typed and len(self.buttons) > 1 and not _is_harmless(self.buttons[0]):
            self.wrong.append(("enter", str(self.buttons[0].get("value"))))

    def _read(self, text: str) -> None:
        self.wrong += [(problem, " ".join(text.split())) for problem in problems_of(text)]


def _is_harmless(button: dict[str, str]) -> bool:
    """Whether it does what a form is for, keeps what was typed, or does nothing."""
    return (
        "primary" in button.get("class", "")
        or bool({"disabled", "formnovalidate"} & set(button))
        or "name" not in button
    )


@dataclass(frozen=True)
class Visit:
    """An address that was opened, the page that offered it (empty: asked for by itself) and what it answered."""

    address: str
    offered_on: str
    status: int
    text: str
    page: Page | None


@cache
def kind_of(address: str) -> tuple[str, ...]:
    """Which page it is, whatever record and values it is asked for."""
    parts = urlsplit(address)
    return (resolve(parts.path).route, *sorted(pair.split("=")[0] for pair in parts.query.split("&")))


def visits(client: Client, addresses: list[str]) -> Iterator[Visit]:
    """Open the addresses, in their order, and whatever their pages offer, some of each kind; nothing that opened twice."""
    waiting, opened = [(address, "") for address in addresses], set()
    offered = set()
    met = Counter(map(kind_of, addresses))
    while waiting:
        address, offered_on = waiting.pop(0)
        if offered_on and address in opened:
            continue
        answer = client.get(address, follow=bool(offered_on))
        text = answer.content.decode() if answer.status_code == 200 and not answer.streaming else ""
        page = Page(address) if text and "html" in answer.headers["Content-Type"] else None
        if page:
            page.feed(text)
        if answer.status_code == 200:
            opened.add(address)
        yield Visit(address, offered_on, answer.status_code, text, page)
        for link in page.links if page else ():
            if link not in offered and met[kind_of(link)] < EACH:
                met[kind_of(link)] += 1
                offered.add(link)
                waiting.append((link, address))
