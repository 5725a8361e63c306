"""What waits in a round that is open: 自评 for the branch, 复核 for the committee above it, 审定 for the department, and objections
to answer, surveys to close; what branches applied for, proposals to decide, objections to their list; 示范点 to look at anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Min, Q, QuerySet
from django.urls import reverse

from accounts.permissions import Permission as P
from core.due import DueItem, DueKind, due_kinds
from core.scope import Scope
from evaluations.models import AwardObjection, Evaluation, Objection, Proposal, Round, Site, Stage, Survey
from evaluations.models.rounds import deadline
from evaluations.rules.awards import RECHECK_BEFORE

LIST = "/evaluations/"


def _waiting(stage: Stage) -> QuerySet[Evaluation]:
    rows = Evaluation.objects.filter(round__state=Round.State.OPEN, stage=stage).select_related("round")
    return rows.order_by(f"round__{deadline(stage)}", "pk")


def _together(rows: Any) -> QuerySet[Evaluation]:
    """Members of a branch wait together: the first of them stands for all."""
    of_branches = rows.filter(member__isnull=False).order_by().values("round", "party_organization")
    firsts = of_branches.annotate(first_=Min("pk")).values("first_")
    found: QuerySet[Evaluation] = rows.filter(Q(member=None) | Q(pk__in=firsts)).as_narrowed()
    return found


def _own(scope: Scope, on: date) -> QuerySet[Evaluation]:
    nodes = [grant.node_id for grant in scope.having(P.EVALUATIONS_SCORE).grants]
    return _together(_waiting(Stage.SELF).filter(party_organization__in=nodes))


def _right_below(scope: Scope, branch: str) -> Q:
    """Branches right below the reader, or below a 党总支 there: a district is not told of every branch of its streets."""
    nodes = [grant.node_id for grant in scope.having(P.EVALUATIONS_REVIEW).grants]
    of_general = {f"{branch}__parent__parent__in": nodes, f"{branch}__parent__kind": "general_branch"}
    return Q(**{f"{branch}__parent__in": nodes}) | Q(**of_general)


def _street(scope: Scope, on: date) -> QuerySet[Evaluation]:
    return _together(_waiting(Stage.STREET).filter(_right_below(scope, "party_organization")))


def _surveys(scope: Scope, on: date) -> QuerySet[Survey]:
    """Those that take no more answers and were not closed: 审定 waits for them."""
    rows = Survey.objects.running().filter(_right_below(scope, "evaluation__party_organization"), until__lt=on)
    return rows.select_related("evaluation__round").order_by("until", "pk").as_narrowed()  # type: ignore[no-any-return]


def _to_close(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        one = row.evaluation
        what = f"{one.round}：满意度测评已截止，请结束"
        yield DueItem(one.name, what, row.until, reverse("survey", args=[one.pk]), "结束")


def _department(scope: Scope, on: date) -> QuerySet[Evaluation]:
    granted = scope.having(P.EVALUATIONS_DECIDE)
    return _together(_waiting(Stage.DEPARTMENT).filter(granted.path_filter("party_organization__path")))


def _steps(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        act, there, name = row.act_of(row.stage), reverse("evaluation", args=[row.pk]), row.name
        if row.member_id:
            name, there = row.unit, reverse("round_meeting", args=[row.round_id, row.party_organization_id])
        yield DueItem(name, f"{row.round}：{act}", row.round.until[row.stage], there, act)


def _objections(scope: Scope, on: date) -> QuerySet[Objection]:
    granted = scope.having(P.EVALUATIONS_DECIDE)
    rows = Objection.objects.filter(outcome="", evaluation__round__state=Round.State.NOTICE)
    found = rows.filter(granted.path_filter("evaluation__party_organization__path")).exclude(entered_by=scope.user_id)
    return found.select_related("evaluation__round").order_by("evaluation__round__notice_until", "pk").as_narrowed()  # type: ignore[attr-defined,no-any-return]


def _to_answer(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        one = row.evaluation
        what = f"{one.round}：异议待答复"
        yield DueItem(one.name, what, one.round.notice_until, reverse("evaluation", args=[one.pk]), "答复")


def _proposed(scope: Scope, on: date) -> QuerySet[Proposal]:
    """But for what one proposed oneself."""
    granted = scope.having(P.EVALUATIONS_DECIDE)
    rows = Proposal.objects.filter(granted.path_filter("commendation__node__path"), state=Proposal.State.PROPOSED)
    rows = rows.exclude(proposed_by=scope.user_id).select_related("commendation")
    return rows.order_by("commendation__propose_until", "pk").as_narrowed()  # type: ignore[attr-defined,no-any-return]


def _open(on: date, **of: Any) -> QuerySet[Proposal]:
    """As long as there is time for them."""
    rows = Proposal.objects.filter(commendation__notice_on=None, commendation__propose_until__gte=on, **of)
    return rows.select_related("commendation").order_by("commendation__propose_until", "pk")


def _applied(scope: Scope, on: date) -> QuerySet[Proposal]:
    """Right below the reader, or where the reader serves: of instructors and units."""
    nodes = [grant.node_id for grant in scope.having(P.EVALUATIONS_REVIEW).grants]
    here = _right_below(scope, "party_organization") | Q(party_organization__in=nodes)
    return _open(on, state=Proposal.State.APPLIED).filter(here).as_narrowed()  # type: ignore[attr-defined,no-any-return]


def _given_back(scope: Scope, on: date) -> QuerySet[Proposal]:
    nodes = [grant.node_id for grant in scope.having(P.EVALUATIONS_SCORE).grants]
    return _open(on, state=Proposal.State.RETURNED, branch__in=nodes).as_narrowed()  # type: ignore[attr-defined,no-any-return]


def _to_forward(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        held = row.commendation
        what, act = ("申报待推荐", "推荐") if row.state == Proposal.State.APPLIED else ("申报被退回", "修改")
        yield DueItem(str(row), f"{held}：{what}", held.propose_until, reverse("proposal", args=[row.pk]), act)


def _to_decide(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        held = row.commendation
        yield DueItem(str(row), f"{held}：推荐待审定", held.propose_until, reverse("proposal", args=[row.pk]), "审定")


def _against(scope: Scope, on: date) -> QuerySet[AwardObjection]:
    """But for what one entered oneself."""
    rows = AwardObjection.objects.changeable(scope).filter(outcome="").exclude(entered_by=scope.user_id)
    return rows.select_related("proposal__commendation").order_by("proposal__commendation__notice_until", "pk")  # type: ignore[no-any-return]


def _to_reply(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        held = row.proposal.commendation
        url = reverse("commendation", args=[held.pk])
        yield DueItem(str(row.proposal), f"{held}：异议待答复", held.notice_until, url, "答复")


def _expiring(scope: Scope, on: date) -> QuerySet[Site]:
    rows = Site.objects.changeable(scope, P.EVALUATIONS_DECIDE).named()  # type: ignore[attr-defined]
    return rows.filter(expires_on__lte=on + RECHECK_BEFORE).order_by("expires_on", "pk")  # type: ignore[no-any-return]


def _to_recheck(rows: Iterable[Any], scope: Scope, on: date) -> Iterator[DueItem]:
    for row in rows:
        url = reverse("admin:evaluations_site_change", args=[row.pk])
        yield DueItem(row.name, "示范点有效期将满，复核或撤销", row.expires_on, url, "复核")


due_kinds.add(
    DueKind("evaluations.self", "待自评", P.EVALUATIONS_SCORE, _own, "round__self_until", _steps, f"{LIST}?stage=SELF"),
    DueKind(
        "evaluations.street", "评定待复核", P.EVALUATIONS_REVIEW, _street, "round__street_until", _steps, f"{LIST}?stage=STREET"
    ),
    DueKind("evaluations.surveys", "满意度测评待结束", P.EVALUATIONS_REVIEW, _surveys, "until", _to_close, LIST),
    DueKind(
        "evaluations.department", "评定待审定", P.EVALUATIONS_DECIDE, _department, "round__department_until", _steps,
        f"{LIST}?stage=DEPARTMENT",
    ),
    DueKind(
        "evaluations.objections", "异议待答复", P.EVALUATIONS_DECIDE, _objections, "evaluation__round__notice_until", _to_answer,
        "/rounds/",
    ),
    DueKind(
        "awards.returned", "申报被退回", P.EVALUATIONS_SCORE, _given_back, "commendation__propose_until", _to_forward,
        "/admin/evaluations/proposal/?state=RETURNED",
    ),
    DueKind(
        "awards.forward", "申报待推荐", P.EVALUATIONS_REVIEW, _applied, "commendation__propose_until", _to_forward,
        "/admin/evaluations/proposal/?state=APPLIED",
    ),
    DueKind(
        "awards.decide", "推荐待审定", P.EVALUATIONS_DECIDE, _proposed, "commendation__propose_until", _to_decide,
        "/admin/evaluations/proposal/?state=PROPOSED",
    ),
    DueKind(
        "awards.objections", "公示名单异议待答复", P.EVALUATIONS_DECIDE, _against, "proposal__commendation__notice_until", _to_reply,
        "/admin/evaluations/commendation/",
    ),
    DueKind(
        "sites.recheck", "示范点待复核", P.EVALUATIONS_DECIDE, _expiring, "expires_on", _to_recheck, "/admin/evaluations/site/",
    ),
)  # fmt: skip
