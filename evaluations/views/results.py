"""/rounds/<pk>/results/: what came of a round, by category and by committee, against the round before; and which items would lift
most over the line."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.shortcuts import get_object_or_404
from django.views.generic import TemplateView

from accounts.permissions import Permission as P
from core.pages import PermissionMixin
from evaluations.choices import Category, dimensions_of
from evaluations.models import Round
from evaluations.queries.distribution import by_category, by_committee, round_before, wanted, whole
from orgs.figures import NONE


class Results(PermissionMixin, TemplateView):
    """As many queries for a city as for a street."""

    permission = P.EVALUATIONS_VIEW
    template_name = "evaluations/results.html"
    request: Any
    kwargs: Any

    @cached_property
    def round(self) -> Round:
        rows = Round.objects.within(self.request.scope).select_related("node")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        row, scope = self.round, self.request.scope
        last = round_before(row)
        category = Category.MEMBER if row.of_members else Category.ENTERPRISE
        return super().get_context_data(
            title=f"评定结果：{row}", round=row, before=last, whole=whole(row, last, scope),
            tables=[("按党组织", by_committee(row, last, scope)), *([] if row.of_members else [("按类别", by_category(row, last, scope))])],
            dimensions=list(dimensions_of(category).values()), wanted=wanted(row, scope), none=NONE, **more,
        )  # fmt: skip
