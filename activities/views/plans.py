"""What a branch is going to hold, and what it did for its organization."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.permissions import Permission as P
from activities.forms import ContributionForm, PlanForm
from activities.models import Contribution
from activities.queries.home import venues_for
from activities.services.plans import contributions, plans
from activities.views.branch import branch_of
from core.pages import FormPage, to_change
from core.services import RowServices
from orgs.models import PartyOrganization


class RowPage(FormPage):
    """A row of a branch: added to the branch of the address, or changed."""

    permission = P.ACTIVITIES_FILE
    template_name = "activities/row.html"
    services: RowServices[Any]
    said = "已保存"

    @cached_property
    def row(self) -> Any:
        rows: Any = self.services.model._default_manager.select_related("party_organization")
        return to_change(rows, self.request.scope, self.kwargs["row"]) if "row" in self.kwargs else None

    @cached_property
    def branch(self) -> PartyOrganization:
        return self.row.party_organization if self.row else branch_of(self.request.scope, self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        fields: Any = self.form_class.base_fields  # type: ignore[union-attr]
        return {name: getattr(self.row, name) for name in fields} if self.row else self.first()

    def first(self) -> dict[str, Any]:
        """Initial values of a row that is added."""
        return {}

    def act(self, data: dict[str, Any]) -> str | HttpResponseBase:
        told: dict[str, Any] = {"by": self.request.user, "on": timezone.localdate()}
        if self.row:
            self.services.change(row=self.row, **told, **data)
        else:
            self.services.add(party_organization=self.branch, **told, **data)
        return f"{self.said}。"

    def get_success_url(self) -> str:
        return reverse("branch_of", args=[self.branch.pk])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        name = str(self.services.model._meta.verbose_name)
        return super().get_context_data(title=name, branch=self.branch, row=self.row, **more)


class PlanPage(RowPage):
    """月度计划: laid out beforehand, changed, or cancelled."""

    services, form_class, said = plans, PlanForm, "活动计划已保存"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"venues": venues_for(self.branch, on=timezone.localdate())}

    def first(self) -> dict[str, Any]:
        return {"kind": "THEME_DAY"}

    def act(self, data: dict[str, Any]) -> str | HttpResponseBase:
        if self.row and "cancel" in self.request.POST:
            today = timezone.localdate()
            plans.end(by=self.request.user, row=self.row, day=today, on=today)
            return "活动计划已取消。"
        return super().act(data)


class ContributionPage(RowPage):
    """合理化建议、攻关、办实事、参与决策、维权."""

    services, form_class, said = contributions, ContributionForm, "作用发挥已保存"

    def first(self) -> dict[str, Any]:
        return {"done_on": timezone.localdate(), "kind": Contribution.Kind.PROPOSAL}
