"""The worklists as list pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.permissions import Permission
from core.listing import Column, ListPage, Order
from core.parameters import values_on
from orgs.models import OrganizationFacts
from orgs.rules.setup import Thresholds
from reports.cells import days_cell, responsible_cell, step_cell, tick_cell, unit_cell
from reports.filters import MemberWorklistFilters, WorklistFilters, organization_url
from reports.round_trip import ANSWERS
from reports.steps import button_of
from reports.worklists import Asked, lines, worklists

TICK = Column("选择", "pk", kind="pick", html=tick_cell, export=False)
COLUMNS = (
    Column("单位名称", "organization.name", kind="name", html=unit_cell),
    Column("统一社会信用代码", "organization.credit_code", screen=False),
    Column("类别", lambda row: row.get_category_display(), screen=False),
    Column("所在区划", "organization.region.name", screen=False),
    Column("人数", "size", kind="number", order="size"),
    Column("正式党员", "formal", kind="number", order="formal"),
    Column("为什么", "line.why", kind="words"),
    Column("起始日期", "since", kind="date", screen=False),
    Column("已过（天）", "line.days", kind="number", order="-since", html=days_cell),
    Column("管理党组织", "managed_by.name"),
    Column("负责人", lambda row: "；".join(row.line.responsible), html=responsible_cell),
    Column("建议", "line.step.sentence", kind="words", html=step_cell),
)


def _answered(name: str) -> Callable[[Any], Any]:
    return lambda row: row.line.answer and getattr(row.line.answer, name)


def _columns(asked: Asked) -> list[Column]:
    """What every list shows, then the answers under the list's own words."""
    headers = {"reason": asked.reason, "planned_form": asked.way, "planned_by": "完成时限", "responsible": "责任人"}
    return [*COLUMNS, *(Column(header, _answered(name), screen=False) for name, header in headers.items())]


class WorklistPage(ListPage):
    """应建党组织尚未建, 党员空白点: why, for how long, whose, and the next step with a button that starts it."""

    permission = Permission.FIGURES_VIEW
    export_permission = Permission.REGISTRY_EXPORT
    template_name = "reports/worklist.html"
    unit = "家"
    reads = (
        "category", "size", "formal", "probationary", "restructured", "zone_key", "region_code", "instructor",
        "instructor_name", "liaison", "should_since", "should_member_since", "managed_by__name",
        "managed_by__secretary_name", "organization__name", "organization__authority", "organization__industry",
        "organization__survey_members", "organization__region__name",
        "organization__gap_answer__reason", "organization__gap_answer__planned_form",
        "organization__gap_answer__planned_by", "organization__gap_answer__responsible",
    )  # fmt: skip
    orders = (Order("since", ("since",)), Order("size", ("size_key",)), Order("formal", ("formal",)))

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """The list that the address names. Its workbook comes back with answers; the days are counted from its own first day."""
        super().setup(request, *args, **kwargs)
        if kwargs["code"] not in worklists:
            raise Http404
        self.worklist = asked = worklists[kwargs["code"]]
        self.title, self.returning_source = asked.title, asked.asked.source
        self.filters = MemberWorklistFilters if asked.code == "member" else WorklistFilters
        self.empty = "没有符合条件的单位。" if request.GET else asked.empty
        self.may_start = request.scope.may(Permission.COVERAGE_CHANGE)

    def get_columns(self) -> list[Column]:
        """Ticks for a start of several at once stand before the columns of those who may. The workbook can come back
        with answers."""
        asked = self.worklist.asked
        columns = ANSWERS[asked.source].columns(_columns(asked), record=lambda row: row.organization)
        return [TICK, *columns] if self.may_start else columns

    def records(self) -> QuerySet[OrganizationFacts]:
        return self.worklist.records(self.request.scope)

    def prepare(self, rows: list[Any]) -> None:
        """Add to each row its line and where its button leads."""
        today, back = timezone.localdate(), self.url()
        found = lines(
            self.worklist, rows, scope=self.request.scope, thresholds=Thresholds.of(values_on(today)), on=today
        )
        for row, line in zip(rows, found, strict=True):
            row.line = line
            row.url = organization_url(row)
            row.button = button_of(self.worklist, line.step, row, scope=self.request.scope, back=back)

    def extra(self) -> dict[str, Any]:
        """The other lists, for the tabs."""
        return {"worklist": self.worklist, "worklists": list(worklists)}
