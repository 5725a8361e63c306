"""班子职务, 党小组 and 任期 in the back office: rows of a Party organization."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission as P
from core.admin import TableAdmin
from core.admin.table import TableForm
from core.listing import Column
from core.periods import not_over
from members.filters import GroupFilters, PostFilters, TermFilters
from members.models import PartyGroup, Post, Term
from members.services import posts, terms
from members.services.groups import groups
from orgs.admin.places import PARTY


class PartyTable(TableAdmin):
    """Rows that belong to a Party organization, which stays."""

    export_permission = P.REGISTRY_EXPORT
    group = "党组织"
    whose = (PARTY,)
    fixed: Sequence[str] = ("party_organization",)

    def record_url(self, record: Any) -> str:
        return reverse("party", args=[record.party_organization_id])


class AccountField(forms.CharField):
    """The account of somebody, by its whole sign-in name: a clerk sees no list of accounts."""

    def __init__(self, **kwargs: Any) -> None:
        usual = "本人的登录名：任职期间在系统中办理支部事务，卸任时随之终止；没有账号的，请系统管理员开设"
        super().__init__(
            **{"label": "账号（登录名）", "max_length": 40, "required": False, "help_text": usual, **kwargs}
        )

    def clean(self, value: Any) -> User | None:  # type: ignore[override]
        if not (name := super().clean(value)):
            return None
        try:
            return User.objects.get_by_natural_key(name)
        except User.DoesNotExist:
            raise ValidationError("没有这个登录名，请核对，或请系统管理员开设账号") from None


class PostForm(TableForm):
    account = AccountField()

    class Meta:
        labels = {"name": "姓名（不在本系统名册上的）"}
        help_texts = {"member": "从正式党员中产生；上级选派的可以在别的党组织的名册上"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.user:
            self.initial["account"] = self.instance.user.username

    def clean(self) -> dict[str, Any]:
        """A member's name is that of the post; the account is what the table knows as `user`."""
        data = super().clean() or self.cleaned_data
        if data.get("member"):
            data["name"] = data["member"].name
        if "account" in data:
            data["user"] = data.pop("account")
        return data

    @property
    def values(self) -> dict[str, Any]:
        typed = super().values
        return typed | {"user": self.cleaned_data["user"]} if "account" in self.changed_data else typed


@admin.register(Post)
class PostAdmin(PartyTable):
    """Take a post, correct it, give it up; it is passed on on a page of its own."""

    services = posts.posts
    order, note = 50, "书记、副书记、委员：谁任职，从哪里来，何时起止；账号随任职取得和终止权限"
    filters = PostFilters
    form = PostForm
    unit = "项"
    empty = "没有符合条件的任职。可以在党组织页面登记，也可以导入班子成员名册。"
    fieldsets = (
        (None, {"fields": ("party_organization", "post", "member", "name", "source", "account")}),
        ("起止", {"fields": ("since", "until", "reason")}),
    )
    shown = ("name", "post", "source", "since", "until")
    more = ("member",)
    fixed = ("party_organization", "post")
    key = ("party_organization", "post", "name", "since")

    def notes(self, row: Any) -> Iterable[str]:
        """A secretary has been a member for a year as a rule."""
        joined = row.member and row.member.joined_on
        if row.post == Post.Kind.SECRETARY and joined and (row.since - joined).days < 365:
            return [f"{row.name}任职时入党不满一年，书记一般应有一年以上党龄，请核对。"]
        return ()


@admin.register(PartyGroup)
class PartyGroupAdmin(PartyTable):
    """Found, name a head, end. Members are put into it on their own page, or many at once."""

    services = groups
    order, note = 60, "党小组和组长；党员在“党员”清单中编入"
    filters = GroupFilters
    unit = "个"
    empty = "没有符合条件的党小组。"
    shown = ("name", "head", Column("党员", "number", kind="number"), "since", "until")
    key = ("party_organization", "name")

    def listed(self, request: HttpRequest) -> QuerySet:
        return super().listed(request).annotate(number=Count("members"))

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Autocompletes look for open ones by their own name or that of their Party organization."""
        term = search_term.strip()
        found = queryset.filter(not_over(timezone.localdate())).select_related("party_organization")
        return found.filter(Q(name__contains=term) | Q(party_organization__name__contains=term)), False

    def suggestion(self, record: Any) -> str:
        """With its Party organization: many are called the first."""
        return f"{record}（{record.party_organization}）"


class TermForm(TableForm):
    """Without another word a term has the usual years."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "ends_on" in self.fields:
            self.fields["ends_on"].required = False
            self.fields["ends_on"].help_text = "不填则按规定的任期推算"


@admin.register(Term)
class TermAdmin(PartyTable):
    """Enter an election and its result; put the next one off."""

    services = terms.terms
    order, note = 70, "换届的日期、结果和届满日期，延期及其批准"
    filters = TermFilters
    form = TermForm
    unit = "届"
    empty = "没有符合条件的换届。可以在党组织页面登记，也可以导入班子成员名册。"
    fieldsets = (
        ("换届", {"fields": ("party_organization", "elected_on", "entitled", "present", "result", "approval_no")}),
        ("任期", {"fields": ("ends_on", "extended_to", "extension_reason", "reason")}),
    )
    shown = ("elected_on", "ends_on", "extended_to", "approval_no")
    more = ("entitled", "present", "result", "extension_reason")
    key = ("party_organization", "elected_on")
