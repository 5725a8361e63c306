"""/rubrics/<pk>/try/: 试算. What a branch or a member would get by a rubric from what is on record, item by item, with the records
that prove it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.permissions import Permission as P
from activities.queries.branches import branches
from core.pages import PermissionMixin, number
from core.search import search
from evaluations.addresses import Proofs, proofs_of
from evaluations.choices import Category
from evaluations.models import Rubric
from evaluations.queries.rubrics import Block, blocks_of, categories_of
from evaluations.queries.scores import Scored, score, total_of, vetoes
from evaluations.rules.facts import Span
from evaluations.rules.rounds import times
from evaluations.rules.totals import ZERO, DimensionTotal
from members.models import Member
from orgs.models import PartyOrganization

FOUND = 20  # branches that a search lists


@dataclass(frozen=True)
class Line:
    """An item of the branch or member, with its records."""

    scored: Scored
    proofs: Proofs

    @property
    def sign(self) -> tuple[str, str]:
        """How what follows is called where there are no points, and how that is drawn."""
        if self.scored.excluded:
            return "不适用", "quiet"
        if self.scored.item.auto:
            return "无法计算", "late"
        return "待评分", "quiet"


@dataclass(frozen=True)
class Drawn:
    """A dimension with its lines and its sum so far."""

    block: Block
    lines: Sequence[Line]
    sum: DimensionTotal


def spans(on: date) -> dict[str, Span]:
    """This year and the last, each whole and by halves, as far as they have begun; by codes for an address."""
    codes = ("{}", "{}-1", "{}-2")
    found = {
        code.format(year): one for year in (on.year, on.year - 1) for code, one in zip(codes, times(year), strict=True)
    }
    return {code: one for code, one in found.items() if one.first <= on}


class Trial(PermissionMixin, TemplateView):
    """As many queries for a branch with many records as for a new one."""

    permission = P.EVALUATIONS_VIEW
    template_name = "evaluations/trial.html"
    request: Any
    kwargs: Any

    @cached_property
    def rubric(self) -> Rubric:
        return get_object_or_404(Rubric.objects.within(self.request.scope), pk=self.kwargs["pk"])

    @cached_property
    def branches(self) -> QuerySet[PartyOrganization]:
        rows: Any = PartyOrganization.objects.filter(pk__in=branches().values("pk"))
        seen: QuerySet[PartyOrganization] = rows.within(self.request.scope.having(P.EVALUATIONS_VIEW))
        return seen

    @cached_property
    def branch(self) -> PartyOrganization | None:
        """The one that is asked for; the only one there is."""
        if asked := self.request.GET.get("branch"):
            return get_object_or_404(self.branches, pk=number(asked))
        some = list(self.branches[:2])
        return some[0] if len(some) == 1 else None

    @property
    def of_members(self) -> bool:
        return self.rubric.category == Category.MEMBER

    @cached_property
    def members(self) -> QuerySet[Member]:
        rows = Member.objects.on_the_roll().filter(party_organization=self.branch)
        seen: QuerySet[Member] = rows.within(self.request.scope).order_by("pk")  # type: ignore[attr-defined]
        return seen

    @cached_property
    def member(self) -> Member | None:
        asked = self.request.GET.get("member") if self.of_members and self.branch else None
        return get_object_or_404(self.members, pk=number(asked)) if asked else None

    @cached_property
    def span(self) -> tuple[str, Span]:
        offered = spans(timezone.localdate())
        asked = self.request.GET.get("span") or next(iter(offered))
        if asked not in offered:
            raise Http404("没有这个期间")
        return asked, offered[asked]

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        q = self.request.GET.get("q", "").strip()[:60]
        subject = self.member if self.of_members else self.branch
        code, span = self.span
        context = {
            "title": f"试算：{self.rubric.name}", "rubric": self.rubric, "branch": self.branch, "member": self.member, "q": q,
            "span": code, "spans": [(key, one.name) for key, one in spans(timezone.localdate()).items()],
            "found": search(self.branches, q, codes=()).order_by("pk")[:FOUND] if not self.branch else [],
            "members": self.members if self.of_members and self.branch and not self.member else [],
            "of_members": self.of_members,
        }  # fmt: skip
        drawn = self._drawn(subject, span) if subject else {}
        return super().get_context_data(**context, **drawn, **more)

    def _drawn(self, subject: PartyOrganization | Member, span: Span) -> dict[str, Any]:
        today = timezone.localdate()
        rows: QuerySet[Any] = type(subject)._default_manager.filter(pk=subject.pk)
        scored = score(self.rubric, rows, span, on=today)[subject.pk]
        vetoed = vetoes(self.rubric, rows, span, on=today).get(subject.pk, {})
        total = total_of(self.rubric, scored, vetoed.values())
        sums = {one.code: one for one in total.dimensions}
        lines = {one.item.row.code: Line(one, proofs_of(one.records)) for one in scored}
        blocks = blocks_of(self.rubric, [one.item for one in scored])
        known = [one for one in scored if one.points is not None]
        open_ = [one for one in scored if one.mark.open]
        return {
            "drawn": [Drawn(one, [lines[item.row.code] for item in one.items], sums[one.code]) for one in blocks],
            "total": total,
            "given": sum((one.points or ZERO for one in known), ZERO), "of": sum((one.item.row.points for one in known), ZERO),
            "open": len(open_), "open_points": sum((one.item.row.points for one in open_), ZERO),
            "other": self._other(),
        }  # fmt: skip

    def _other(self) -> str:
        """The category of the branch, where it is not that of the rubric."""
        if self.of_members or self.branch is None:
            return ""
        found = categories_of(self.branches.filter(pk=self.branch.pk), on=timezone.localdate())[self.branch.pk]
        return "" if found == self.rubric.category else found.label
