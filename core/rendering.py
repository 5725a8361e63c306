"""What stands on a page hundreds of times, drawn in plain Python: fields of forms, and cells that several lists share.

Django renders one template for each option of a drop-down and one for the attributes of each field, which took nine tenths
of the time of a form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any

from django.forms import BoundField
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString

EMPTY = "—"
WIDGETS = "django/forms/widgets/"
FIELD = '<div class="field{}">{}\n<div class="check" aria-live="polite"></div>{}{}{}</div>\n'
SETTLE = """<div class="row" role="radiogroup" aria-label="{0}用哪一个">
  <label><input type="radio" name="settled-{1}" value="={2}"> 用我的</label>
  <label><input type="radio" name="settled-{1}" value="now"> 用现在的</label>
</div>"""
INPUTS = ("checkbox", "date", "datetime", "email", "file", "hidden", "number", "password", "text", "time", "url")


def drawn(pattern: str, *values: Any) -> SafeString:
    """`format_html`, in half the time."""
    return SafeString(pattern.format(*map(_escaped, values)))


def drawn_each(pattern: str, rows: Iterable[Iterable[Any]]) -> SafeString:
    """The pattern for each row, one after another."""
    return SafeString("".join(drawn(pattern, *row) for row in rows))


class PlainRenderer(DjangoTemplates):
    """Draws fields with their labels, inputs, text areas and drop-downs; leaves the rest to the templates."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name == self.field_template_name:
            return _field(context["field"])
        draw = DRAWN.get(template_name)
        return SafeString(draw(context["widget"])) if draw else super().render(template_name, context, request)


def _field(field: BoundField) -> str:
    """One field of a form: its name, the input, what helps, what is wrong with it."""
    if field.is_hidden:
        return str(field)
    name, at, errors, form = field.label, field.id_for_label, field.errors, field.form
    if getattr(field.field.widget, "input_type", "") == "checkbox":
        head = drawn('<label for="{}">{} {}</label>', at, field, name)
    else:
        asked = field.field.required or field.field.widget.attrs.get("required")
        required = SafeString('<b class="due" title="必填">*</b>' if asked else "")
        head = drawn('<label for="{}">{}{}</label>\n{}', at, name, required, field)
    now = getattr(form, "conflicts", {}).get(field.name)  # what somebody else saved meanwhile (`core.admin.forms`)
    settle = "" if now is None else drawn(SETTLE, name, field.name, now)
    help_text = drawn('<span class="helptext" id="{}_helptext">{}</span>', field.auto_id, field.help_text)
    return drawn(FIELD, " wrong" if errors else "", head, errors or "", settle, help_text if field.help_text else "")


def _escaped(value: Any) -> str:
    """As Django escapes, without its care for texts that are not known yet: half of the time of a page."""
    return str(value) if hasattr(value, "__html__") else escape(str(value))


def _attributes(given: Mapping[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{_escaped(value)}"'
        for name, value in given.items()
        if value is not False
    )


def _input(widget: Mapping[str, Any]) -> str:
    value = "" if widget["value"] is None else f' value="{_escaped(widget["value"])}"'
    return f'<input type="{widget["type"]}" name="{_escaped(widget["name"])}"{value}{_attributes(widget["attrs"])}>'


def _text_area(widget: Mapping[str, Any]) -> str:
    text = _escaped(widget["value"] or "")
    return f'<textarea name="{_escaped(widget["name"])}"{_attributes(widget["attrs"])}>\n{text}</textarea>'


def _drop_down(widget: Mapping[str, Any]) -> str:
    parts = [f'<select name="{_escaped(widget["name"])}"{_attributes(widget["attrs"])}>']
    for group, options, _ in widget["optgroups"]:
        lines = "\n".join(
            f'<option value="{_escaped(one["value"])}"{_attributes(one["attrs"])}>{_escaped(one["label"])}</option>'
            for one in options
        )
        parts.append(f'<optgroup label="{_escaped(group)}">\n{lines}\n</optgroup>' if group else lines)
    return "\n".join([*parts, "</select>"])


DRAWN: dict[str, Callable[[Mapping[str, Any]], str]] = {
    **{f"{WIDGETS}{kind}.html": _input for kind in INPUTS},
    f"{WIDGETS}textarea.html": _text_area,
    f"{WIDGETS}select.html": _drop_down,
}


def listed_changes(changes: Iterable[Any]) -> SafeString:
    """The changes of an entry of the trail, one a line (`core.history`)."""
    cells = ((one.label, "" if one.added else f"{one.before} → ", one.after) for one in changes)
    lines = drawn_each('<li><span class="quiet">{}</span> {}{}</li>', cells)
    return SafeString(f"<ul>{lines}</ul>" if lines else EMPTY)


def masked(value: str, url: str) -> SafeString:
    """A masked value with the way to the whole one, where there is one."""
    way = '\n<a href="{0}?ask" hx-get="{0}?ask" hx-target="closest .masked" hx-swap="outerHTML">查看</a>'
    return drawn('<span class="masked">{}{}</span>', value or EMPTY, drawn(way, url) if url and value else "")
