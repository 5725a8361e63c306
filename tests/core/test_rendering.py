"""Fields are drawn in Python exactly as Django's templates draw them, and nothing that was typed becomes markup."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from core.rendering import PlainRenderer, drawn, masked

BAD = '"><script>alert(1)</script>&'
CHOICES = [("", "全部"), ("a", BAD), ("组", [("b", "乙"), (BAD, "丙")])]


class Everything(forms.Form):
    """A field of every kind that is drawn in Python."""

    text = forms.CharField(required=True, max_length=40, help_text="说明")
    number = forms.IntegerField(min_value=0)
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    ticked = forms.BooleanField()
    long = forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "aria-label": BAD}))
    choice = forms.ChoiceField(choices=CHOICES)
    several = forms.MultipleChoiceField(choices=CHOICES)
    hidden = forms.CharField(widget=forms.HiddenInput)
    secret = forms.CharField(widget=forms.PasswordInput)
    file = forms.FileField(widget=forms.FileInput)


def spelled(markup: str) -> str:
    """Without the white space between elements."""
    return re.sub(r">\s+<", "><", markup).strip()


@pytest.mark.parametrize("name", Everything.base_fields)
@pytest.mark.parametrize(
    "sent",
    [{}, {"text": BAD, "number": "x", "day": "2026-11-26", "ticked": "on", "long": BAD, "choice": "a", "hidden": BAD}],
)
def test_a_field_looks_as_djangos_templates_draw_it(name: str, sent: dict[str, str]) -> None:
    plain, theirs = (Everything(sent, renderer=renderer())[name] for renderer in (PlainRenderer, DjangoTemplates))
    assert spelled(str(plain)) == spelled(str(theirs))
    assert "<script>" not in str(plain)


def test_what_is_drawn_is_escaped_once() -> None:
    assert drawn("<b>{}</b>", drawn("<i>{}</i>", "<")) == "<b><i>&lt;</i></b>"
    assert "<script>" not in masked(BAD, BAD)
