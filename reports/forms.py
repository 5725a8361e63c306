"""Forms of the pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q

from core.admin.widgets import Autocomplete
from core.days import AnyDay, PastDay, not_over_yet
from core.scope import Scope, subtree
from members.models import FormerMembership, Member
from orgs.models import Coverage, OrganizationFacts, PartyOrganization
from orgs.models.party import MANAGING_KINDS
from orgs.rules.setup import NextStep, Thresholds, recommended_kind, suggested_name
from reports.queries.surroundings import Surroundings
from reports.worklists import Asked

Kind = PartyOrganization.Kind
Form = Coverage.Form
FOUNDED = (Kind.BRANCH, Kind.GENERAL_BRANCH, Kind.COMMITTEE, Kind.JOINT_BRANCH, Kind.PROVISIONAL_BRANCH)
COVERING = (Form.AREA, Form.JOINT, Form.ATTACHED, Form.INDUSTRY, Form.CHAIN, Form.FUNCTIONAL)


class FoundForm(forms.Form):
    """A new Party organization for the units, alone or with neighbours."""

    partners = forms.MultipleChoiceField(
        label="一起联合的邻近单位", required=False, widget=forms.CheckboxSelectMultiple
    )
    name = forms.CharField(label="党组织名称", max_length=120)
    kind = forms.ChoiceField(label="类型", choices=[(kind.value, kind.label) for kind in FOUNDED])
    parent = forms.ModelChoiceField(label="上级党组织", queryset=PartyOrganization.objects.none(), empty_label=None)
    since = PastDay(label="成立日期")
    approval_no = forms.CharField(label="批复文号", max_length=60, required=False)
    secretary_name = forms.CharField(label="书记", max_length=60, required=False)

    def __init__(
        self,
        data: Any,
        *,
        rows: Sequence[OrganizationFacts],
        around: Surroundings,
        scope: Scope,
        thresholds: Thresholds,
        step: NextStep,
    ) -> None:
        """Begin with what the rules recommend for the units, partners of the next step ticked."""
        alone, formal = len(rows) == 1, sum(row.formal for row in rows)
        kind = (recommended_kind(formal, thresholds) or "joint_branch") if alone else "joint_branch"
        together = formal + sum(near.formal for near in around.neighbours if near.name in step.names)
        name = suggested_name(rows[0].organization.name, kind, together, thresholds)
        super().__init__(data, initial={"name": name, "kind": kind})
        parents = PartyOrganization.objects.attachable(scope, Coverage).filter(kind__in=MANAGING_KINDS)
        managers = {row.managed_by_id for row in rows}
        self.fields["parent"].queryset = parents.filter(Q(pk__in=managers) | Q(children__in=managers)).distinct()  # type: ignore[attr-defined]
        self.fields["parent"].initial = rows[0].managed_by_id
        if alone and around.neighbours and formal < thresholds.formal_min:
            self.fields["partners"].choices = [  # type: ignore[attr-defined]
                (str(near.id), f"{near.name}（正式党员 {near.formal} 名）") for near in around.neighbours
            ]
            self.fields["partners"].initial = [str(near.id) for near in around.neighbours if near.name in step.names]
        else:
            del self.fields["partners"]


class CoverForm(forms.Form):
    """An existing Party organization takes the units in."""

    node = forms.ModelChoiceField(label="由哪个党组织覆盖", queryset=PartyOrganization.objects.none())
    form = forms.ChoiceField(label="覆盖形式", choices=[(form.value, form.label) for form in COVERING])
    since = AnyDay(label="起始日期")

    def __init__(
        self, data: Any, *, rows: Sequence[OrganizationFacts], around: Surroundings, scope: Scope, step: NextStep
    ) -> None:
        """Offer what stands under the managing committees, and whatever the surroundings suggest; begin with what the next
        step names."""
        suggested = {
            "zone": (around.zone, Form.AREA),
            "chain": (around.chain, Form.CHAIN),
            "attach": (around.authority, Form.ATTACHED),
        }
        node, form = suggested.get(step.code, (None, Form.AREA))
        super().__init__(data, initial={"node": node and node.id, "form": form.value})
        named = [node.id for node, _ in suggested.values() if node]
        below = Q(pk__in=named)
        for path in {row.managed_by.path for row in rows}:
            below |= subtree(path)
        nodes = PartyOrganization.objects.standing().filter(below).without_departments()
        reach = nodes.attachable(scope, Coverage) | nodes.filter(pk__in=named)
        self.fields["node"].queryset = reach.order_by("path")  # type: ignore[attr-defined]


class EmployForm(forms.Form):
    """A member of the roster works at the unit: the employer, and where the membership moves along, the new branch."""

    member = forms.ModelChoiceField(
        label="党员",
        queryset=Member.objects.none(),
        widget=Autocomplete(FormerMembership._meta.get_field("member"), admin.site),
        help_text="输入姓名的开头；名册里没有的，请在上面登记党员",
    )
    since = PastDay(label="到岗（转入）日期")
    party_organization = forms.ModelChoiceField(
        label="组织关系转入",
        required=False,
        queryset=PartyOrganization.objects.none(),
        widget=Autocomplete(Member._meta.get_field("party_organization"), admin.site),
        help_text="组织关系不变的不填",
    )

    def __init__(self, data: Any, *, scope: Scope, party_organization: int | None) -> None:
        """Members and branches of the scope; the Party organization that covers the unit stands there already."""
        super().__init__(data, initial={"party_organization": party_organization})
        nodes = PartyOrganization.objects.attachable(scope, Member).without_departments()
        self.fields["member"].queryset = Member.objects.changeable(scope).on_the_roll()  # type: ignore[attr-defined]
        self.fields["party_organization"].queryset = nodes  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """Why, how, until when and by whom, in the words of the list."""

    reason = forms.CharField(max_length=200, required=False)
    planned_form = forms.ChoiceField(required=False)
    planned_by = AnyDay(label="完成时限", required=False)
    responsible = forms.CharField(label="责任人", max_length=60, required=False)

    def __init__(self, data: Any, *, asked: Asked, initial: dict[str, Any]) -> None:
        """Offer the ways of the list, and the one that was planned on another list."""
        super().__init__(data, initial=initial)
        self.fields["reason"].label, self.fields["planned_form"].label = asked.reason, asked.way
        ways = dict.fromkeys((*asked.ways, initial["planned_form"]))
        self.fields["planned_form"].choices = [("", "未定"), *((way, way) for way in ways if way)]  # type: ignore[attr-defined]

    def clean_planned_by(self) -> date | None:
        """A promise is for today or later; one that was given before may stand."""
        return not_over_yet("完成时限", self.cleaned_data["planned_by"], known=self.initial.get("planned_by"))
