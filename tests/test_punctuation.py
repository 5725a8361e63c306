"""Chinese sentences have full-width punctuation (GB/T 15834): in code, templates, scripts and Django's own sentences.

What the pages show is read by `tests.test_pages_hold` with the same rule.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import trans_real

from tests.texts import HALF_WIDTH

HAN = re.compile(r"[\u4e00-\u9fff]")
APPS = sorted({path.parent.name for path in settings.BASE_DIR.glob("*/__init__.py")} - {"tests", "bench"})
FILES = sorted(
    path
    for folder in (*APPS, "templates", "static")
    for path in (settings.BASE_DIR / folder).rglob("*")
    if path.suffix in {".py", ".html", ".js"} and not {"migrations", "vendor"} & set(path.parts)
)
GUIDES = sorted(path for path in (settings.BASE_DIR / "docs").glob("*.md") if HAN.search(path.open().readline()))
TAG = re.compile(r"\{#.*?#\}")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`|\]\([^)]*\)", re.S | re.M)
# names of kinds of database columns, arguments of filters, errors for programmers
NOT_SHOWN = re.compile(r"^yes,no,maybe|^Foreign Key|^Slug|^Boolean|integer$|get_absolute_url")
FULL_STOP = re.compile(r"[\u4e00-\u9fff]\.")


def literals(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every string that is no docstring and no pattern."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    patterns = {
        id(one)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "compile"
        for one in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in docstrings | patterns:
            continue
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(str(p.value) if isinstance(p, ast.Constant) else "X" for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def wrong_in(path: Path) -> list[str]:
    """Where a file's Chinese has a half-width mark."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return [f"{line}: {text}" for line, text in literals(source) if HALF_WIDTH.search(text)]
    lines = enumerate(source.splitlines(), 1)
    return [f"{number}: {line.strip()}" for number, line in lines if HALF_WIDTH.search(TAG.sub("", line))]


@pytest.mark.parametrize("folder", [*APPS, "templates", "static"])
def test_chinese_in_the_code_has_full_width_punctuation(folder: str) -> None:
    wrong = {
        str(path.relative_to(settings.BASE_DIR)): found
        for path in FILES
        if path.relative_to(settings.BASE_DIR).parts[0] == folder and (found := wrong_in(path))
    }
    assert wrong == {}


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_guides_have_it_too(path: Path) -> None:
    text = CODE.sub("令", path.read_text(encoding="utf-8"))
    assert [line for line in text.splitlines() if HALF_WIDTH.search(line)] == []


def test_sentences_of_django_have_it_too() -> None:
    with translation.override(settings.LANGUAGE_CODE):
        known = trans_real.translation(settings.LANGUAGE_CODE)._catalog  # ours before Django's
        sentences = {key: known[key] for key, _ in known.items() if key and not NOT_SHOWN.search(str(key))}
    assert len(sentences) > 100
    assert {key: text for key, text in sentences.items() if HALF_WIDTH.search(text) or FULL_STOP.search(text)} == {}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("名称,代码", True),
        ("共 3 家(其中 2 家)", True),
        ("名称：甲（集团）", False),
        ("10,001 家", False),
        ("08:30 开始", False),
        ("每 100 家, 上级", True),
    ],
)
def test_the_rule(text: str, wrong: bool) -> None:
    assert bool(HALF_WIDTH.search(text)) is wrong


def bare_amounts(source: str) -> Iterator[int]:
    """Lines that say `{amount} 元` without its thousands and fen: neither a format nor a function makes words of it."""
    for node in ast.walk(ast.parse(source)):
        parts = node.values if isinstance(node, ast.JoinedStr) else []
        for value, after in pairwise(parts):
            unit = isinstance(after, ast.Constant) and str(after.value).startswith(" 元")
            if (
                unit
                and isinstance(value, ast.FormattedValue)
                and not value.format_spec
                and not isinstance(value.value, ast.Call)
            ):
                yield node.lineno


def test_amounts_are_said_with_their_thousands() -> None:
    assert [*bare_amounts('f"{row.amount} 元"'), *bare_amounts('f"{x:,.2f} 元{y(1)} 元"')] == [1]
    found = [
        f"{path.relative_to(settings.BASE_DIR)}:{line}"
        for path in FILES
        if path.suffix == ".py"
        for line in bare_amounts(path.read_text(encoding="utf-8"))
    ]
    assert found == []
