"""主题实践活动 and 典型经验: who joined and who did not; what can be learned, published and taken back."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import uuid4

import django_filters
from django import forms
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission as P
from activities.models import ActivityRecord, Campaign, Experience
from activities.queries.from_above import called, joined, publishers, with_adoptions
from activities.services import from_above
from activities.views.branch import served
from core.listing import Column, ListFilters, ListPage, Order
from core.listing.filters import search_filter
from core.pages import FormPage, to_change
from core.scope import may_change
from orgs.filters import OfBranchFilters
from orgs.models import PartyOrganization


class NamedFilters(ListFilters):
    q = search_filter("名称")
    title = "name"

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(**{f"{self.title}__contains": value.strip()})


class CampaignList(ListPage):
    title, unit = "主题实践活动", "项"
    empty = "没有主题实践活动。上级党组织在“业务管理”中登记后，填报记录时可以选择所属的活动。"
    permission, export_permission = P.ACTIVITIES_VIEW, P.REGISTRY_EXPORT
    filters = NamedFilters
    columns = (
        Column("名称", "name", kind="name", link=lambda row: reverse("campaign", args=[row.pk])),
        Column("开展的党组织", "committee"),
        Column("起始", "since", kind="date", order="newest"),
        Column("终止", "until", kind="date"),
        Column("要求", "asks", kind="words"),
    )
    orders = (Order("newest", ("-since", "-pk")),)

    def records(self) -> QuerySet:
        return Campaign.objects.within(self.request.scope).select_related("committee")


class CalledFilters(OfBranchFilters):
    """Whose, and whether it joined."""

    branch = "pk"
    joined = django_filters.ChoiceFilter(
        method="that_joined", label="参加情况", choices=[("yes", "已参加"), ("no", "没有参加")]
    )

    def that_joined(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(held__gt=0) if value == "yes" else queryset.filter(held=0)


class CampaignPage(ListPage):
    """The branches that were called: who joined with what, who did not."""

    title, unit, empty = "参加主题实践活动的党支部", "个", "没有符合条件的党支部。"
    permission, export_permission = P.ACTIVITIES_VIEW, P.REGISTRY_EXPORT
    filters = CalledFilters
    template_name = "activities/campaign.html"
    columns = (
        Column("党支部", "name", kind="name", link=lambda row: reverse("branch_health", args=[row.pk])),
        Column("上级党组织", "parent"),
        Column("活动记录", "held", kind="number", order="held"),
        Column("参加党员", "people", kind="number"),
    )
    orders = (Order("held", ("-held", "path")),)

    @cached_property
    def campaign(self) -> Campaign:
        rows = Campaign.objects.within(self.request.scope).select_related("committee")
        found: Campaign = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    def records(self) -> QuerySet:
        return called(self.campaign, self.request.scope)

    def extra(self) -> dict[str, Any]:
        return {"campaign": self.campaign, "joined": joined(self.campaign, self.request.scope)}


class TitledFilters(NamedFilters):
    q = search_filter("题目")
    title = "title"


class ExperienceList(ListPage):
    """What was not taken back, the newest first."""

    title, unit = "典型经验", "条"
    empty = "没有典型经验。审核通过的活动记录，由审核的党组织公布后列在这里。"
    permission, export_permission = P.ACTIVITIES_VIEW, P.REGISTRY_EXPORT
    filters = TitledFilters
    columns = (
        Column("题目", "title", kind="name", link=lambda row: reverse("experience", args=[row.pk])),
        Column("推荐理由", "why", kind="words"),
        Column("开展的党支部", "record.party_organization"),
        Column("公布的党组织", "committee"),
        Column("公布日期", "published_on", kind="date", order="newest"),
        Column("借鉴的支部", "adopted", kind="number", order="adopted"),
    )
    orders = (Order("newest", ("-published_on", "-pk")), Order("adopted", ("-adopted", "-pk")))

    def records(self) -> QuerySet:
        rows = with_adoptions(Experience.objects.within(self.request.scope).filter(withdrawn_on=None))
        return rows.select_related("record__party_organization", "committee")


class TakeBackForm(forms.Form):
    reason = forms.CharField(label="撤回原因", max_length=200)


class ExperiencePage(FormPage):
    """One to read and to learn from; whoever may publish it takes it back."""

    permission = P.ACTIVITIES_VIEW
    template_name = "activities/experience.html"
    form_class = TakeBackForm

    @cached_property
    def experience(self) -> Any:
        rows = with_adoptions(Experience.objects.within(self.request.scope))
        rows = rows.select_related("record__party_organization", "committee", "published_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """For whoever may publish it."""
        to_change(Experience.objects.all(), request.scope, self.kwargs["pk"])
        return super().post(request, *args, **kwargs)

    def act(self, data: dict[str, Any]) -> str:
        row = self.experience
        from_above.take_back(by=self.request.user, experience=row, reason=data["reason"], on=timezone.localdate())
        return f"“{row}”已撤回。"

    def get_success_url(self) -> str:
        return reverse("experiences")

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        scope = self.request.scope
        own = PartyOrganization.objects.standing().filter(pk__in=served(scope)).order_by("path")
        learned = ActivityRecord.objects.within(scope).filed().filter(adopted_from=self.experience)
        return super().get_context_data(
            title=str(self.experience),
            experience=self.experience,
            own=[] if self.experience.withdrawn_on else list(own),
            key=uuid4(),
            learned=learned.select_related("party_organization").order_by("-held_on", "-pk")[:50],
            may_take_back=not self.experience.withdrawn_on and may_change(self.experience, scope),
            **more,
        )


class PublishForm(forms.Form):
    """Words of its own, to whom they go and why."""

    committee = forms.ModelChoiceField(
        label="公布范围",
        queryset=PartyOrganization.objects.none(),
        empty_label=None,
        help_text="这个党组织以下的全部党支部。",
    )
    title = forms.CharField(label="题目", max_length=120)
    why = forms.CharField(label="推荐理由", max_length=300, widget=forms.Textarea({"rows": 2}))
    outline = forms.CharField(
        label="做法", max_length=5000, widget=forms.Textarea({"rows": 10}),
        help_text="其他支部能照着做的步骤，不写个人姓名和到会情况。",
    )  # fmt: skip

    def __init__(self, *args: Any, offered: QuerySet[PartyOrganization], **told: Any) -> None:
        super().__init__(*args, **told)
        fields: dict[str, Any] = self.fields
        fields["committee"].queryset = offered


class PublishPage(FormPage):
    """公布为典型经验: the words are the record's until whoever publishes it writes them anew."""

    permission = P.ACTIVITIES_REVIEW
    template_name = "activities/publish.html"
    form_class = PublishForm

    @cached_property
    def record(self) -> ActivityRecord:
        rows = ActivityRecord.objects.changeable(self.request.scope, P.ACTIVITIES_REVIEW)
        found: ActivityRecord = get_object_or_404(rows.select_related("party_organization"), pk=self.kwargs["pk"])
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"offered": publishers(self.record, self.request.scope)}

    def get_initial(self) -> dict[str, Any]:
        return {"title": self.record.topic, "outline": self.record.content}

    def act(self, data: dict[str, Any]) -> str:
        row = from_above.publish(by=self.request.user, record=self.record, on=timezone.localdate(), **data)
        self.success_url = reverse("experience", args=[row.pk])
        return f"“{row}”已公布给{row.committee}以下的全部党支部。"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(title="公布为典型经验", record=self.record, **more)
