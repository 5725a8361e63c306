"""评定批次: set up with its timetable, opened with the facts and automatic points of everybody in it, published, and made final,
after which nothing of it changes any more (rules §15)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.permissions import Permission as P
from activities.queries.branches import branches
from core import writing
from core.formats import some
from core.id_sets import among
from core.jobs import Progress
from core.locks import alone_with, hold
from core.parameters import values_on
from core.refusals import Refusal, refuse
from core.rows import analyze
from core.scope import subtree
from evaluations.choices import Category
from evaluations.criteria.registry import keys
from evaluations.models import Evaluation, Exempt, Extra, Objection, Round, Rubric, Score, Stage
from evaluations.models.rounds import deadline
from evaluations.queries.results import differences
from evaluations.queries.rubrics import categories_of, items_of
from evaluations.queries.scores import known, vetoes
from evaluations.rules.meetings import is_aged
from evaluations.rules.rounds import LABELS, notice_until, times
from members.models import Member
from members.services.separation import require_seat
from orgs.facts import refresh
from orgs.models import Coverage, PartyOrganization
from orgs.models.party import steps

State = Round.State
PREPARE, EDIT, DISCARD = "evaluations.round_prepare", "evaluations.round_edit", "evaluations.round_discard"
OPEN, PUBLISH, FINALISE = "evaluations.round_open", "evaluations.round_publish", "evaluations.round_finalise"
DEADLINES = tuple(map(deadline, LABELS))
CHUNK = 1_000  # branches or members of which facts and records are in memory at once
NAMED = 5
SCORE = ("evaluation_id", "criterion_id", "fact", "auto", "excluded")


@transaction.atomic
def prepare(*, by: User, node: PartyOrganization, values: Mapping[str, Any], on: date) -> Round:
    """Say who is evaluated (`name`, `subject`), of which time, and until when each stage is taken."""
    require_seat(by, P.EVALUATIONS_DECIDE, node, on=on)
    row = Round(node=node, **values)
    alone_with("evaluations.round")
    _require_sound(row)
    writing.add(by=by, record=row, action=PREPARE, on=on)
    return row


@transaction.atomic
def edit(*, by: User, row: Round, values: Mapping[str, Any], on: date) -> Round:
    """Mend what is prepared; once it is open, deadlines alone, which only move back."""
    row = _locked(by, row, on, State.PREPARED, State.OPEN)
    if row.state == State.OPEN and (moved := values.keys() - set(DEADLINES)):
        names = "、".join(map(_label, sorted(moved)))
        raise Refusal(f"评定已开始，只能推迟截止日期，不能再改{names}")
    for name in DEADLINES if row.state == State.OPEN else ():
        if name in values and values[name] < getattr(row, name):
            raise Refusal(f"{_label(name)}只能推迟，原为 {getattr(row, name)}")
    writing.change(by=by, record=row, values=values, action=EDIT, on=on)
    _require_sound(row)
    return row


@transaction.atomic
def discard(*, by: User, row: Round, on: date) -> None:
    """Take away what was not opened."""
    row = _locked(by, row, on, State.PREPARED)
    writing.remove_many(Round.objects.filter(pk=row.pk), by=by, action=DISCARD)


@transaction.atomic
def open_(*, by: User, row: Round, on: date, progress: Progress | None = None) -> int:
    """Take in all branches, or members, below the node, each with the rubric in force on the last day of the time, its facts with
    the records that prove them, and the points that follow; returns how many."""
    row = _locked(by, row, on, State.PREPARED)
    refuse(waits_for(row, on))
    subjects, progress, count = _subjects(row), progress or Progress(), 0
    rubrics, whole = _rubrics(row, subjects), sum(map(len, subjects.values()))
    if not whole:
        raise Refusal(f"{row.node}以下没有可以评定的{row.get_subject_display()}")
    for category, chunk in _chunks(subjects):
        writing.add_many(list(_begun(row, rubrics[category], _those(row, chunk))), by=by, action=OPEN, on=on)
    analyze(Evaluation)  # else the checks of each score, planned for an empty table, read all of it
    for category, chunk in _chunks(subjects):
        _score(by, row, rubrics[category], chunk, on)
        count += len(chunk)
        progress.step(count, whole, f"列入{category.label}")
    writing.change(by=by, record=row, values={"state": State.OPEN, "opened_on": on}, action=OPEN, on=on)
    return whole


@transaction.atomic
def publish(*, by: User, row: Round, on: date) -> Round:
    """公示: name and unit of whoever reached five goods, for five working days or more."""
    row = _locked(by, row, on, State.OPEN)
    refuse(waits_for(row, on))
    until = notice_until(on, int(values_on(on)["five.notice_days"]))
    values = {"state": State.NOTICE, "notice_on": on, "notice_until": until}
    writing.change(by=by, record=row, values=values, action=PUBLISH, on=on)
    return row


@transaction.atomic
def finalise(*, by: User, row: Round, on: date) -> Round:
    """Let the results hold: after the 公示, with every objection answered, and only what follows anew from what was kept."""
    row = _locked(by, row, on, State.NOTICE)
    refuse(waits_for(row, on))
    if wrong := list(differences(row.evaluations.all())):
        cells = some(wrong, most=NAMED)
        raise Refusal(f"重新计算与登记的结果不一致，共 {len(wrong)} 处，请报告系统管理员和审计管理员：{cells}")
    values = {"state": State.FINAL, "final_on": on, "final_by": by}
    writing.change(by=by, record=row, values=values, action=FINALISE, on=on)
    stand = ("party_organization", "member__party_organization")  # a member may have moved meanwhile
    refresh((), on=on, nodes={key for keys in row.evaluations.values_list(*stand) for key in keys if key})
    return row


def waits_for(row: Round, on: date) -> str:
    """What the next act of a round waits for; empty where it may be done."""
    match row.state:
        case State.PREPARED if on <= row.last_day:
            return f"评定期间到 {row.last_day} 结束，结束以后才能开始，以免评定中途记录还在变化"
        case State.PREPARED if on > row.self_until:
            return f"自评截止日期 {row.self_until} 已过，请先推迟截止日期再开始，以免没有自评就能审定"
        case State.OPEN:
            waiting = row.evaluations.exclude(stage=Stage.REVIEWED)
            if number := waiting.count():
                first = list(waiting.order_by("pk").values_list("name", flat=True)[: NAMED + 1])
                return f"还有 {number} 个{row.get_subject_display()}没有审定，不能公示：{some(first, most=NAMED)}"
        case State.NOTICE if row.notice_until is None or on <= row.notice_until:
            return f"公示到 {row.notice_until} 结束，结束以后才能确定结果"
        case State.NOTICE:
            if number := Objection.objects.filter(evaluation__round=row, outcome="").count():
                return f"还有 {number} 件异议没有答复，答复以后才能确定结果"
    return ""


def _locked(by: User, row: Round, on: date, *states: str) -> Round:
    """The round as it is, in one of these states, of whoever leads it. Raises Refusal."""
    hold(Round, [row.pk])
    row = Round.objects.select_related("node").get(pk=row.pk)
    require_seat(by, P.EVALUATIONS_DECIDE, row.node, on=on)
    if row.state not in states:
        raise Refusal(f"“{row}”现在是“{row.get_state_display()}”，不能办理这一步")
    return row


def _label(name: str) -> str:
    field: Any = Round._meta.get_field(name)
    return str(field.verbose_name)


# --- who takes part ---
def _require_sound(row: Round) -> None:
    if row.span not in times(row.first_day.year):
        raise Refusal("评定期间第一天和最后一天须是一个整年，或上半年、下半年")
    row.clean_fields()
    row.validate_constraints()
    others = _around(row).select_related("node")
    for other in others.filter(subtree(row.node.path, "node__path")) | others.filter(node__in=steps(row.node.path)):
        raise Refusal(f"{other.node}的“{other}”已包括这段期间，同一对象不重复评定")


def _around(row: Round) -> QuerySet[Round]:
    """Other rounds of the same kind and time, wherever they are held."""
    around = Round.objects.filter(subject=row.subject, first_day__lte=row.last_day, last_day__gte=row.first_day)
    return around.exclude(pk=row.pk)


def size(row: Round) -> int:
    """How many are in it, or would be."""
    return (_taking_part(row) if row.state == State.PREPARED else row.evaluations).count()


def _taking_part(row: Round) -> QuerySet[Any]:
    """Branches that stood on the last day and still stand, or the members on their roll; whoever came from elsewhere after a round
    of the same time took him in there is in that one."""
    stood = branches().filter(subtree(row.node.path)).exclude(established_on__gt=row.last_day)
    found: QuerySet[Any] = stood
    if row.of_members:
        found = Member.objects.on_the_roll().filter(party_organization__in=stood.order_by().values("pk"))
    taken = Evaluation.objects.filter(round__in=_around(row)).order_by()
    return found.exclude(pk__in=taken.values("member" if row.of_members else "party_organization"))


def _subjects(row: Round) -> dict[Category, list[int]]:
    """Their keys by category, in their order."""
    if row.of_members:
        return {Category.MEMBER: sorted(keys(_taking_part(row)))}
    found: dict[Category, list[int]] = defaultdict(list)
    for key, category in sorted(categories_of(_taking_part(row), on=row.last_day).items()):
        found[category].append(key)
    return found


def _rubrics(row: Round, categories: Iterable[Category]) -> dict[str, Rubric]:
    """Of each category the one in force on the last day of the time. Raises Refusal."""
    found = {one.category: one for one in Rubric.objects.in_force(row.last_day)}
    for category in categories:
        if category not in found:
            raise Refusal(f"{category.label}在 {row.last_day} 没有施行的评分办法，请先发布")
    return found


def _chunks(subjects: Mapping[Category, Sequence[int]]) -> Iterator[tuple[Category, Sequence[int]]]:
    for category, found in subjects.items():
        for first in range(0, len(found), CHUNK):
            yield category, found[first : first + CHUNK]


def _those(row: Round, chosen: Sequence[int]) -> QuerySet[Any]:
    of: Any = Member if row.of_members else PartyOrganization
    return of.objects.filter(pk__in=among(chosen))


def _score(by: User, row: Round, rubric: Rubric, chosen: Sequence[int], on: date) -> None:
    """So many at once, in a constant number of queries for each criterion."""
    subjects, whose = _those(row, chosen), "member" if row.of_members else "party_organization"
    begun = row.evaluations.filter(**{f"{whose}__in": among(chosen)}, exempt="")
    owners = {getattr(one, f"{whose}_id"): one for one in begun}
    for item in items_of(rubric):
        (facts, records), rows = known(item, subjects, row.span, on=on), []
        for key, owner in owners.items():
            fact = facts.get(key)
            auto, excluded = item.worked_out(fact)
            kept = fact.kept(records.get(key, ())) if fact else {}
            rows.append([owner.pk, item.row.pk, kept, auto, excluded])
        writing.add_rows(Score, SCORE, rows, by=by, events=())  # their evaluation's entry tells of them
    told = {"kind": Extra.Kind.VETO, "text": "系统中的记录", "added_on": on}
    extras = [
        Extra(evaluation=owners[key], code=code, what=what, **told)
        for key, found in vetoes(rubric, subjects, row.span, on=on).items()
        for code, what in found.items()
        if key in owners
    ]
    writing.add_many(extras, by=by, action=OPEN, on=on)


def _begun(row: Round, rubric: Rubric, subjects: QuerySet[Any]) -> Iterator[Evaluation]:
    if row.of_members:
        yield from _members_begun(row, rubric, subjects)
        return
    units: dict[int, list[str]] = defaultdict(list)
    covered = Coverage.objects.on(row.last_day).filter(party_organization__in=subjects.order_by().values("pk"))
    for key, name in covered.order_by("pk").values_list("party_organization", "organization__name"):
        units[key].append(name)
    for one in subjects.order_by("pk"):
        named = units[one.pk]
        unit = f"{named[0]}等 {len(named)} 家" if len(named) > 1 else "".join(named)
        yield Evaluation(round=row, rubric=rubric, party_organization=one, name=one.name, unit=unit[:200])


def _members_begun(row: Round, rubric: Rubric, members: QuerySet[Member]) -> Iterator[Evaluation]:
    """Who is old enough on the last day keeps no score."""
    years = int(values_on(row.last_day)["five.exempt_age"])
    for one in members.select_related("party_organization").order_by("pk"):
        branch, made = one.party_organization, Evaluation(round=row, rubric=rubric, member=one, name=one.name)
        made.party_organization, made.unit = branch, branch.name
        if is_aged(one.born_on, on=row.last_day, years=years):
            made.exempt, made.stage = Exempt.AGE, Stage.REVIEWED
        yield made
