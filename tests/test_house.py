"""The house keeps its own rules (docs/architecture.md): what a reviewer would otherwise have to look for every time."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands
from django.db.models import Model

from core.audit_words import actions

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
OWN_APPS = PROJECT["tool"]["importlinter"]["root_packages"]
MODULE_LINES = 400
FUNCTION_LINES = 50
PLAIN = 6  # statements of a function that its name and types may explain
FEW = 6  # words
TOLD_BY_THE_CLASS = (".get", ".post", ".handle")
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
SWITCHED_OFF = re.compile(r"pytest\.(mark\.)?(skip|xfail|importorskip)|@unittest\.skip")
FOREIGN_ADDRESS = re.compile(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", re.IGNORECASE)
WRITTEN_BY_CODE_ALONE = {
    "tally_figure",
    "frozen_change_once",
    "frozen_figure_goes_on_once",
    "frozen_node_goes_on_once",
    "frozen_place_goes_on_once",
    "frozen_unit_goes_on_once",
    "column_mapping_once",
    "job_once_a_day",
    "listed_once",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources(*suffixes: str) -> list[Path]:
    """Files of the project by suffix, without what others wrote and what Django generates."""
    names = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    paths = [ROOT / name for name in names if name.endswith(suffixes)]
    return [path for path in paths if path.exists() and "vendor" not in path.parts and "migrations" not in path.parts]


MODULES = [path for path in sources(".py") if path.relative_to(ROOT).parts[0] in OWN_APPS]


def homes_of_logic() -> list[Path]:
    """core, and every app's rules, queries and services."""
    return [
        p
        for p in MODULES
        if p.relative_to(ROOT).parts[0] == "core" or {"rules", "queries", "services"} & set(p.with_suffix("").parts)
    ]


def public_functions(path: Path) -> Iterator[tuple[str, Function]]:
    """Functions and methods that others may call, with their names."""
    module = ast.parse(path.read_text())
    holders: list[tuple[str, list[ast.stmt]]] = [("", module.body)]
    classes = [node for node in module.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    holders += [(f"{node.name}.", node.body) for node in classes]
    for prefix, body in holders:
        for node in body:
            if isinstance(node, Function) and not node.name.startswith("_"):
                yield prefix + node.name, node


def by_path(path: Path) -> str:
    """The test's name for a file."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", sources(".py", ".html", ".css", ".js", ".md", ".toml", "Makefile", "run"), ids=by_path)
def test_nothing_is_left_for_later_or_switched_off(path):
    text = path.read_text()
    assert not UNFINISHED.search(text)
    if path != Path(__file__):
        assert not SWITCHED_OFF.search(text)


@pytest.mark.parametrize("path", sources(".css", ".js"), ids=by_path)
def test_styles_and_scripts_load_nothing_from_elsewhere(path):
    assert not FOREIGN_ADDRESS.search(path.read_text())


@pytest.mark.parametrize("path", MODULES, ids=by_path)
def test_a_module_stays_readable(path):
    assert len(path.read_text().splitlines()) <= MODULE_LINES
    tree = ast.parse(path.read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    long = {f.name: f.end_lineno - f.lineno + 1 for f in functions if f.end_lineno - f.lineno >= FUNCTION_LINES}
    assert not long
    assert ast.get_docstring(tree) or not tree.body, "a module says what it is for"


@pytest.mark.parametrize("path", homes_of_logic(), ids=by_path)
def test_what_others_call_is_typed_and_what_is_long_says_what_it_means(path):
    for name, function in public_functions(path):
        arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        bare = [a.arg for a in arguments if a.annotation is None and a.arg not in ("self", "cls")]
        assert not bare, f"{name}: arguments without a type"
        assert function.returns is not None, f"{name}: no type of the result"
        told = len(function.body) <= PLAIN or name.endswith(TOLD_BY_THE_CLASS) or ast.get_docstring(function)
        assert told, f"{name}: no docstring"


def bound(tree: ast.AST) -> Iterator[tuple[str, int, ast.AST | None]]:
    """Each name that is given a value, with its line and the value, where there is a single one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.For | ast.comprehension):
            plain = isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
            whole = node.value if plain or isinstance(node, ast.AnnAssign | ast.NamedExpr) else None
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                names = [
                    one for one in ast.walk(target) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
                ]
                yield from ((one.id, one.lineno, whole) for one in names)
        elif isinstance(node, ast.arguments):
            yield from ((one.arg, one.lineno, None) for one in (*node.posonlyargs, *node.args, *node.kwonlyargs))


@pytest.mark.parametrize("path", MODULES, ids=by_path)
def test_a_name_says_what_it_holds(path):
    """`told` are the keywords that a service or a form is told, nothing else; `said` holds anything, so nothing is called so."""
    for name, line, value in bound(ast.parse(path.read_text())):
        assert name != "said", f"line {line}"
        assert name != "told" or isinstance(value, ast.Dict | ast.DictComp | ast.IfExp | ast.BinOp), f"line {line}"


FILLERS = frozenset(
    [
        "a",
        "all",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "by",
        "can",
        "do",
        "each",
        "every",
        "for",
        "from",
        "has",
        "have",
        "how",
        "in",
        "into",
        "is",
        "it",
        "its",
        "itself",
        "many",
        "much",
        "no",
        "none",
        "not",
        "now",
        "of",
        "off",
        "on",
        "one",
        "only",
        "or",
        "other",
        "out",
        "own",
        "so",
        "that",
        "the",
        "their",
        "them",
        "there",
        "they",
        "this",
        "to",
        "up",
        "was",
        "were",
        "what",
        "when",
        "where",
        "whether",
        "which",
        "who",
        "whom",
        "whose",
        "with",
    ]
)


def words_of(text: str) -> set[str]:
    """Words without their endings, and without those that say nothing."""
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).replace("_", " ").lower())
    return {re.sub(r"(?<=..[a-z])(ings?|ie[sd]|e[sd]|s|e|y)$", "", word) for word in words if word not in FILLERS}


def repeats_a_name(node: ast.AST, around: str) -> bool:
    """Whether a docstring of few words has at most two that do not stand in the name, what is around it, or the
    signature."""
    said = ast.get_docstring(node) or ""
    if not said or not said.isascii() or "\n" in said or len(said.split()) > FEW or re.search(r"[§\d`/:;,]", said):
        return False
    names = f"{around} {node.name}"
    if isinstance(node, Function):
        names += ast.unparse(node.args) + (ast.unparse(node.returns) if node.returns else "")
    return len(words_of(said) - words_of(names)) < 3


@pytest.mark.parametrize("path", MODULES, ids=by_path)
def test_a_docstring_says_what_the_name_does_not(path):
    assert [f"{line}: {name}" for name, line in noise(path)] == []


def noise(path: Path) -> Iterator[tuple[str, int]]:
    """Name and line of what has a docstring that could be left out."""
    around = " ".join(path.relative_to(ROOT).with_suffix("").parts)
    for holder in ast.walk(ast.parse(path.read_text())):
        for node in getattr(holder, "body", []) if isinstance(holder, ast.Module | ast.ClassDef) else []:
            if isinstance(node, ast.ClassDef | Function) and len(node.body) > 1:
                above = f"{around} {holder.name}" if isinstance(holder, ast.ClassDef) else around
                if repeats_a_name(node, above):
                    yield node.name, node.body[0].lineno


@pytest.mark.parametrize("path", [p for p in MODULES if "services" in p.with_suffix("").parts], ids=by_path)
def test_services_take_keywords_and_never_a_request(path):
    for name, function in public_functions(path):
        taken = [a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
        assert "request" not in taken, name


@pytest.mark.parametrize("path", MODULES, ids=by_path)
def test_every_action_in_the_trail_has_a_name_in_chinese(path):
    written = re.findall(r'(?:action=|Event\(\s*)"([a-z_]+\.[a-z_]+)"', path.read_text())
    assert [code for code in written if code not in actions] == []


def test_every_app_is_under_the_import_contract_and_the_type_checker():
    own = {config.name for config in apps.get_app_configs() if (ROOT / config.name).is_dir()}
    assert {*own, "config"} == set(OWN_APPS) == set(PROJECT["tool"]["mypy"]["packages"])
    contracts = {one["id"]: one for one in PROJECT["tool"]["importlinter"]["contracts"]}
    layers = contracts["order"]["layers"]
    assert {name.strip() for layer in layers for name in layer.split("|")} == set(OWN_APPS)
    assert {*contracts["circles"]["ancestors"], "config"} == set(OWN_APPS)


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_every_dependency_is_locked(lock):
    wanted = PROJECT["project"]["dependencies"] + (PROJECT["dependency-groups"]["dev"] if "dev" in lock else [])
    locked = set(re.findall(r"^([a-z0-9-]+)(?:\[.*\])?==", (ROOT / lock).read_text(), re.MULTILINE))
    assert {re.match(r"[A-Za-z0-9-]+", line)[0].lower() for line in wanted} <= locked


OWN_MODELS = [model for model in apps.get_models() if model._meta.app_label in OWN_APPS]


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model._meta.label)
def test_a_constraint_that_a_person_may_break_is_explained_in_chinese(model: type[Model]):
    for constraint in model._meta.constraints:
        if constraint.name in WRITTEN_BY_CODE_ALONE:
            continue
        assert constraint.violation_error_message != constraint.default_violation_error_message, constraint.name


@pytest.mark.parametrize("path", sources(".md"), ids=by_path)
def test_documents_link_to_what_is_there(path):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text()):
        assert (path.parent / target).exists(), target


NAMED = re.compile(rf"`((?:{'|'.join(OWN_APPS)})[./][\w./]+)`")
COMMAND = re.compile(r"manage\.py ([a-z_]+)")


def is_there(name: str) -> bool:
    """Whether a file, a module, or a name of a module is there."""
    if "/" in name:
        return (ROOT / name).exists()
    *module, last = name.split(".")
    place = ROOT.joinpath(*module)
    if place.joinpath(last).is_dir() or place.joinpath(f"{last}.py").exists():
        return True
    files = [*place.rglob("*.py")] if place.is_dir() else [path for path in [place.with_suffix(".py")] if path.exists()]
    return any(re.search(rf"\b{last}\b", path.read_text()) for path in files)


@pytest.mark.parametrize("path", sources(".md"), ids=by_path)
def test_documents_name_modules_and_commands_that_are_there(path):
    text = path.read_text()
    assert [name for name in NAMED.findall(text) if not is_there(name)] == []
    assert set(COMMAND.findall(text)) <= set(get_commands())


RULES = {int(number) for number in re.findall(r"^## §(\d+)", (ROOT / "docs" / "rules.md").read_text(), re.M)}
CITED = re.compile(r"rules §(\d+)(?:(?:, | and )§(\d+))?")
ELSEWHERE = re.compile(r"\b(?:DESIGN|domain(?:\.md)?) §|\b(?:DESIGN|domain|pages|examples)\.md\b")


@pytest.mark.parametrize("path", sources(".py"), ids=by_path)
def test_every_rule_that_code_cites_stands_in_the_repository(path):
    text = path.read_text()
    cited = {int(number) for numbers in CITED.findall(text) for number in numbers if number}
    assert cited <= RULES
    assert path == Path(__file__) or ELSEWHERE.findall(text) == []
