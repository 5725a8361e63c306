"""/rounds/<pk>/results/: what came of a round, by category and by committee, against the round before; and which items would lift
most over the line. Whoever sees no single score, as a leader, gets that of rounds that are final."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView

from accounts.permissions import Permission as P
from core.pages import PermissionMixin
from evaluations.choices import Category, dimensions_of
from evaluations.models import Evaluation, Round
from evaluations.queries.distribution import Part, by_category, by_committee, round_before, veil, wanted, whole
from orgs.figures import NONE
from orgs.subjects import LEAST


class Results(PermissionMixin, TemplateView):
    """As many queries for a city as for a street."""

    permission = P.EVALUATIONS_RESULTS
    template_name = "evaluations/results.html"
    request: Any
    kwargs: Any

    @cached_property
    def round(self) -> Round:
        rows = Round.objects.told(self.request.scope).select_related("node")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def opens(self) -> bool:
        """Whether the reader sees the scores behind every number."""
        scope = self.request.scope
        return (
            scope.having(P.EVALUATIONS_VIEW).grants == scope.having(P.EVALUATIONS_RESULTS).grants
            or not self.round.final
        )

    @cached_property
    def opens_some(self) -> bool:
        """Whether the scores that the reader sees would tell the others by what they leave of a sum."""
        return not self.opens and Evaluation.objects.within(self.request.scope).filter(round=self.round).exists()

    def _told(self, parts: Sequence[Part], *, crossing: bool = False) -> Sequence[Part]:
        """As this reader may read them; two divisions that cross would tell what each alone does not."""
        return parts if self.opens else veil(parts, altogether=crossing or self.opens_some)

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        row, scope = self.round, self.request.scope
        last = round_before(row)
        category = Category.MEMBER if row.of_members else Category.ENTERPRISE
        tables = {"按党组织": self._told(by_committee(row, last, scope))}
        if not row.of_members:
            tables["按类别"] = self._told(by_category(row, last, scope), crossing=True)
        summed = whole(row, last, scope)
        least = 1 if self.opens else LEAST
        return super().get_context_data(
            title=f"评定结果：{row}", round=row, before=last, whole=summed and self._told([summed])[0],
            tables=list(tables.items()), opens_some=self.opens_some, dimensions=list(dimensions_of(category).values()),
            wanted=[(one, number) for one, number in wanted(row, scope) if number >= least], none=NONE, least=LEAST,
            opens=self.opens, graded=self.opens or not row.of_members, list=reverse("evaluations") if self.opens else "", **more,
        )  # fmt: skip
