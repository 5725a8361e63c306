"""A post passes on: the old holder's ends on the day on which the next one's begins."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.permissions import Permission as P
from core.admin.widgets import Autocomplete
from core.days import AnyDay
from core.pages import FormPage, to_change
from core.periods import over
from core.scope import Scope
from members.admin.posts import AccountField
from members.models import Member, Post
from members.services.posts import posts


class PassOnForm(forms.Form):
    """Who follows, from where, since when, with which account."""

    member = forms.ModelChoiceField(label="接任的党员", queryset=Member.objects.none(), required=False)
    name = forms.CharField(label="姓名（不在本系统名册上的）", max_length=60, required=False)
    source = forms.ChoiceField(label="来源", choices=[("", "—"), *Post.Source.choices])
    account = AccountField()
    since = AnyDay(label="接任日期", help_text="原任同日卸任，账号的权限随之移交")
    reason = forms.CharField(label="依据（换届、批复文号等）", max_length=200, required=False)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["member"]
        field.queryset = Member.objects.attachable(scope, Post)
        widget = Autocomplete(Post._meta.get_field("member"), admin.site)
        widget.choices = field.choices
        field.widget = widget


class PassOnPage(FormPage):
    permission = P.MEMBERS_CHANGE
    template_name = "members/pass_on.html"
    form_class = PassOnForm

    @cached_property
    def post_held(self) -> Post:
        rows = Post.objects.select_related("party_organization", "member")
        row: Post = to_change(rows, self.request.scope, self.kwargs["pk"])
        if over(row, timezone.localdate()):
            raise Http404("这项任职已经结束")
        return row

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"scope": self.request.scope}

    def get_initial(self) -> dict[str, Any]:
        return {"since": timezone.localdate()}

    def act(self, data: dict[str, Any]) -> str:
        row, trail = self.post_held, dict[str, Any](by=self.request.user, on=timezone.localdate())
        new = posts.pass_on(row=row, user=data.pop("account"), **trail, **data)
        return (
            f"{row.party_organization}：{new.name}自 {new.since} 起接任{new.get_post_display()}，{row.name}同日卸任。"
        )

    def get_success_url(self) -> str:
        return reverse("party", args=[self.post_held.party_organization_id])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context = super().get_context_data(
            title=f"接任{self.post_held.get_post_display()}", post=self.post_held, **more
        )
        return context | {"media": context["form"].media}
