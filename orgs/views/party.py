"""The record page of a Party organization, and moving, merging and dissolving it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import View

from accounts.permissions import Permission as P
from core.admin.widgets import Autocomplete
from core.days import PastDay
from core.history import history_of
from core.pages import FormPage, PageRequest, PermissionMixin, to_change
from core.panels import panels_for
from core.periods import holding_on, not_over
from core.scope import Scope, may_change
from orgs.models import Coverage, PartyOrganization
from orgs.models.party import STEP
from orgs.services import endings, party

COVERAGES_SHOWN = 200


class PartyPage(PermissionMixin, View):
    """Place in the tree, units covered, who manages what, panels, history. A constant number of queries."""

    permission = P.REGISTRY_VIEW

    def get(self, request: PageRequest, pk: int) -> HttpResponse:
        node = record(pk, request.scope)
        today = timezone.localdate()
        covers = Coverage.objects.within(request.scope).filter(not_over(today), party_organization=node)
        covers = covers.select_related("organization").order_by("pk")
        children = node.children.order_by("dissolved_on", "path").annotate(
            units=Count("coverages", filter=holding_on(today, "coverages__"))
        )
        context = {
            "title": node.name,
            "node": node,
            "ancestors": ancestors_of(node, request.scope),
            "children": children,
            "coverages": covers[:COVERAGES_SHOWN],
            "covered": covers.count(),
            "managed": node.organizations.filter(merged_into=None)[:10_001].count() if node.manages else 0,
            "jurisdictions": node.jurisdictions.select_related("region").order_by("pk"),
            "former": node.former_parents.select_related("parent").order_by("-until"),
            "uses": node.venue_uses.filter(not_over(today)).select_related("venue").order_by("pk"),
            "panels": panels_for(node, request.scope, today),
            "history": history_of(node, request.scope),
            "merged_open": bool(node.merged_into and request.scope.holds_path(node.merged_into.path)),
            "may_change": node.dissolved_on is None and may_change(node, request.scope),
            "may_add": PartyOrganization.objects.attachable(request.scope, PartyOrganization).filter(pk=pk).exists(),
            "changes": CHANGES.values(),
        }
        return render(request, "orgs/party.html", context)


def record(pk: int, scope: Scope) -> PartyOrganization:
    """The Party organization within the scope, else 404."""
    rows = PartyOrganization.objects.within(scope).select_related("parent", "region", "merged_into")
    node = rows.filter(pk=pk).first()
    if node is None:
        raise Http404("没有这个党组织，或不在您的管辖范围")
    return node


def ancestors_of(node: PartyOrganization, scope: Scope) -> list[tuple[PartyOrganization, bool]]:
    """The way from the root, and which of the nodes the user may open. One query: the path is made of ids."""
    steps = [node.path[start : start + STEP] for start in range(0, len(node.path) - STEP, STEP)]
    found = PartyOrganization.objects.in_bulk([int(step, 36) for step in steps])
    nodes = [found[int(step, 36)] for step in steps]
    return [(ancestor, scope.holds_path(ancestor.path)) for ancestor in nodes]


class ChangeForm(forms.Form):
    """From which day, and why."""

    on = PastDay(label="生效日期")
    reason = forms.CharField(label="原因或批复", max_length=200)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope


class TargetForm(ChangeForm):
    target = forms.ModelChoiceField(label="党组织", queryset=PartyOrganization.objects.none())
    field_order = ("target", "on", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["target"]
        field.queryset = PartyOrganization.objects.attachable(self.scope, PartyOrganization)
        widget = Autocomplete(PartyOrganization._meta.get_field("parent"), admin.site)
        widget.choices = field.choices
        field.widget = widget


class DissolveForm(ChangeForm):
    """Also whether coverages end with it."""

    end_coverages = forms.BooleanField(label="同时终止它的覆盖关系", required=False)


class PartyChange(NamedTuple):
    """One of the three changes of the tree: what it is called and says, its form, and what it does with the form's data;
    the last gives back the Party organization to go on to."""

    code: str
    title: str
    sentence: str
    form: type[ChangeForm]
    do: Callable[[PartyOrganization, dict[str, Any], dict[str, Any]], PartyOrganization]


def _move(node: PartyOrganization, data: dict[str, Any], trail: dict[str, Any]) -> PartyOrganization:
    return party.move(party_organization=node, to=data["target"], since=data["on"], **trail)


def _merge(node: PartyOrganization, data: dict[str, Any], trail: dict[str, Any]) -> PartyOrganization:
    endings.merge(party_organization=node, into=data["target"], dissolved_on=data["on"], **trail)
    return data["target"]


def _dissolve(node: PartyOrganization, data: dict[str, Any], trail: dict[str, Any]) -> PartyOrganization:
    ends: Any = {"dissolved_on": data["on"], "end_coverages": data["end_coverages"]}
    return endings.dissolve(party_organization=node, **ends, **trail)


CHANGES = {
    change.code: change
    for change in (
        PartyChange("move", "调整隶属", "连同下级一起移到新的上级，原隶属关系留在沿革中。", TargetForm, _move),
        PartyChange(
            "merge",
            "合并",
            "并入所选党组织：下级、覆盖关系、党员、管理的单位、场所一并转去，本党组织撤销，用户授权终止。",
            TargetForm,
            _merge,
        ),
        PartyChange(
            "dissolve",
            "撤销",
            "没有下级、党员和管理的单位时可以撤销。场所、联络员改由上级党组织管理，用户授权和场所使用终止。",
            DissolveForm,
            _dissolve,
        ),
    )
}


class PartyChangePage(FormPage):
    """Move, merge or dissolve, from a day on."""

    permission = P.TREE_CHANGE
    template_name = "orgs/party_change.html"

    @cached_property
    def change(self) -> PartyChange:
        if self.kwargs["change"] not in CHANGES:
            raise Http404("没有这项操作")
        return CHANGES[self.kwargs["change"]]

    @cached_property
    def node(self) -> PartyOrganization:
        found: PartyOrganization = to_change(PartyOrganization.objects.all(), self.request.scope, self.kwargs["pk"])
        return found

    def get_form_class(self) -> type[ChangeForm]:
        return self.change.form

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"scope": self.request.scope}

    def get_initial(self) -> dict[str, Any]:
        return {"on": timezone.localdate()}

    def act(self, data: dict[str, Any]) -> str:
        trail = {"by": self.request.user, "on": timezone.localdate(), "reason": data["reason"]}
        after = self.change.do(self.node, data, trail)
        self.success_url = reverse("party", args=[after.pk])
        return f"已{self.change.title}：{self.node}。"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        title, hanging = f"{self.change.title}：{self.node}", endings.hanging_on(self.node, on=timezone.localdate())
        context = super().get_context_data(title=title, node=self.node, change=self.change, hanging=hanging, **more)
        return context | {"media": context["form"].media}
