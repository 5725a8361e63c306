"""/rounds/<pk>/notice/: the 公示 of a round as it is put up on a wall."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.views.generic import TemplateView

from accounts.permissions import Permission as P
from core.pages import PermissionMixin
from evaluations.models import Round
from evaluations.queries.results import published
from evaluations.rules.rounds import notice_days

MOST = 2000  # names on a sheet; of more it says where the list is


class Notice(PermissionMixin, TemplateView):
    """Who issues it, name and unit of whoever reached five goods, for how long, how and where to object. Of members those whom the
    reader may see, and it says that there are others."""

    permission = P.EVALUATIONS_VIEW
    template_name = "evaluations/notice.html"
    request: Any
    kwargs: Any

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        rows = Round.objects.within(self.request.scope).select_related("node")
        row = get_object_or_404(rows, pk=self.kwargs["pk"])
        listed = published(row, self.request.scope)
        number = listed.count()
        return super().get_context_data(
            title=f"“五个好”{row.get_subject_display()}名单公示", round=row, number=number,
            listed=listed.order_by("party_organization__path", "pk") if number <= MOST else None,
            whole=row.evaluations.filter(five_good=True).count(), days=notice_days(row.notice_on, row.notice_until) if row.notice_on and row.notice_until else 0, **more,
        )  # fmt: skip
