"""Forms of the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q

from core.scope import Scope
from orgs.models import Coverage, OrganizationFacts, PartyOrganization
from orgs.models.party import MANAGING_KINDS
from orgs.rules.setup import Thresholds, recommended_kind
from reports.queries.surroundings import Surroundings
from reports.worklists import Worklist

Kind = PartyOrganization.Kind
Form = Coverage.Form
FOUNDED = (Kind.BRANCH, Kind.GENERAL_BRANCH, Kind.COMMITTEE, Kind.JOINT_BRANCH, Kind.PROVISIONAL_BRANCH)
COVERING = (Form.AREA, Form.JOINT, Form.ATTACHED, Form.INDUSTRY, Form.CHAIN, Form.FUNCTIONAL)


class DateInput(forms.DateInput):
    """A date with the browser's calendar; the value stays ISO."""

    input_type = "date"

    def __init__(self, **attrs: str) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class PlainForm(forms.Form):
    """Labels without a colon."""

    def __init__(self, data: Any, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, label_suffix="")


class FoundForm(PlainForm):
    """A new Party organization for the units, alone or with neighbours."""

    partners = forms.MultipleChoiceField(
        label="一起联合的邻近单位", required=False, widget=forms.CheckboxSelectMultiple
    )
    name = forms.CharField(label="党组织名称", max_length=120)
    kind = forms.ChoiceField(label="类型", choices=[(kind.value, kind.label) for kind in FOUNDED])
    parent = forms.ModelChoiceField(label="上级党组织", queryset=PartyOrganization.objects.none(), empty_label=None)
    since = forms.DateField(label="成立日期", widget=DateInput())
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
    ) -> None:
        """Begin with what the rules recommend for the units."""
        alone, formal = len(rows) == 1, sum(row.formal for row in rows)
        kind = (recommended_kind(formal, thresholds) or "joint_branch") if alone else "joint_branch"
        place = rows[0].organization.name if alone and kind != "joint_branch" else "联合"
        title = {"general_branch": "总支部委员会", "committee": "委员会"}.get(kind, "支部委员会")
        super().__init__(data, initial={"name": f"中共{place}{title}", "kind": kind})
        parents = PartyOrganization.objects.within(scope).standing().filter(kind__in=MANAGING_KINDS)
        managers = {row.managed_by_id for row in rows}
        self.fields["parent"].queryset = parents.filter(Q(pk__in=managers) | Q(children__in=managers)).distinct()  # type: ignore[attr-defined]
        self.fields["parent"].initial = rows[0].managed_by_id
        if alone and around.neighbours and formal < thresholds.formal_min:
            self.fields["partners"].choices = [  # type: ignore[attr-defined]
                (str(near.id), f"{near.name}(正式党员 {near.formal} 名)") for near in around.neighbours
            ]
        else:
            del self.fields["partners"]


class CoverForm(PlainForm):
    """An existing Party organization takes the units in."""

    node = forms.ModelChoiceField(label="由哪个党组织覆盖", queryset=PartyOrganization.objects.none())
    form = forms.ChoiceField(label="覆盖形式", choices=[(form.value, form.label) for form in COVERING])
    since = forms.DateField(label="起始日期", widget=DateInput())

    def __init__(self, data: Any, *, rows: Sequence[OrganizationFacts], around: Surroundings, scope: Scope) -> None:
        """Offer what stands under the managing committees, and whatever the surroundings suggest."""
        suggested = [
            (around.zone, Form.AREA),
            (around.chain, Form.CHAIN),
            (around.authority, Form.ATTACHED),
        ]
        first = next(((node.id, form.value) for node, form in suggested if node), (None, Form.AREA.value))
        super().__init__(data, initial={"node": first[0], "form": first[1]})
        below = Q(pk__in=[node.id for node, _ in suggested if node])
        for path in {row.managed_by.path for row in rows}:
            below |= Q(path__gte=path, path__lt=path + "~")
        nodes = PartyOrganization.objects.standing().filter(below).exclude(kind=Kind.DEPARTMENT)
        reach = nodes.within(scope) | nodes.filter(pk__in=[node.id for node, _ in suggested if node])
        self.fields["node"].queryset = reach.order_by("path")  # type: ignore[attr-defined]


class AnswerForm(PlainForm):
    """未建原因、拟建方式、完成时限."""

    reason = forms.CharField(label="未建原因", max_length=200, required=False)
    planned_form = forms.ChoiceField(label="拟建方式", required=False)
    planned_by = forms.DateField(label="完成时限", required=False, widget=DateInput())

    def __init__(self, data: Any, *, worklist: Worklist, initial: dict[str, Any] | None = None) -> None:
        """Offer the ways of the list."""
        super().__init__(data, initial=initial)
        ways = [("", "未定"), *((way, way) for way in worklist.ways)]
        self.fields["planned_form"].choices = ways  # type: ignore[attr-defined]
