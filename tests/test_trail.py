"""No change without an entry: one module writes what is audited (`core.writing`), which the syntax of every other tells."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.services import accounts
from core.models import AuditEntry
from core.writing import DERIVED
from orgs.services import bulk, duplicates, endings, parameters, party, regions, venues
from reports.services import gaps
from tests.people import TODAY, City
from tests.test_guards import OURS
from tests.test_locks import ACTS, Act, World

UNAUDITED = {  # why rows of these have no entry of their own
    "activities.fingerprint": "computed from the text of a record, which has entries",
    "activities.obligation": "follows from the rules and the records, which have entries; that nothing was held has one",
    "accounts.authenticator": "the second factor of an account, whose entries say when it was set up and forgotten",
    "accounts.formerpassword": "the past of a password, kept by its change, which has an entry",
    "accounts.signin": "a session of an account, whose entries say when it began and ended",
    "accounts.trusteddevice": "a phone of an account, whose entries say since when and until when it was trusted",
    "core.auditentry": "the trail itself",
    "core.auditseal": "the trail's seals",
    "core.columnmapping": "what a header was read as the last time: a suggestion for the next list",
    "core.importbatch": "a list on its way; what is written from it has entries with its number",
    "core.job": "work that waits; what it does has entries",
    "core.keptanswer": "that a conflict was settled; the record's entry says so",
    "core.listed": "which list named a record; what the list changed has entries",
    "core.missingrecord": "what a list lacked, until it is settled",
    "core.savedfilter": "a personal convenience",
    "core.stagedrow": "a row of a list on its way",
    "dues.arrears": "follows from what is due and paid, which has entries",
    "dues.due": "follows from assessments and payments, which have entries",
    "evaluations.surveysum": "what all answered together: an entry for each would say in which order they did",
    "evaluations.surveyticket": "that somebody answered: an entry would say when; how many there are has one",
    "members.formermembership": "the past of a member's place, kept by a change that has an entry with both",
    "orgs.bulkact": "an act on many with what it did, to be taken back; what it changed has entries",
    "orgs.formermanagement": "the past of an organization's committee, kept by a change that has an entry with both",
    "orgs.formerparent": "the past of a node's parent, kept by a change that has an entry with both",
    "orgs.organizationfacts": "computed from what has entries",
    "orgs.partyfacts": "computed from what has entries",
    "orgs.tally": "computed from what has entries",
    "orgs.recount": "when the facts were computed last",
    "reports.frozenchange": "copied when a month is closed, which has an entry",
    "reports.frozenfigure": "copied when a month is closed, which has an entry",
    "reports.frozennode": "copied when a month is closed, which has an entry",
    "reports.frozenplace": "copied when a month is closed, which has an entry",
    "reports.frozenunit": "copied when a month is closed, which has an entry",
}
WRITER = "core/writing.py"
THEIRS = {  # calls that the syntax does not tell from ours
    "accounts/models.py user.save": "how Django makes an account; the product opens one by its service",
    "accounts/services/sessions.py SessionStore(one.key).delete": "Django's session",
}
METHODS = frozenset(
    {
        "update", "delete", "save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
        "aupdate", "adelete", "asave", "acreate", "_raw_delete", "save_base",
    }
)  # fmt: skip
BULK = frozenset({"insert_rows", "update_rows"})
MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})
RELATED = frozenset({"add", "set", "remove", "clear"})  # of `unit.coverages`, say
SQL = re.compile(
    r"\b(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE(?: FROM)?|TRUNCATE(?: TABLE)?|COPY|MERGE INTO)\s+(?!(?:OF|ON|OR|SET)\b)(\S+)"
)
RAW = {  # module and table of every statement in SQL that writes, and what it writes: nothing that is audited
    "core/rows.py {quote(table)}": "what the writing module hands over",
    "core/numbering.py sqlite_sequence": "the next number of a table",
    "orgs/facts/refresh.py {TABLE}": "facts, computed from what has entries",
    "orgs/facts/refresh.py {ORPHANS}": "facts, computed from what has entries",
    "orgs/facts/statement.py {TABLE}": "facts, computed from what has entries",
    "orgs/facts/tally.py {TABLE}": "sums, computed from what has entries",
    "reports/services/months.py {frozen}": "a closed month, which has an entry",
}
SILENT = {  # where rows are written without entries, and why
    "activities/services/appraisals.py AppraisalGrade": "the entry of the appraisal says who was graded what",
    "activities/services/parts.py Attendance": "the entry of the record says who came",
    "activities/services/parts.py Decision": "the entry of the record has the decisions",
    "activities/services/parts.py RecordTopic": "the entry of the record has the topics",
    "activities/services/parts.py model": "the same, when they are written anew",
    "dues/services/ledger.py type(rows[0])": "the entry of the line proves what it consists of",
    "dues/services/months.py Arrears": "who is behind follows from what is due",
    "dues/services/months.py Due": "a month follows from assessments and reliefs, whose entries say so",
    "dues/services/refunds.py RefundMonth": "the entry of the refund says its months",
    "evaluations/services/rounds.py Score": "the entry of the evaluation says that it was begun, with what facts were kept",
    "evaluations/services/stages.py Score": "the entry of the evaluation has the sum",
    "orgs/sources/organizations.py Headcount": "the entry of the organization has the count",
    "orgs/sources/organizations.py Organization": "which batch a value came from, which the entry's number says",
    "reports/services/gaps.py GapAnswer": "the entry of the organization has the answer",
    "core/rotation.py model": "the same in other ciphertexts",
    "core/importing/undo.py model": "rows that go with their record, whose entry says so",
}
Kinds = frozenset[type[models.Model]]


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Production code: all of ours but migrations and the demonstration, which writes a city that nobody has yet."""
    base = Path(settings.BASE_DIR)
    for path in sorted(path for folder in OURS.values() for path in folder.rglob("*.py")):
        name = path.relative_to(base).as_posix()
        if "/migrations/" not in name and name != WRITER:
            yield name, ast.parse(path.read_text())


class Names:
    """Which models the expressions of a function may be about, as far as its own text and annotations tell."""

    def __init__(self, function: ast.AST, functions: Mapping[str, ast.expr], here: Kinds = frozenset()) -> None:
        self.known: dict[str, Kinds] = {"self": here} if here else {}
        self.functions = functions
        bound: list[tuple[ast.expr, ast.expr]] = []
        for node in ast.walk(function):
            match node:
                case ast.arg(arg=name, annotation=ast.expr() as annotation):
                    self.note(name, annotated(annotation))
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                    self.note(name, annotated(annotation))
                case ast.Assign(targets=targets, value=value):
                    bound += [(target, value) for target in targets]
                case ast.NamedExpr(target=target, value=value) | ast.For(target=target, iter=value):
                    bound.append((target, value))
                case ast.comprehension(target=target, iter=value):
                    bound.append((target, value))
        for _ in range(3):  # names that follow from names
            for target, value in bound:
                self.bind(target, value)

    def bind(self, target: ast.expr, value: ast.expr) -> None:
        """What a target is about when it is given a value."""
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            for one, other in zip(target.elts, value.elts, strict=True):
                self.bind(one, other)
        elif isinstance(target, ast.Tuple):
            for one in target.elts:
                self.bind(one, value)
        elif isinstance(target, ast.Name):
            self.note(target.id, self.of(value))

    def note(self, name: str, kinds: Kinds) -> None:
        self.known[name] = self.known.get(name, frozenset()) | kinds

    def of(self, node: ast.expr) -> Kinds:
        """The models that an expression may be about; empty where the text does not tell."""
        match node:
            case ast.Name(id=name):
                return self.known.get(name) or annotated(node)
            case ast.Attribute(value=value, attr=name):
                kinds = self.of(value)
                return frozenset().union(*(related(kind, name) for kind in kinds)) or kinds
            case ast.Call(func=ast.Name(id=name)) if name in self.functions:
                return annotated(self.functions[name])
            case ast.Call(func=ast.Name(id="list" | "sorted" | "cast" | "next"), args=[first, *_]):
                return self.of(first)
            case ast.Call(func=ast.Name() | ast.Attribute() as function):
                return self.of(function)
            case ast.Subscript(value=value) | ast.Starred(value=value) | ast.Await(value=value):
                return self.of(value)
            case ast.BoolOp(values=several) | ast.List(elts=several) | ast.Tuple(elts=several):
                return frozenset().union(*map(self.of, several))
            case ast.IfExp(body=one, orelse=other):
                return self.of(one) | self.of(other)
            case ast.ListComp(elt=one) | ast.GeneratorExp(elt=one):
                return self.of(one)
        return frozenset()


def annotated(node: ast.expr) -> Kinds:
    """The models that an annotation names."""
    text = ast.unparse(node)
    return frozenset(kind for kind in apps.get_models() if re.search(rf"\b{kind.__name__}\b", text))


def related(kind: type[models.Model], name: str) -> Kinds:
    """Where an attribute of a record or a manager leads, when it leads to records."""
    for field in kind._meta.get_fields():
        names = {field.name, getattr(field, "attname", None)}
        if isinstance(field, models.ForeignObjectRel):
            names = {field.get_accessor_name()}
        if name in names and field.related_model:
            return frozenset({field.related_model})
    return frozenset()


def writes(tree: ast.Module) -> Iterator[tuple[int, str, Kinds]]:
    """Every call that writes rows: its line, its words, and the models it may be about."""
    functions = {
        one.name: one.returns
        for one in ast.walk(tree)
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.returns is not None
    }
    seen: set[ast.Call] = set()
    for outer in [*scopes(tree), (tree, frozenset())]:
        names = Names(outer[0], functions, outer[1])
        for call in ast.walk(outer[0]):
            if not isinstance(call, ast.Call) or call in seen:
                continue
            seen.add(call)
            match call.func:
                case ast.Attribute(value=ast.Attribute(value=owner, attr=accessor), attr=name) if name in RELATED:
                    if kinds := frozenset().union(*(related(kind, accessor) for kind in names.of(owner))):
                        yield call.lineno, ast.unparse(call.func), kinds
                case ast.Attribute(value=value, attr=name) if name in METHODS:
                    if (kinds := names.of(value)) or not harmless(name, call):
                        yield call.lineno, ast.unparse(call.func), kinds
                case ast.Name(id=name) | ast.Attribute(attr=name) if name in BULK:
                    yield call.lineno, ast.unparse(call)[:60], names.of(call.args[0])


def scopes(tree: ast.Module) -> Iterator[tuple[ast.AST, Kinds]]:
    """The outermost functions and methods, these with the model whose class they are in."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            here = frozenset(kind for kind in apps.get_models() if kind.__name__ == node.name)
            yield from ((one, here) for one in node.body if isinstance(one, ast.FunctionDef))
        elif isinstance(node, ast.FunctionDef):
            yield node, frozenset()


def harmless(name: str, call: ast.Call) -> bool:
    """A dictionary takes what is given to `update` by place, a workbook `save`s to a path, a row is made without words."""
    return bool(call.args) if name in ("update", "save", "create", "delete") else False


def texts(tree: ast.Module) -> Iterator[str]:
    """Every text of a module but its docstrings; what is filled in stands in braces."""
    inner = {id(part) for one in ast.walk(tree) if isinstance(one, ast.JoinedStr) for part in one.values}
    inner |= {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    for one in ast.walk(tree):
        if isinstance(one, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else f"{{{ast.unparse(part.value)}}}"  # type: ignore[attr-defined]
                for part in one.values
            )
        elif isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in inner:
            yield one.value


def silent_writes(tree: ast.Module) -> Iterator[str]:
    """What is written as rows with no entry at all."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(("add_rows", "change_rows", "remove_rows")):
            events = next((one.value for one in call.keywords if one.arg == "events"), None)
            if isinstance(events, ast.Tuple | ast.List) and not events.elts:
                yield ast.unparse(call.args[0])


def audited(kind: type[models.Model]) -> bool:
    return kind._meta.app_label in OURS and kind._meta.label_lower not in UNAUDITED


def test_the_models_without_entries_are_models_and_have_a_reason() -> None:
    ours = {kind._meta.label_lower for kind in apps.get_models() if kind._meta.app_label in OURS}
    assert set(UNAUDITED) <= ours
    assert all(UNAUDITED.values())


def test_one_module_writes_what_is_audited() -> None:
    bare = [
        f"{module}:{line} {words}"
        for module, tree in modules()
        for line, words, kinds in writes(tree)
        if (not kinds or any(map(audited, kinds))) and f"{module} {words}" not in THEIRS
    ]
    assert bare == []


def test_no_sql_writes_what_is_audited() -> None:
    found = {f"{module} {table}" for module, tree in modules() for text in texts(tree) for table in SQL.findall(text)}
    assert found == set(RAW)


def test_rows_without_entries_are_written_where_another_entry_tells_of_them() -> None:
    assert {f"{module} {kind}" for module, tree in modules() for kind in silent_writes(tree)} == set(SILENT)


# --- what the services do ---
OWNED = {  # an entry of what they are part of may tell of them: its model, and their column that names it
    "activities.appraisalgrade": ("activities.appraisal", "appraisal_id"),
    "activities.attendance": ("activities.activityrecord", "record_id"),
    "activities.decision": ("activities.activityrecord", "record_id"),
    "activities.recordtopic": ("activities.activityrecord", "record_id"),
    "orgs.headcount": ("orgs.organization", "organization_id"),
    "reports.gapanswer": ("orgs.organization", "organization_id"),
}
ANSWER = gaps.Answer("人数不足", "联合组建", None)


def _unmerge(world: World) -> None:
    first, _, last = world.firms
    duplicates.merge(keep=last, drop=first, reason="重复", **world.told)
    first.refresh_from_db()
    duplicates.unmerge(dropped=first, reason="弄错了", **world.told)


def _dissolve(world: World) -> None:
    node = party.establish(
        by=world.by, name="中共澄州新支部", kind="branch", parent=world.city["CZ111"], code="新", on=TODAY
    )
    use = venues.uses.add(venue=world.venue, party_organization=node, since=TODAY, **world.told)
    endings.dissolve(party_organization=use.party_organization, reason="撤销", **world.told)


MORE: Mapping[str, Act] = {
    "take a merger apart": _unmerge,
    "dissolve": _dissolve,
    "hand firms over": lambda w: bulk.apply(
        change=bulk.to_committee(w.city["CZ112"], since=TODAY), organization_ids=[unit.pk for unit in w.firms], **w.told
    ),
    "answer": lambda w: gaps.answer_gaps(by=w.by, units=w.firms, answer=ANSWER, at=timezone.now()),
    "set a parameter": lambda w: parameters.set_parameter(
        code="headcount.verified_months", value=6, valid_from=TODAY, note="通知", **w.told
    ),
    "load areas": lambda w: regions.load(by=w.by, areas=[regions.Area(1, "990000000000", "改名市", "")]),
    "open an account": lambda w: accounts.open_account(by=w.by, username="new", name="新人", phone="13812345678"),
    "close an account": lambda w: accounts.close_account(user=w.city.user("leader"), by=w.by, reason="离岗"),
    "reset an account": lambda w: accounts.reset_password(user=w.city.user("leader"), by=w.by, reason="遗忘"),
    "close unused accounts": lambda w: accounts.close_unused(keep=(), at=timezone.now() + timedelta(days=200)),
}


def told_columns(kind: type[models.Model]) -> list[str]:
    """The columns of which an entry tells every change."""
    untold = DERIVED | getattr(kind, "derived", frozenset()) | getattr(kind, "secret", frozenset())
    return [field.attname for field in kind._meta.concrete_fields if field.attname not in untold]


def rows_of(kind: type[models.Model]) -> dict[str, dict[str, Any]]:
    columns = told_columns(kind)
    return {str(row.pk): {name: getattr(row, name) for name in columns} for row in kind._base_manager.all()}


def untold(before: Mapping[Any, Any], after: Mapping[Any, Any], since: int) -> list[str]:
    """Every row that came, went or differs without an entry since then that says so: its own, or its owner's."""
    told: dict[tuple[str, str], set[str]] = {}
    for entry in AuditEntry.objects.filter(pk__gt=since):
        told.setdefault((entry.model, entry.object_id), set()).update(entry.changes)
    found = []
    for kind, rows in after.items():
        label = kind._meta.label_lower
        for key in rows.keys() | before[kind].keys():
            was, now = before[kind].get(key), rows.get(key)
            of, column = OWNED.get(label, ("", ""))
            if was == now or (of and (of, str((now or was)[column])) in told):
                continue
            if (label, key) not in told:
                found.append(f"{label} {key} {'came' if was is None else 'went' if now is None else 'changed'}")
            elif was and now:
                silent = {name for name in now if was[name] != now[name]} - told[label, key]
                found += [f"{label} {key} {name}" for name in sorted(silent)]
    return sorted(found)


@pytest.fixture
def world(city: City, tmp_path: Path) -> World:
    return World(city, tmp_path)


@pytest.mark.parametrize("name", [*ACTS, *MORE])
def test_whatever_a_service_changes_stands_in_the_trail(world: World, name: str) -> None:
    kinds = [kind for kind in apps.get_models() if audited(kind)]
    before, since = {kind: rows_of(kind) for kind in kinds}, AuditEntry.objects.latest("pk").pk
    (ACTS | MORE)[name](world)
    after = {kind: rows_of(kind) for kind in kinds}
    assert untold(before, after, since) == []
    assert before != after or name in ("recount", "take a merger apart", "lay out what is due")
