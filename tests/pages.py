"""Pages as a browser reads them: the forms that they hold, filled in and ready to be sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

FILLING = {"date": "2026-11-20"}


@dataclass
class PostForm:
    """A form that writes: where it goes, what it says, and which buttons it has (address, name and value of each)."""

    action: str
    data: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def sends(self) -> list[tuple[str, dict[str, str]]]:
        """What each button sends where."""
        return [(address, self.data | said) for address, said in self.buttons or [(self.action, {})]]


def _typed(kind: str, value: str) -> str:
    """Something else than what stands there, where that is a word or a number."""
    if kind == "number":
        return "1" if value != "1" else "2"
    return f"{value}改" if kind in ("text", "") else value or FILLING.get(kind, "")


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.forms = address, list[PostForm]()
        self.form: PostForm | None = None
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take up a form, its fields and its buttons."""
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            write = said.get("method", "").lower() == "post"
            self.form = PostForm(urljoin(self.address, said.get("action", ""))) if write else None
        elif self.form is not None:
            self._field(self.form, tag, said)

    def handle_endtag(self, tag: str) -> None:
        """A form is whole."""
        if tag == "form" and self.form is not None:
            self.forms.append(self.form)
            self.form = None

    def _field(self, form: PostForm, tag: str, said: dict[str, str]) -> None:
        name, kind, value = said.get("name", ""), said.get("type", ""), said.get("value", "")
        if tag == "button" or (tag == "input" and kind == "submit"):
            address = urljoin(self.address, said["formaction"]) if "formaction" in said else form.action
            form.buttons.append((address, {name: value} if name else {}))
        elif tag == "select":
            self.select = name
            form.data.setdefault(name, "")
        elif tag == "option":
            if "selected" in said or (value and not form.data.get(self.select)):
                form.data[self.select] = value
        elif kind == "radio" or (kind == "checkbox" and "required" in said):
            form.data.setdefault(name, value or "on")
        elif tag in ("input", "textarea") and name and kind not in ("checkbox", "file"):
            kind = "number" if said.get("inputmode") == "decimal" else kind
            form.data.setdefault(name, _typed(kind, value) if "required" in said else value)


def post_forms(address: str, html: str) -> list[PostForm]:
    """The forms of a page that write, with what stands in them and something else in what must be filled in."""
    reader = _Reader(address)
    reader.feed(html)
    return reader.forms
